"""Conversations whose replies take longer than they did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from statistics import median
from typing import TYPE_CHECKING

from harness.history.rows import Seen, Series

if TYPE_CHECKING:
    from harness.history.store import History

RECENT = 5
"""Runs whose median is held against that of the runs before."""
FEWEST_RECENT = 3
FEWEST_BEFORE = 5
"""With fewer runs nothing is told."""
SPREADS = 3.0
"""So many times the spread of the runs before is noise."""
LEAST_SHARE = 0.2
LEAST_SECONDS = 0.1
"""A smaller rise is not told, however steady the times were."""
_TINY = 1e-6
"""Seconds; a time of none has no logarithm."""
_NORMAL = 1.4826
"""Makes a median absolute deviation a standard deviation, where times are spread normally."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slowed:
    """A conversation that got slower. All times are seconds, medians over runs."""

    id: str
    before: float
    now: float
    noise: float
    """What the rise had to exceed."""
    turn: int | None
    """The one that rose most; None where no turn has a time."""
    turn_before: float = 0.0
    turn_now: float = 0.0


def rise(before: Sequence[float], now: Sequence[float]) -> tuple[float, float, float] | None:
    """Both medians and the noise, where the rise between them exceeds it.

    The noise is three times the spread of `before`, which is its median absolute deviation as a
    standard deviation; and at least a fifth of its median, and 0.1 s. The spread is taken of
    logarithms, because times are skewed: few are much longer, none is much shorter. None also
    where there is too little to tell.
    """
    if len(before) < FEWEST_BEFORE or len(now) < FEWEST_RECENT:
        return None
    old, new = median(before), median(now)
    ratios = [abs(log(max(one, _TINY) / max(old, _TINY))) for one in before]
    spread = exp(SPREADS * _NORMAL * median(ratios)) - 1
    noise = max(old * spread, old * LEAST_SHARE, LEAST_SECONDS)
    return (old, new, noise) if new - old > noise else None


def find_slowed(series: Series, history: History) -> list[Slowed]:
    """Those that got slower, the largest rise first. Raises `HistoryError`."""
    found = []
    for name, seen in series.items():
        measured = _measured(seen)
        risen = rise(*_parted([one.conversation.latency or 0.0 for one in measured]))
        if risen is None:
            continue
        old, new, noise = risen
        turn, turn_before, turn_now = _turn(measured, history)
        found.append(
            Slowed(
                id=name,
                before=old,
                now=new,
                noise=noise,
                turn=turn,
                turn_before=turn_before,
                turn_now=turn_now,
            )
        )
    return sorted(found, key=lambda one: (one.before - one.now, one.id))


def _measured(seen: Sequence[Seen]) -> list[Seen]:
    """Where the scenario was as it is now, it passed, and the times are no recording's."""
    newest = seen[-1].conversation.fingerprint
    return [
        one
        for one in seen
        if one.conversation.fingerprint == newest
        and one.conversation.outcome == "passed"
        and one.conversation.latency is not None
        and not one.conversation.is_replayed
    ]


def _parted(values: Sequence[float]) -> tuple[Sequence[float], Sequence[float]]:
    return values[:-RECENT], values[-RECENT:]


def _turn(measured: Sequence[Seen], history: History) -> tuple[int | None, float, float]:
    """The turn whose median rose most, with its medians."""
    turns = history.turns([one.place for one in measured])
    times: dict[int, tuple[list[float], list[float]]] = {}
    before, now = measured[:-RECENT], measured[-RECENT:]
    for side, group in enumerate((before, now)):
        for one in group:
            for turn in turns.get(one.place, ()):
                if turn.latency is not None:
                    times.setdefault(turn.turn, ([], []))[side].append(turn.latency)
    medians = _medians(times)
    if not medians:
        return None, 0.0, 0.0
    slowed = max(medians, key=lambda number: medians[number][1] - medians[number][0])
    return (slowed, *medians[slowed])


def _medians(
    times: Mapping[int, tuple[Sequence[float], Sequence[float]]],
) -> dict[int, tuple[float, float]]:
    return {turn: (median(old), median(new)) for turn, (old, new) in times.items() if old and new}
