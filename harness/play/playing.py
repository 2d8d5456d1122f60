"""Holds one conversation and writes down what was said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from harness.conversation import BUSY, Exchange, Reply, Stop, Transcript, Turn, UserMessage
from harness.core.errors import Interrupted, PlayError, Refused, TransportError
from harness.core.typing import Json
from harness.play.conversation_variables import (
    MissingCapture,
    Variables,
    capture_from,
    message_of,
    remember_record,
)
from harness.play.line import Line
from harness.play.secret_captures import (
    as_recorded,
    know_what_came,
    remember_plain,
    take_secret,
)
from harness.play.waiting import came_at, time_left
from harness.providers.session import Session
from harness.scenario import AssistantLine, Scenario, UserTurn

Judge = Callable[[UserTurn, Turn], bool]
"""Whether all checks of a turn hold; asked only where a failure stops the conversation."""


@dataclass(slots=True)
class Stage:
    """What holding a conversation needs."""

    scenario: Scenario
    variables: Variables
    session: Session
    holds: Judge
    line: Line
    turns: list[Turn]
    """Filled while the conversation goes on, so that an interrupted one keeps what was said."""
    entries: Iterable[UserTurn | AssistantLine] | None = None
    """What is said, where it is not all of the scenario's turns."""

    def hides(self, planned: UserTurn) -> bool:
        """Whether a replay may say a turn's message differently, for the secrets in it."""
        if self.line.is_recorded:
            return False
        is_pressed = planned.message.press is not None and self.line.held_secrets
        return is_pressed or self.variables.has_secrets


def hold(stage: Stage) -> Stop | None:
    """Hold the conversation, turn by turn. Returns why it ended early; None where it did not."""
    turns = stage.scenario.turns if stage.entries is None else stage.entries
    if not stage.scenario.teardown:
        return _hold(stage, turns)
    try:
        stop = _hold(stage, turns)
    except PlayError as error:
        stop = Stop(turn=len(stage.turns) + 1, error=error)
    if stop is not None and isinstance(stop.error, Interrupted):
        return stop
    undone = _hold(stage, stage.scenario.teardown)
    return stop or undone


def _hold(stage: Stage, turns: Iterable[UserTurn | AssistantLine]) -> Stop | None:
    last = next((turn.reply for turn in reversed(stage.turns) if turn.reply), None)
    for planned in turns:
        if isinstance(planned, AssistantLine):
            with stage.variables.within(planned.given):
                _hear(stage, planned)
            continue
        turn, stop = _play(stage, planned, last)
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


def _hear(stage: Stage, planned: AssistantLine) -> None:
    """Tell the session what the bot says by itself, and how a replay will say it."""
    variables, recorded = stage.variables, None
    if variables.has_secrets and not stage.line.is_recorded:
        # First, as for a message: what is drawn for it is drawn again.
        with variables.hidden():
            recorded = variables.text(planned.text)
    stage.session.hear(variables.text(planned.text), recorded)


def _play(stage: Stage, planned: UserTurn, last: Reply | None) -> tuple[Turn | None, Stop | None]:
    if not planned.given:
        return _play_turn(stage, planned, last)
    try:
        with stage.variables.within(planned.given):
            return _play_turn(stage, planned, last)
    except PlayError as error:
        return None, Stop(turn=planned.number, error=error)


