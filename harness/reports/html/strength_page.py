"""The page of `harness strength`: replies in which what nobody looks at is greyed out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from markupsafe import Markup

from harness.core import Json, shorten, value_class
from harness.core.atomic_file import replacing
from harness.evaluation.strength import Aspect, MeasuredPlay, StrengthScore, score_of
from harness.evaluation.strength.json_changes import EVERY, Pattern, pattern_text
from harness.reports.html.page_file import page_environment, plain_style, source_hash
from harness.reports.strength.strength_text import (
    percent,
    survivor_names,
    survivors_by_turn,
)

MOST_ITEMS = 20
"""Items of a list that are shown."""
LONGEST = 2_000
"""Characters of one value that are shown."""


@value_class(frozen=True, slots=True)
class JsonLine:
    """One line of a payload."""

    indent: int
    """Levels."""
    text: str
    is_unseen: bool


class StrengthPage:
    """Writes the page while conversations are measured; it keeps a line of each."""

    def __init__(self, path: Path, waiting: Path) -> None:
        """`waiting` is a folder for what was measured so far. Raises `OSError`."""
        self._path = path
        self._waiting = waiting / path.name
        self._waiting.write_text("", encoding="utf-8")
        self._rows: list[tuple[float, str, str, str, str]] = []
        self._environment = page_environment()

    def add(self, measured: MeasuredPlay, shown: str) -> None:
        """Add a conversation; `shown` is its file."""
        anchor = f"c{len(self._rows)}"
        score = score_of(measured.mutants)
        said, payload = score.said, score.payload
        weakest = min((share for share in (said, payload) if share is not None), default=2.0)
        name = f"{shown} {measured.play.name}"
        self._rows.append((weakest, anchor, name, percent(said), percent(payload)))
        section = self._environment.get_template("strength-conversation.html.jinja").render(
            anchor=anchor,
            name=name,
            unmeasured=measured.unmeasured,
            said=percent(said),
            payload=percent(payload),
            turns=list(_turns(measured)),
        )
        with self._waiting.open("a", encoding="utf-8") as file:
            file.write(section)

    def finish(self, score: StrengthScore) -> Path:
        """Write the page, the weakest conversations first in its list."""
        style = plain_style("strength")
        with replacing(self._path) as new:
            self._environment.get_template("strength.html.jinja").stream(
                style=Markup(style),  # noqa: S704  # our own file
                style_hash=source_hash(style),
                figures=[(aspect.value, percent(score.share(aspect))) for aspect in Aspect],
                brittle=percent(score.brittle),
                mutants=score.mutants,
                contract=score.contract,
                rows=sorted(self._rows),
                sections=self._sections(),
            ).dump(str(new), encoding="utf-8")
        return self._path

    def _sections(self) -> Iterator[Markup]:
        with self._waiting.open(encoding="utf-8") as file:
            for line in file:
                yield Markup(line)  # noqa: S704  # rendered with escapes above


def _turns(measured: MeasuredPlay) -> Iterator[Mapping[str, object]]:
    survivors = survivors_by_turn(measured.mutants)
    for reply in measured.replies:
        yield {
            "number": reply.turn,
            "user": reply.user,
            "messages": reply.messages,
            "payload": list(payload_lines(reply.payload, reply.unseen)),
            "survivors": survivor_names(survivors.get(reply.turn, [])),
            "checks": [
                (str(check), len(check.kills))
                for check in measured.checks
                if check.turn == reply.turn
            ],
        }


def payload_lines(payload: Json, unseen: frozenset[str]) -> Iterator[JsonLine]:
    """A payload as lines of JSON; lines of fields that nobody looks at are marked."""
    yield from _lines(payload, (), unseen, key="", is_unseen=False)


def _lines(
    value: Json, path: Pattern, unseen: frozenset[str], *, key: str, is_unseen: bool
) -> Iterator[JsonLine]:
    is_unseen = is_unseen or (bool(path) and pattern_text(path) in unseen)
    indent = len(path)
    if isinstance(value, Mapping) and value:
        yield JsonLine(indent, f"{key}{{", is_unseen)
        for name, one in value.items():
            shown = f"{json.dumps(name, ensure_ascii=False)}: "
            yield from _lines(one, (*path, name), unseen, key=shown, is_unseen=is_unseen)
        yield JsonLine(indent, "}", is_unseen)
    elif isinstance(value, list) and value:
        yield JsonLine(indent, f"{key}[", is_unseen)
        for item in value[:MOST_ITEMS]:
            yield from _lines(item, (*path, EVERY), unseen, key="", is_unseen=is_unseen)
        if len(value) > MOST_ITEMS:
            yield JsonLine(indent + 1, f"… {len(value) - MOST_ITEMS} more", is_unseen)
        yield JsonLine(indent, "]", is_unseen)
    else:
        text = shorten(json.dumps(value, ensure_ascii=False), LONGEST)
        yield JsonLine(indent, f"{key}{text}", is_unseen)
