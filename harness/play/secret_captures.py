"""Captures of a scenario that must never be stored or shown.

A recording holds the mark of such a value in its place. A replay captures that mark, and so must
whatever a recording keeps of later messages be made with it.
"""

from __future__ import annotations

from collections.abc import Mapping

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
    """Capture a secret, keep it, and hide it wherever it is or was said.

    Raises `PlayError` where it cannot be looked for, or is too short or long to be found again;
    what was answered is then withheld.
    """
    try:
        value = _secret_from(name, capture, reply, exchanges)
        if not isinstance(value, MissingCapture):
            _remember_secret(name, value, variables, state)
            if state.uncaptured == name:
                # An earlier look at a reply that was not complete.
                state.uncaptured = ""
            return value
    except PlayError:
        state.uncaptured, state.is_withheld = name, not state.context.is_recorded
        raise
    state.uncaptured = name
    return value


def _secret_from(
    name: str, capture: Capture, reply: Reply, exchanges: tuple[Exchange, ...]
) -> Json | MissingCapture:
    """What a secret capture finds; in a replay the mark, which a pattern need not match."""
    if capture.matches and mark(name) in reply.text:
        return mark(name)
    return capture_from(capture, reply, exchanges)


def _remember_secret(
    name: str, value: Json, variables: Variables, state: ConversationState
) -> None:
    is_mark = isinstance(value, str) and MARK.search(value)
    state.know(name, value)
    replayer = state.context.replayer
    if replayer is not None:
        variables.remember(name, mark(name) if is_mark else value)
        if not any(MARK.search(text) for text in texts_in(value)):
            note = f"the recording contains the secret '{name}' unredacted; {replayer.refresh}"
            state.notes += (note,)
        return
    is_one = not isinstance(value, (Mapping, list))
    variables.remember_secret(name, value, mark(name) if is_one else state.redactor.json(value))


def remember_plain(name: str, value: Json, variables: Variables, state: ConversationState) -> None:
    """Keep a capture that is no secret; a part of it may be one all the same."""
    hidden = state.redactor.json(value) if state.held_secrets else value
    if hidden == value:
        variables.remember(name, value)
    else:
        variables.remember_secret(name, value, hidden)


def as_recorded(
    plan: MessagePlan, variables: Variables, last: Reply | None, state: ConversationState
) -> UserMessage:
    """The message as a replay will say it: with the marks that it will have captured."""
    with variables.hidden():
        message = message_of(plan, variables, last)
    if plan.press is None:
        return message
    # What a button sends comes from a reply, which a replay sees without secrets.
    return UserMessage(
        text=state.redactor.text(message.text),
        display_text=message.display_text,
        attachments=message.attachments,
        metadata=message.metadata,
    )


def learn_uncaptured(
    planned: UserTurn, exchanges: tuple[Exchange, ...], state: ConversationState
) -> CheckCrashed | None:
    """Redact what a broken turn would have captured, wherever in its answers it is.

    Gives the error where it cannot be looked for; the answers are then withheld.
    """
    unsearched = None
    for name, capture in planned.captures.items():
        if not capture.is_secret:
            continue
        for exchange in exchanges:
            if exchange.response is None:
                continue
            try:
                found = list(values_of(capture, exchange.response))
            except CheckCrashed as error:
                state.uncaptured, state.is_withheld = name, True
                unsearched = error
            else:
                state.know_all({text: name for text in found if not MARK.search(text)})
                state.held_secrets = True
    return unsearched