def _play_turn(
    stage: Stage, planned: UserTurn, last: Reply | None
) -> tuple[Turn | None, Stop | None]:
    session, variables = stage.session, stage.variables
    try:
        message, recorded = _message(stage, planned, last)
    except PlayError as error:
        return None, Stop(turn=planned.number, error=error)
    reply: Reply | None = None
    refusal: Refused | TransportError | None = None
    stop: Stop | None = None
    try:
        if planned.wait:
            session.wait(planned.wait)
        session.accept(_accepted(planned))
        reply = session.say(message, planned.number, recorded)
    except PlayError as error:
        refusal = _expected(stage, planned, error)
        if refusal is None:
            stop = Stop(turn=planned.number, error=error)
    exchanges = session.take_exchanges()
    shown = stage.line.redact(exchanges)
    missing: tuple[tuple[str, str], ...] = ()
    history: Json = None
    looks: list[Exchange] = []
    if stop is None:
        try:
            if planned.is_patient and reply is not None:
                reply = _wait_for_more(stage, planned, message, reply, exchanges, looks)
            missing = _remember(stage, planned, reply, exchanges)
            if planned.wants_history:
                history = session.history()
                missing += tuple(remember_record(planned, history, variables))
            stage.line.settle(planned.number)
        except PlayError as error:
            stop = Stop(turn=planned.number, error=error)
    if planned.has_secrets and reply is None and not stage.line.is_recorded:
        unsearched = know_what_came(planned, exchanges, stage.line)
        stop = stop or unsearched
    turn = Turn(
        number=planned.number,
        user=message,
        reply=reply,
        refusal=refusal,
        exchanges=shown,
        looked_up=(*looks, *stage.line.redact(session.take_exchanges())),
        missing=missing,
        history=history,
        variables=variables.snapshot(),
    )
    return turn, stop


def _accepted(planned: UserTurn) -> frozenset[int]:
    """Statuses that a turn expects: all of a busy server where it does not say which."""
    if not planned.expects_refusal or planned.faults:
        return frozenset()
    for expectation in planned.expectations:
        if expectation.name == "status" and expectation.value.is_constant:
            wanted = expectation.value.render({})
            return frozenset(wanted if isinstance(wanted, list | tuple) else [wanted])
    return BUSY


def _expected(stage: Stage, planned: UserTurn, error: PlayError) -> Refused | TransportError | None:
    """The error where the scenario expects one like it."""
    if isinstance(error, TransportError) and error.code in planned.faults:
        stage.line.accept_break()
        return error
    if planned.expects_refusal and not planned.faults and isinstance(error, Refused):
        return error
    return None


def _wait_for_more(
    stage: Stage,
    planned: UserTurn,
    message: UserMessage,
    reply: Reply,
    exchanges: tuple[Exchange, ...],
    looks: list[Exchange],
) -> Reply:
    """The reply with what comes behind it while checks wait for it; `looks` takes the exchanges."""

    def left(so_far: Reply, passed: float) -> float:
        looks.extend(stage.line.redact(stage.session.take_exchanges()))
        # A check may use what the turn captures.
        _remember(stage, planned, so_far, exchanges)
        turn = Turn(
            number=planned.number,
            user=message,
            reply=so_far,
            variables=stage.variables.snapshot(),
        )
        return time_left(planned, passed, lambda waiting: stage.holds(waiting, turn))

    return stage.session.wait_for_more(reply, came_at(exchanges), left)


def _message(
    stage: Stage, planned: UserTurn, last: Reply | None
) -> tuple[UserMessage, UserMessage | None]:
    """What is said, and what a replay will say where that is something else."""
    plan, variables = planned.message, stage.variables
    if plan.utterances:
        plan = variables.as_said(planned)
    recorded = None
    if stage.hides(planned):
        # First: what is drawn for it is drawn again.
        recorded = as_recorded(plan, variables, last, stage.line)
    return message_of(plan, variables, last), recorded


def _remember(
    stage: Stage,
    planned: UserTurn,
    reply: Reply | None,
    exchanges: tuple[Exchange, ...],
) -> tuple[tuple[str, str], ...]:
    """Take a turn's captures; gives those that the reply does not hold, with the reason.

    Raises `PlayError` for a secret that cannot be hidden.
    """
    missing = []
    for name, capture in planned.captures.items():
        if capture.history:
            continue
        if reply is None:
            missing.append((name, "the provider refused"))
            continue
        if capture.is_secret:
            value = take_secret(name, capture, reply, exchanges, stage.variables, stage.line)
        else:
            value = capture_from(name, capture, reply, exchanges)
        if isinstance(value, MissingCapture):
            missing.append((name, value.reason))
        elif not capture.is_secret:
            remember_plain(name, value, stage.variables, stage.line)
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
        around=stage.line.redact(around),
        stop=stop,
        is_recorded=is_recorded,
    )
