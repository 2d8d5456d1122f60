"""Trends over earlier runs: scenarios whose outcome alternates, and those that got slower."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import exp, log
from statistics import median
from typing import TYPE_CHECKING

from harness.conversation import Outcome
from harness.history.history_rows import ConversationRow, RunRow, TurnRow
from harness.statistics.intervals import Interval, TakeCounts, pooled_interval

if TYPE_CHECKING:
    from harness.history.store import History


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A conversation in one run."""

    run: RunRow
    conversation: ConversationRow

    @property
    def place(self) -> tuple[str, int]:
        """The place of its turns: the run's id, and the conversation's number in it."""
        return self.run.run, self.conversation.number

    def takes(self, history: History) -> list[ConversationRow]:
        """Its takes, if it is repeated. Raises `HistoryError`."""
        rows = history.conversations(self.run.run, scenario=self.conversation.scenario)
        return [row for row in rows if row.take and row.id == self.conversation.id]

    @property
    def is_measured(self) -> bool:
        """It passed, and its time is known and not that of a recording."""
        row = self.conversation
        has_time = row.latency is not None and not row.is_replayed
        return has_time and row.outcome == Outcome.PASSED


Series = Mapping[str, Sequence[Seen]]
"""By a conversation's id, in the order in which the runs began."""


def read_series(history: History, runs: Iterable[RunRow], *, scenario: str = "") -> Series:
    """The verdicts of runs, of one scenario or of all. Raises `HistoryError`."""
    series: dict[str, list[Seen]] = {}
    for run in runs:
        for row in history.conversations(run.run, scenario=scenario):
            if not row.take:
                series.setdefault(row.id, []).append(Seen(run=run, conversation=row))
    return series


def pass_intervals(series: Series) -> dict[str, Interval]:
    """By run, where its true pass rate lies, at 95 %; a run without a judged conversation lacks.

    The conversations of one scenario, such as those of several providers, resemble each other.
    """
    outcomes: dict[str, dict[str, list[bool]]] = {}
    for played in (played for seen in series.values() for played in seen):
        row = played.conversation
        if row.is_judged and not row.is_expected:
            scenarios = outcomes.setdefault(played.run.run, {})
            scenarios.setdefault(row.scenario, []).append(row.outcome == Outcome.PASSED)
    return {
        run: pooled_interval(TakeCounts(sum(some), len(some)) for some in scenarios.values())
        for run, scenarios in outcomes.items()
    }


