"""`harness plan`: shows what there is to play, divided into parts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.cli.here import project_here
from harness.cli.terminal import echo, refuse, show, writing
from harness.core import counted, format_duration
from harness.core.sections import Section
from harness.plans import plan_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """The options of the command; empty if not given."""

    paths: Sequence[str]
    providers: Sequence[str]
    tags: Sequence[str]
    repeat: str
    parts: int
    out: Path | None
    """The file to write; None if the plan is only shown."""
    as_json: bool


def show_plan(options: PlanOptions) -> None:
    """Print the plan. Raises `AuthoringError` if a file is wrong."""
    project = project_here(is_cached=True)
    try:
        plan = plan_of(project, options.paths, options.providers, options.tags, options.repeat)
    except ValueError as error:
        raise refuse(f"--repeat: {error}") from error
    finally:
        project.cache.close()
    content = plan.as_json(options.parts)
    text = json.dumps(content, indent=1, ensure_ascii=False)
    if options.out is not None:
        with writing(options.out):
            options.out.write_text(f"{text}\n", encoding="utf-8")
        parts = counted(options.parts, "part")
        echo(f"wrote {options.out}: {counted(len(plan.scenarios), 'play')} in {parts}", err=True)
    if options.as_json:
        echo(text)
    elif options.out is None:
        show(_page(content))


def _page(content: Mapping[str, Any]) -> Iterator[Section]:
    plays = content["plays"]
    takes = sum(len(play["takes"]) for play in plays)
    yield Section(
        title=f"{counted(len(plays), 'play')}, {counted(takes, 'take')}",
        heads=("part", "takes", "time", "play"),
        rows=[
            (
                _parts_of(play) if content["parts"] > 1 else "",
                str(len(play["takes"])),
                _seconds(play),
                play["id"],
            )
            for play in plays
        ],
        lines=["~: no recording says how long it takes; see harness docs parts"]
        if any(map(_is_estimated, plays))
        else (),
    )
    if content["parts"] > 1:
        yield _parts(content)


def _parts(content: Mapping[str, Any]) -> Section:
    takes: dict[int, int] = dict.fromkeys(range(1, content["parts"] + 1), 0)
    seconds = dict.fromkeys(takes, 0.0)
    for play in content["plays"]:
        known = [take["seconds"] for take in play["takes"] if "seconds" in take]
        # The takes that are estimated count the same.
        unknown = len(play["takes"]) - len(known)
        estimate = (play["seconds"] - sum(known)) / unknown if unknown else 0.0
        for take in play["takes"]:
            takes[take["part"]] += 1
            seconds[take["part"]] += take.get("seconds", estimate)
    return Section(
        title=f"{counted(content['parts'], 'part')} of plan {content['plan']}",
        heads=("part", "takes", "time"),
        rows=[
            (str(number), str(count), format_duration(max(seconds[number], 0.0)))
            for number, count in takes.items()
        ],
    )


def _parts_of(play: Mapping[str, Any]) -> str:
    return ", ".join(map(str, sorted({take["part"] for take in play["takes"]})))


def _seconds(play: Mapping[str, Any]) -> str:
    return f"{'~' if _is_estimated(play) else ''}{format_duration(play['seconds'])}"


def _is_estimated(play: Mapping[str, Any]) -> bool:
    return any("seconds" not in take for take in play["takes"])
