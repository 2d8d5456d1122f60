"""The strength of scenarios as Markdown, for a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.core import on_one_line
from harness.core.atomic_file import write_durably
from harness.evaluation.strength import MeasuredPlay, StrengthScore, score_of
from harness.reports.strength.strength_text import (
    Weakness,
    percent,
    summary_lines,
    survivor_names,
    survivors_by_turn,
    weakness_of,
)

MARKDOWN = "strength.md"
MOST_CONVERSATIONS = 50
"""That are listed, the weakest first."""
MOST_SURVIVORS = 20
"""Of one turn."""
_MARKUP = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>|"})


class StrengthMarkdown:
    """Collects the weakest conversations, and writes the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._weakest: list[tuple[Weakness, tuple[str, ...]]] = []

    def add(self, measured: MeasuredPlay, shown: str) -> None:
        """Add a conversation; `shown` is its file."""
        if not survivors_by_turn(measured.mutants):
            return
        lines = tuple(_section(f"{shown} {measured.play.name}", measured))
        self._weakest.append((weakness_of(measured), lines))
        self._weakest.sort()
        del self._weakest[MOST_CONVERSATIONS:]

    def finish(self, score: StrengthScore, conversations: int, unmeasured: int) -> Path:
        """Write the file."""
        lines = [
            "# Strength of expectations",
            "",
            "```",
            *summary_lines(score, conversations, unmeasured),
            "```",
            *(line for _, lines in self._weakest for line in lines),
        ]
        write_durably(self._path, ("\n".join(lines) + "\n").encode())
        return self._path


def _section(name: str, measured: MeasuredPlay) -> Iterator[str]:
    score = score_of(measured.mutants)
    yield from ("", f"## {_escaped(name)}", "")
    yield f"said {percent(score.said)}, payload {percent(score.payload)}"
    yield ""
    for turn, survivors in survivors_by_turn(measured.mutants).items():
        yield f"- turn {turn}: {_listed(survivor_names(survivors))}"
        for check in measured.checks:
            if check.turn == turn:
                shown = on_one_line(str(check)).replace("`", " ")
                yield f"  - add `{shown}`, which would kill {len(check.kills)}"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_SURVIVORS} more" if len(names) > MOST_SURVIVORS else ""
    return ", ".join(map(_escaped, names[:MOST_SURVIVORS])) + more


def _escaped(text: str) -> str:
    return on_one_line(text).translate(_MARKUP)
