"""Scenarios whose outcome changes from run to run although nobody changed them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from harness.conversation import Outcome
from harness.history.rows import Seen, Series, TurnRow

if TYPE_CHECKING:
    from harness.history.store import History

FLAKY = 2
"""Flips from which on a scenario is flaky; a single one is a regression, or a repair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaky:
    """A conversation whose outcome alternates."""

    id: str
    flips: int
    passed: int
    told: int
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
    """Those with two flips or more, the most flips first. Raises `HistoryError`."""
    found = [
        _flaky(name, told, flips, history)
        for name, seen in series.items()
        if len(flips := list(_flips(told := [one for one in seen if one.conversation.is_told])))
        >= FLAKY
    ]
    return sorted(found, key=lambda one: (-one.flips, one.id))


def _flips(told: Sequence[Seen]) -> Iterator[tuple[Seen, Seen]]:
    """Pairs of one run and the next that tell otherwise of the same scenario.

    Replays are held against replays, and live conversations against live ones.
    """
    by_kind = sorted(told, key=lambda one: one.conversation.is_replayed)
    for _, kind in groupby(by_kind, key=lambda one: one.conversation.is_replayed):
        for before, after in pairwise(kind):
            one, other = before.conversation, after.conversation
            is_unchanged = bool(one.fingerprint) and one.fingerprint == other.fingerprint
            if is_unchanged and one.outcome != other.outcome:
                yield before, after


def _flaky(
    name: str, told: Sequence[Seen], flips: Sequence[tuple[Seen, Seen]], history: History
) -> Flaky:
    red = {
        one.place: one
        for flip in flips
        for one in flip
        if one.conversation.outcome == Outcome.FAILED
    }
    firsts = [first for one in red.values() if (first := first_bad(_turns(one, history)))]
    turn, times = next(iter(Counter(one.turn for one in firsts).most_common(1)), (None, 0))
    codes = Counter(one.codes for one in firsts if one.turn == turn)
    return Flaky(
        id=name,
        flips=len(flips),
        passed=sum(one.conversation.outcome == Outcome.PASSED for one in told),
        told=len(told),
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
    """Those of a conversation; of a repeated one, those of its first failed take."""
    turns = history.turns([seen.place]).get(seen.place, ())
    if turns:
        return turns
    run, number = seen.place
    takes = [
        one.number
        for one in history.conversations(run, scenario=seen.conversation.scenario)
        if one.take
        and one.id == seen.conversation.id
        and one.number > number
        and one.outcome == Outcome.FAILED
    ]
    return history.turns([(run, takes[0])])[run, takes[0]] if takes else ()
