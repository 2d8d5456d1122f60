"""Holds one conversation and writes down what was said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from harness.conversation import Exchange, Reply, Stop, Transcript, Turn
from harness.engine.speech import MissingCapture, Variables, capture_from, message_of
from harness.errors import PlayError, Refused
from harness.providers.session import Session
from harness.scenario import AssistantLine, Scenario, UserTurn

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
    session = stage.session
    try:
        message = message_of(planned.message, stage.variables, last)
    except PlayError as error:
        return None, Stop(turn=planned.number, error=error)
    turn = Turn(number=planned.number, user=message)
    stop: Stop | None = None
    try:
        turn = replace(turn, reply=session.say(message, planned.number))
    except Refused as error:
        if planned.expects_refusal:
            turn = replace(turn, refusal=error)
        else:
            stop = Stop(turn=planned.number, error=error)
    except PlayError as error:
        stop = Stop(turn=planned.number, error=error)
    turn = replace(turn, exchanges=session.take_exchanges())
    if stop is None:
        turn, stop = _look_back(stage, planned, turn)
    turn = replace(turn, exchanges=stage.redact(turn.exchanges))
    return replace(turn, variables=stage.variables.snapshot()), stop


def _look_back(stage: Stage, planned: UserTurn, turn: Turn) -> tuple[Turn, Stop | None]:
    """Take captures, and ask for the provider's own record where a check wants it."""
    missing = []
    for name, capture in planned.captures.items():
        if turn.reply is None:
            missing.append((name, "the provider refused"))
            continue
        value = capture_from(name, capture, turn.reply, turn.exchanges)
        if isinstance(value, MissingCapture):
            missing.append((name, value.reason))
        else:
            stage.variables.remember(name, value)
    turn = replace(turn, missing=tuple(missing))
    if not planned.wants_history:
        return turn, None
    try:
        turn = replace(turn, history=stage.session.history())
    except PlayError as error:
        return turn, Stop(turn=planned.number, error=error)
    finally:
        extra = stage.session.take_exchanges()
    return replace(turn, looked_up=stage.redact(extra)), None


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
