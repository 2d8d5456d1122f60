"""Captures of a scenario that must never be stored or shown.

A recording has a mark in place of such a value. A replay captures the mark, so later messages are
recorded with the mark, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

from harness.conversation import Exchange, Reply, UserMessage
from harness.core import CheckCrashed, Json, PlayError
from harness.play.captured_values import values_of
from harness.play.conversation_state import ConversationState, texts_in
from harness.play.conversation_variables import MissingCapture, Variables, capture_from, message_of
from harness.scenario import Capture, MessagePlan, UserTurn
from harness.secrets.secret_marks import MARK, mark


def take_secret(
    name: str,
    capture: Capture,
    reply: Reply,
    exchanges: tuple[Exchange, ...],
    variables: Variables,
    state: ConversationState,
) -> Json | MissingCapture:
    """Capture a secret, store it, and redact it wherever it is or was said.

    Raises `PlayError` if it cannot be searched for, or is too short or long to be found again; the
    answers are then withheld.
    """
    try:
        # In a replay the mark, which the pattern need not match.
        is_marked = capture.matches and mark(name) in reply.text
        value = mark(name) if is_marked else capture_from(capture, reply, exchanges)
        if isinstance(value, MissingCapture):
            state.uncaptured = name
        else:
            _remember_secret(name, value, variables, state)
            if state.uncaptured == name:
                # It was missing while the reply was not complete.
                state.uncaptured = ""
    except PlayError:
        state.uncaptured, state.is_withheld = name, not state.context.is_recorded
        raise
    return value


def _remember_secret(
    name: str, value: Json, variables: Variables, state: ConversationState
) -> None:
    state.know(name, value)
    replayer = state.context.replayer
    if replayer is not None:
        is_mark = isinstance(value, str) and MARK.search(value)
        variables.remember(name, mark(name) if is_mark else value)
        if not any(MARK.search(text) for text in texts_in(value)):
            state.notes += (
                f"the recording contains the secret '{name}' unredacted; {replayer.refresh}",
            )
    elif isinstance(value, (Mapping, list)):
        variables.remember_secret(name, value, state.redactor.json(value))
    else:
        variables.remember_secret(name, value, mark(name))


def remember_plain(name: str, value: Json, variables: Variables, state: ConversationState) -> None:
    """Store a capture that is not declared a secret; a part of it may be one."""
    redacted = state.redactor.json(value) if state.held_secrets else value
    if redacted == value:
        variables.remember(name, value)
    else:
        variables.remember_secret(name, value, redacted)


def as_recorded(
    plan: MessagePlan, variables: Variables, last: Reply | None, state: ConversationState
) -> UserMessage:
    """The message as a replay will say it: with marks in place of secrets."""
    with variables.hidden():
        message = message_of(plan, variables, last)
    if plan.press is None:
        return message
    # The text that a button sends is from a reply, which a replay sees without secrets.
    return replace(message, text=state.redactor.text(message.text))


def learn_uncaptured(
    planned: UserTurn, exchanges: tuple[Exchange, ...], state: ConversationState
) -> CheckCrashed | None:
    """Redact the secrets that a broken turn would have captured, anywhere in its answers.

    Returns the error if they cannot be searched for; the answers are then withheld.
    """
    failed = None
    secrets = [(name, capture) for name, capture in planned.captures.items() if capture.is_secret]
    responses = [exchange.response for exchange in exchanges if exchange.response is not None]
    for (name, capture), response in product(secrets, responses):
        try:
            values = list(values_of(capture, response))
        except CheckCrashed as error:
            state.uncaptured, state.is_withheld = name, True
            failed = error
        else:
            state.know_all({text: name for text in values if not MARK.search(text)})
            state.held_secrets = True
    return failed
