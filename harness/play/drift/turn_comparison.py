"""Compares a conversation with its recording, turn by turn. Plays nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from harness.checks.check import Decided
from harness.config import Slower
from harness.conversation import (
    Outcome,
    Transcript,
    Turn,
    UserMessage,
)
from harness.core import (
    PlayError,
    ProtocolError,
    Refused,
    TransportError,
)
from harness.play.drift.accepted import NOTHING, Accepted, accepted_by
from harness.play.drift.drift import CHECK, ComparedTurn, Difference, Drift, TurnDrift
from harness.play.drift.turn_pair import Steps, TurnPair
from harness.play.result import CheckResult, ScenarioResult
from harness.project.plan import Play
from harness.providers.definition import Definition
from harness.providers.session import CLOSING

SLOWER = Slower()


def steps_of(definition: Definition) -> Steps:
    """The steps of a definition by name."""
    return {step.name: step for step in definition.steps}


def compare(
    recorded: Transcript,
    now: Transcript,
    steps: Steps,
    slower: Slower = SLOWER,
    accepted: Mapping[int, Accepted] | None = None,
) -> tuple[TurnDrift, ...]:
    """Every turn that can be compared, in order, and the closing if it differs.

    `steps` say how answers are read; the answer of an unknown step is read as JSON.

    A turn that failed for another reason than the provider's answer, such as the network, is left
    out, and so are all later turns; a recorded failure is compared. If one side ended earlier than
    the other, the first turn that it lacks has the drift `state`. `accepted` has what the
    expectations of a turn, by its number, let vary.
    """
    by_turn = accepted or {}
    found = []
    before = {turn.number: turn for turn in recorded.turns}
    after = {turn.number: turn for turn in now.turns}
    for number in range(1, max((*before, *after), default=0) + 1):
        may_vary = by_turn.get(number, NOTHING)
        old = _ending(before.get(number), recorded, number, may_vary)
        new = _ending(after.get(number), now, number, may_vary)
        if old is None or new is None:
            break
        if old != new:
            lines = (f"recorded {old}, now {new}",)
            difference = Difference(kind=Drift.STATE, lines=lines)
            found.append(_drift(before.get(number), number, (difference,)))
        elif number in before and number in after:
            pair = TurnPair(before[number], after[number], steps, may_vary)
            found.append(_drift(before[number], number, pair.differences(slower)))
        if number not in before or number not in after:
            break
    else:
        found += _closing(recorded, now, steps, slower)
    return tuple(found)


def with_drift(
    result: ScenarioResult,
    recorded: ScenarioResult,
    definition: Definition,
    play: Play,
    fail_on: Collection[Drift] = (),
    slower: Slower = SLOWER,
) -> ScenarioResult:
    """The result of a live conversation, compared turn by turn with the recorded one.

    A turn whose drift is of a kind in `fail_on` fails the check `drift`. What the expectations of
    a turn accept in both conversations is not drift.
    """
    scenario = result.scenario
    places = {turn.number: turn.place for turn in scenario.user_turns}
    drifts = compare(
        recorded.transcript,
        result.transcript,
        steps_of(definition),
        slower,
        accepted_by(recorded, result),
    )
    compared = tuple(
        ComparedTurn(play=play.name, place=places.get(drift.turn, scenario.place), drift=drift)
        for drift in drifts
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


def _drift(recorded: Turn | None, number: int, differences: Iterable[Difference]) -> TurnDrift:
    reply = recorded.reply if recorded is not None else None
    texts = tuple(message.text for message in reply.messages) if reply is not None else ()
    return TurnDrift(turn=number, differences=tuple(differences), recorded=texts)


def _closing(
    recorded: Transcript, now: Transcript, steps: Steps, slower: Slower
) -> Iterator[TurnDrift]:
    """The drift of the closing steps, which have no reply and no latency."""
    if recorded.stop is not None:
        return
    differences: tuple[Difference, ...] = ()
    stop = now.stop
    if stop is None:
        pair = TurnPair(_closed(recorded), _closed(now), steps)
        differences = tuple(pair.differences(slower))
    elif stop.turn == CLOSING and isinstance(stop.error, ProtocolError):
        lines = (f"recorded an end, now none ({stop.error.code}{_detail(stop.error)})",)
        differences = (Difference(kind=Drift.STATE, lines=lines),)
    if differences:
        yield TurnDrift(turn=CLOSING, differences=differences)


def _closed(transcript: Transcript) -> Turn:
    return Turn(number=CLOSING, user=UserMessage(text=""), exchanges=transcript.around)


def _ending(
    turn: Turn | None, transcript: Transcript, number: int, accepted: Accepted
) -> str | None:
    """How a turn ended, in words; None if that says nothing about the provider."""
    stop = transcript.stop
    if turn is not None and turn.reply is not None:
        return "a reply"
    if accepted.accepts_fault(turn):
        return "an expected network failure"
    if turn is not None and turn.refusal is not None:
        refusal = turn.refusal
        if isinstance(refusal, Refused) and Decided.STATUS in accepted.parts:
            refusal = replace(refusal, status=0)
        kind = "a refusal" if isinstance(turn.refusal, Refused) else "a network failure"
        return f"{kind} ({refusal.code}{_detail(refusal)})"
    if stop is not None and stop.turn <= number:
        is_told = isinstance(stop.error, ProtocolError) or (
            isinstance(stop.error, TransportError) and transcript.is_recorded
        )
        if is_told and stop.turn == number:
            return f"no reply ({stop.error.code}{_detail(stop.error)})"
        return None
    return "the end of the conversation before this turn"


def _detail(error: PlayError) -> str:
    if not isinstance(error, Refused):
        return ""
    status = f"status {error.status}" if error.status else ""
    return "".join(f", {word}" for word in (status, error.state) if word)
