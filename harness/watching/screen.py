"""What a watching terminal shows after a round."""

from __future__ import annotations

from collections.abc import Iterator

from harness.core import counted, format_duration, printable
from harness.watching.rounds import RedEntry, Round

MOST_SHOWN = 10
"""Scenarios and files that are shown with all lines; the others have one line each."""
MOST_LISTED = 30
MOST_NAMED = 3
"""Changed files that are named."""
COLUMNS = ("passed", "failed", "broken", "skipped")


def screen_of(last: Round, at: str) -> str:
    """The lines of a round. `at` is the time of day."""
    return printable("\n".join(_lines(last, at)))


def _lines(last: Round, at: str) -> Iterator[str]:
    played = f"{counted(last.played, 'scenario')} played in {format_duration(last.seconds)}"
    why = f"{_named(last.changed)} changed; " if last.changed else ""
    yield f"{at}  {why}{played}"
    for red in last.reds[: min(last.fresh, MOST_SHOWN)]:
        yield ""
        yield from _whole(red)
    others = last.reds[min(last.fresh, MOST_SHOWN) :]
    if others:
        yield ""
        yield from (f"{red.outcome:<8}{red.name}" for red in others[:MOST_LISTED])
        if len(others) > MOST_LISTED:
            yield f"and {len(others) - MOST_LISTED} more"
    yield ""
    yield _counted(last)


def _whole(red: RedEntry) -> Iterator[str]:
    yield f"{red.outcome:<8}{red.name}"
    yield from (f"  {line}".rstrip() for line in red.screen.splitlines())


def _named(files: tuple[str, ...]) -> str:
    more = f" and {len(files) - MOST_NAMED} more" if len(files) > MOST_NAMED else ""
    return f"{', '.join(files[:MOST_NAMED])}{more}"


def _counted(last: Round) -> str:
    wrong = sum(red.outcome not in COLUMNS for red in last.reds)
    counts = [f"{last.counts.get(name, 0)} {name}" for name in COLUMNS if last.counts.get(name)]
    counts += [f"{counted(wrong, 'file')} wrong"] if wrong else []
    return f"{', '.join(counts) or 'nothing to play'}; watching, Ctrl-C ends"
