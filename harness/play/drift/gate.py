"""What follows from drift: turns that a report names, and checks that fail."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from harness.config import Slower
from harness.conversation import Outcome, Transcript
from harness.play.drift.comparing import SLOWER, compare, steps_of
from harness.play.drift.drift import CHECK, ComparedTurn, Drift
from harness.play.result import CheckResult, ScenarioResult
from harness.project.plan import Play
from harness.providers.definition import Definition


def with_drift(
    result: ScenarioResult,
    recorded: Transcript,
    definition: Definition,
    play: Play,
    fail_on: Collection[Drift] = (),
    slower: Slower = SLOWER,
) -> ScenarioResult:
    """The result of a live conversation, with its turns compared with the recorded ones.

    A turn that drifted in one of the kinds of `fail_on` fails the check `drift`.
    """
    scenario = result.scenario
    places = {turn.number: turn.place for turn in scenario.user_turns}
    compared = tuple(
        ComparedTurn(play=play.name, place=places.get(drift.turn, scenario.place), drift=drift)
        for drift in compare(recorded, result.transcript, steps_of(definition), slower)
    )
    checks = (*result.checks, *_failed(compared, fail_on))
    in_order = tuple(sorted(checks, key=lambda check: check.turn))
    return replace(result, checks=in_order, compared=compared)


def _failed(turns: Iterable[ComparedTurn], fail_on: Collection[Drift]) -> Iterable[CheckResult]:
    for turn in turns:
        kinds = turn.drift.kinds
        if set(kinds) & set(fail_on):
            yield CheckResult(
                name=CHECK,
                outcome=Outcome.FAILED,
                turn=turn.drift.turn,
                place=turn.place,
                message=f"the answer drifted from its recording: {', '.join(kinds)}",
                difference=turn.drift.lines,
            )
