"""Holds one conversation and writes down what was said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.conversation import Exchange, Reply, Stop, Transcript, Turn
from harness.engine.speech import MissingCapture, Variables, capture_from, message_of
from harness.errors import PlayError, Refused
from harness.providers.session import Session
from harness.scenario import AssistantLine, Scenario, UserTurn
from harness.typing import Json

Judge = Callable[[UserTurn, Turn], bool]
"""Whether all checks of a turn hold; asked only where a failure stops the conversation."""

Redact = Callable[[tuple[Exchange, ...]], tuple[Exchange, ...]]


@dataclass(slots=True)
class Stage:
    """What holding a conversation needs."""

    scenario: Scenario
    variables: Variables
    session: Session
    holds: Judge
    redact: Redact
    turns: list[Turn]
    """Filled while the conversation goes on, so that an interrupted one keeps what was said."""


def hold(stage: Stage) -> Stop | None:
    """Hold the conversation, turn by turn. Returns why it ended early; None where it did not."""
    last: Reply | None = None
    for planned in stage.scenario.turns:
        if isinstance(planned, AssistantLine):
            stage.session.hear(str(stage.variables.fill(planned.text)))
            continue
        turn, stop = _play_turn(stage, planned, last)
        if turn is not None:
            stage.turns.append(turn)
            last = turn.reply or last
        if stop is not None:
            return stop
        if (
            turn is None
            or turn.missing
            or (planned.stops_on_fail and not stage.holds(planned, turn))
        ):
            return None
    return None


def _play_turn(
    stage: Stage, planned: UserTurn, last: Reply | None
) -> tuple[Turn | None, Stop | None]:
    session, variables = stage.session, stage.variables
    try:
        message = message_of(planned.message, variables, last)
    except PlayError as error:
        return None, Stop(turn=planned.number, error=error)
    reply: Reply | None = None
    refusal: Refused | None = None
    stop: Stop | None = None
    try:
        reply = session.say(message, planned.number)
    except PlayError as error:
        if planned.expects_refusal and isinstance(error, Refused):
            refusal = error
        else:
            stop = Stop(turn=planned.number, error=error)
    exchanges = session.take_exchanges()
    missing = _remember(variables, planned, reply, exchanges) if stop is None else ()
    history: Json = None
    if planned.wants_history and stop is None:
        try:
            history = session.history()
        except PlayError as error:
            stop = Stop(turn=planned.number, error=error)
    turn = Turn(
        number=planned.number,
        user=message,
        reply=reply,
        refusal=refusal,
        exchanges=stage.redact(exchanges),
        looked_up=stage.redact(session.take_exchanges()),
        missing=missing,
        history=history,
        variables=variables.snapshot(),
    )
    return turn, stop


def _remember(
    variables: Variables,
    planned: UserTurn,
    reply: Reply | None,
    exchanges: tuple[Exchange, ...],
) -> tuple[tuple[str, str], ...]:
    """Take a turn's captures; gives those that the reply does not hold, with the reason."""
    missing = []
    for name, capture in planned.captures.items():
        if reply is None:
            missing.append((name, "the provider refused"))
            continue
        value = capture_from(name, capture, reply, exchanges)
        if isinstance(value, MissingCapture):
            missing.append((name, value.reason))
        else:
            variables.remember(name, value)
    return tuple(missing)


def transcript_of(
    stage: Stage,
    *,
    provider: str,
    around: tuple[Exchange, ...],
    stop: Stop | None,
    is_recorded: bool,
) -> Transcript:
    """What was said, as a value."""
    return Transcript(
        scenario=stage.scenario.id,
        provider=provider,
        turns=tuple(stage.turns),
        around=stage.redact(around),
        stop=stop,
        is_recorded=is_recorded,
    )
