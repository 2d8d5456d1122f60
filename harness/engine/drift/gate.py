"""What follows from drift: turns to be listed, and checks that fail."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from harness.conversation import Outcome
from harness.engine.drift.drift import Drift, DriftedTurn, TurnDrift
from harness.engine.plan import Play
from harness.engine.result import CheckResult
from harness.scenario import Scenario
from harness.source import Place

CHECK = "drift"
"""The name of the check that a gated turn fails."""


def drifted_turns(
    drifts: Iterable[TurnDrift], scenario: Scenario, play: Play
) -> Iterator[DriftedTurn]:
    """The turns that are not the same, with their places."""
    for drift in drifts:
        if drift.kind is not Drift.SAME:
            yield DriftedTurn(play=play.name, place=_place(scenario, drift.turn), drift=drift)


def failed_checks(
    drifts: Iterable[TurnDrift], scenario: Scenario, fail_on: Collection[Drift]
) -> Iterator[CheckResult]:
    """One failed check for every turn with a difference of these kinds, the gravest or not."""
    for drift in drifts:
        if not set(drift.kinds) & set(fail_on):
            continue
        yield CheckResult(
            name=CHECK,
            outcome=Outcome.FAILED,
            turn=drift.turn,
            place=_place(scenario, drift.turn),
            message=f"the answer drifted from its recording: {', '.join(drift.kinds)}",
            difference=drift.lines,
        )


def _place(scenario: Scenario, number: int) -> Place:
    turns = (turn.place for turn in scenario.user_turns if turn.number == number)
    return next(turns, scenario.place)
