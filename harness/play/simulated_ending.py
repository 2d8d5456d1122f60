"""Judges how a simulated user ended a conversation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from harness.conversation import Outcome, Transcript, Turn, UserEnd, UserEnding
from harness.core import PlayError, counted, show
from harness.play.result import CheckResult
from harness.scenario import Expectation, Scenario, Simulation

Passes = Callable[[Sequence[Expectation], Turn], bool]
"""Whether the reply of a turn passes all checks of a block; raises `PlayError`."""
ENDING = "simulate"
"""The name of the check in results."""


def ending_results(
    scenario: Scenario, simulation: Simulation, transcript: Transcript, passes: Passes
) -> Iterator[CheckResult]:
    """The result of `stop_when` and `at_end`; none if the conversation broke before its end."""
    simulated = {turn.number for turn in scenario.user_turns if turn.is_simulated}
    said = [turn for turn in transcript.turns if turn.number in simulated]
    if transcript.stop is not None or transcript.user_end is None or not said:
        return
    stop_when = simulation.stop_when
    result = CheckResult(
        name=ENDING,
        outcome=Outcome.PASSED,
        turn=0,
        place=stop_when[0].place if stop_when else simulation.place,
    )
    try:
        has_stopped = bool(stop_when) and passes(stop_when, said[-1])
    except PlayError as error:
        message = str(error).partition("\n")[0]
        yield replace(result, outcome=Outcome.BROKEN, message=message, code=error.code)
        return
    end = transcript.user_end
    if has_stopped or (end.ending is UserEnding.DONE and not stop_when):
        yield result
    elif simulation.may_end:
        yield replace(result, message=_why(end, said, simulation))
    else:
        last = said[-1].reply
        yield replace(
            result,
            outcome=Outcome.FAILED,
            message=_why(end, said, simulation),
            expected=_expected(simulation, said[-1]),
            actual=last.text if last is not None else "",
        )


def _why(end: UserEnd, said: list[Turn], simulation: Simulation) -> str:
    reason = f": {end.reason}" if end.reason else ""
    if end.ending is UserEnding.GAVE_UP:
        return f"the user gave up after {counted(len(said), 'message')}{reason}"
    if end.ending is UserEnding.DONE:
        return f"the user was done before a reply passed 'stop_when'{reason}"
    wanted = "no reply passed 'stop_when'" if simulation.stop_when else "the user was not done"
    return f"{wanted} after {counted(len(said), 'message')}"


def _expected(simulation: Simulation, turn: Turn) -> str:
    checks = [
        f"{one.name} {show(one.value.render(turn.variables))}" for one in simulation.stop_when
    ]
    return " and ".join(checks) or "a user who is done"
