"""The conversations that can be stronger, as a terminal lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from harness.core import counted
from harness.evaluation.strength import Fate, MeasuredPlay, score_of
from harness.reports.strength.strength_text import play_lines, survivors_by_turn


class WeakestPlays:
    """Keeps the lines of conversations that can be stronger: the weakest, or all."""

    def __init__(self, shown: Callable[[Path], str], *, most: int | None) -> None:
        """`shown` is how a file is named; `most` how many are listed, None for all in order."""
        self._shown = shown
        self._most = most
        self._listed: list[tuple[float, int, tuple[str, ...]]] = []
        self._count = 0

    def add(self, measured: MeasuredPlay) -> None:
        """Add a conversation."""
        if not _has_something_to_say(measured):
            return
        self._count += 1
        weakness = 0.0 if self._most is None else _weakness(measured)
        lines = tuple(play_lines(measured, self._shown(measured.play.file)))
        self._listed.append((weakness, self._count, lines))
        if self._most is not None:
            self._listed.sort()
            del self._listed[self._most :]

    def lines(self) -> Iterator[str]:
        """The lines of each, behind a blank line, and how many more there are."""
        for _, _, lines in self._listed:
            yield ""
            yield from lines
        if more := self._count - len(self._listed):
            yield ""
            yield f"{counted(more, 'more conversation')}; the reports have all"


def _has_something_to_say(measured: MeasuredPlay) -> bool:
    return bool(
        measured.unmeasured
        or measured.notes
        or survivors_by_turn(measured.mutants)
        or any(one.is_harmless and one.fate is Fate.KILLED for one in measured.mutants)
    )


def _weakness(measured: MeasuredPlay) -> float:
    score = score_of(measured.mutants)
    return min((share for share in (score.said, score.payload) if share is not None), default=2.0)
