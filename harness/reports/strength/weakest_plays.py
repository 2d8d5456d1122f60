"""The conversations that can be stronger, as a terminal lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from harness.core import counted
from harness.evaluation.strength import Fate, MeasuredPlay
from harness.reports.strength.strength_text import (
    Weakness,
    play_lines,
    survivors_by_turn,
    weakness_of,
)


class WeakestPlays:
    """Keeps the lines of conversations that can be stronger: the weakest, or all."""

    def __init__(self, shown: Callable[[Path], str], *, most: int | None) -> None:
        """`shown` is how a file is named; `most` how many are listed, None for all in order."""
        self._shown = shown
        self._most = most
        self._listed: list[tuple[Weakness, int, tuple[str, ...]]] = []
        self._unmeasured: list[str] = []
        self._count = 0

    def add(self, measured: MeasuredPlay) -> None:
        """Add a conversation."""
        if not _has_something_to_say(measured):
            return
        lines = tuple(play_lines(measured, self._shown(measured.play.file)))
        if measured.unmeasured and self._most is not None:
            self._unmeasured += lines
            return
        self._count += 1
        weakness = (0.0, 0.0) if self._most is None else weakness_of(measured)
        self._listed.append((weakness, self._count, lines))
        if self._most is not None:
            self._listed.sort()
            del self._listed[self._most :]

    def lines(self) -> Iterator[str]:
        """The lines of each, how many more there are, and then what was not measured."""
        for _, _, lines in self._listed:
            yield ""
            yield from lines
        if more := self._count - len(self._listed):
            yield ""
            yield f"{counted(more, 'more conversation')}; the reports have all"
        if self._unmeasured:
            yield ""
            yield from self._unmeasured


def _has_something_to_say(measured: MeasuredPlay) -> bool:
    return bool(
        measured.unmeasured
        or measured.notes
        or survivors_by_turn(measured.mutants)
        or any(one.is_harmless and one.fate is Fate.KILLED for one in measured.mutants)
    )