FLAKY = 2
"""Flips of a flaky scenario, at least; a single one is a regression or a repair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaky:
    """A conversation whose outcome alternates."""

    id: str
    flips: int
    passed: int
    judged: int
    """Runs in which it passed or failed."""
    turn: int | None
    """That failed first in most of the failures beside a flip; 0 for the whole conversation.

    None where no turn is known to have failed."""
    turn_failures: int
    """In how many of them."""
    failures: int
    """Failures beside a flip."""
    codes: str
    """Of that turn, the most frequent; between them a blank."""


def find_flaky(series: Series, history: History) -> list[Flaky]:
    """The conversations with two flips or more, the most flips first. Raises `HistoryError`."""
    flaky = []
    for name, seen in series.items():
        judged = [run for run in seen if run.conversation.is_judged]
        flips = list(_flips(judged))
        if len(flips) >= FLAKY:
            flaky.append(_flaky(name, judged, flips, history))
    return sorted(flaky, key=lambda item: (-item.flips, item.id))


def _flips(judged: Sequence[Seen]) -> Iterator[tuple[Seen, Seen]]:
    """Pairs of one run and the next with different outcomes of the same scenario.

    Replays are compared with replays, and live conversations with live ones.
    """
    by_kind = sorted(judged, key=lambda run: run.conversation.is_replayed)
    for _, kind in groupby(by_kind, key=lambda run: run.conversation.is_replayed):
        for before, after in pairwise(kind):
            old, new = before.conversation, after.conversation
            is_unchanged = bool(old.fingerprint) and old.fingerprint == new.fingerprint
            if is_unchanged and old.outcome != new.outcome:
                yield before, after


def _flaky(
    name: str, judged: Sequence[Seen], flips: Sequence[tuple[Seen, Seen]], history: History
) -> Flaky:
    red = {
        run.place: run
        for flip in flips
        for run in flip
        if run.conversation.outcome == Outcome.FAILED
    }
    firsts = [first for run in red.values() if (first := first_bad(_turns(run, history)))]
    turn, times = next(iter(Counter(row.turn for row in firsts).most_common(1)), (None, 0))
    codes = Counter(row.codes for row in firsts if row.turn == turn)
    return Flaky(
        id=name,
        flips=len(flips),
        passed=sum(run.conversation.outcome == Outcome.PASSED for run in judged),
        judged=len(judged),
        turn=turn,
        turn_failures=times,
        failures=len(red),
        codes=codes.most_common(1)[0][0] if codes else "",
    )


def first_bad(turns: Sequence[TurnRow]) -> TurnRow | None:
    """The first turn that failed or broke; the whole conversation where no turn did."""
    bad = [turn for turn in turns if Outcome(turn.outcome).is_bad]
    return min(bad, key=lambda turn: (turn.turn < 1, turn.turn), default=None)


def _turns(seen: Seen, history: History) -> Sequence[TurnRow]:
    """The turns of a conversation; of a repeated one, those of its first failed take."""
    if turns := history.turns([seen.place]).get(seen.place):
        return turns
    failed = (take.number for take in seen.takes(history) if take.outcome == Outcome.FAILED)
    place = (seen.run.run, next(failed, seen.conversation.number))
    return history.turns([place]).get(place, ())


RECENT = 5
"""Runs whose median is compared with that of the runs before."""
FEWEST_RECENT = 3
FEWEST_BEFORE = 5
"""With fewer runs nothing is reported."""
SPREADS = 3.0
"""A rise up to so many times the spread of the runs before is noise."""
LEAST_SHARE = 0.2
LEAST_SECONDS = 0.1
"""A smaller rise is not reported, however steady the times were."""
_TINY = 1e-6
"""Seconds; zero has no logarithm."""
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
    """Both medians and the noise, if the rise between the medians exceeds it; otherwise None.

    The noise is three times the spread of `before`, which is its median absolute deviation as a
    standard deviation; and at least a fifth of its median, and 0.1 s. The spread is taken of
    logarithms, because times are skewed: few are much longer, none is much shorter. Also None
    with too few runs.
    """
    if len(before) < FEWEST_BEFORE or len(now) < FEWEST_RECENT:
        return None
    old, new = median(before), median(now)
    ratios = [abs(log(max(seconds, _TINY) / max(old, _TINY))) for seconds in before]
    spread = exp(SPREADS * _NORMAL * median(ratios)) - 1
    noise = max(old * spread, old * LEAST_SHARE, LEAST_SECONDS)
    return (old, new, noise) if new - old > noise else None


def find_slowed(series: Series, history: History) -> list[Slowed]:
    """The conversations that got slower, the largest rise first. Raises `HistoryError`."""
    slowed = []
    for name, seen in series.items():
        measured = _measured(seen)
        before, now = measured[:-RECENT], measured[-RECENT:]
        risen = rise(*([run.conversation.latency or 0.0 for run in side] for side in (before, now)))
        if risen is None:
            continue
        old, new, noise = risen
        turn, turn_before, turn_now = _slowest_turn(before, now, history)
        slowed.append(
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
    return sorted(slowed, key=lambda item: (item.before - item.now, item.id))


def _measured(seen: Sequence[Seen]) -> list[Seen]:
    """The measured runs in which the scenario was as it is now."""
    newest = seen[-1].conversation.fingerprint
    return [run for run in seen if run.is_measured and run.conversation.fingerprint == newest]


def _slowest_turn(
    before: Sequence[Seen], now: Sequence[Seen], history: History
) -> tuple[int | None, float, float]:
    """The turn whose median rose most, with its medians."""
    turns = history.turns([run.place for run in (*before, *now)])
    times: dict[int, tuple[list[float], list[float]]] = {}
    for side, group in enumerate((before, now)):
        for turn in (turn for run in group for turn in turns.get(run.place, ())):
            if turn.latency is not None:
                times.setdefault(turn.turn, ([], []))[side].append(turn.latency)
    medians = {
        turn: (median(old), median(new)) for turn, (old, new) in times.items() if old and new
    }
    if not medians:
        return None, 0.0, 0.0
    slowed = max(medians, key=lambda number: medians[number][1] - medians[number][0])
    return (slowed, *medians[slowed])
