"""Captures of a scenario that must never be stored or shown.

A recording holds the mark of such a value in its place. A replay captures that mark, and so must
whatever a recording keeps of later messages be made with it.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.conversation import Exchange, Reply, Stop, UserMessage
from harness.core.errors import CheckCrashed, PlayError
from harness.core.typing import Json
from harness.play.conversation_variables import MissingCapture, Variables, capture_from, message_of
from harness.play.line import Line, texts_in
from harness.play.secret_locations import values_of
from harness.scenario import Capture, MessagePlan, UserTurn
from harness.secrets.secret_names import mark
from harness.secrets.secret_spans import MARK


def take_secret(
    name: str,
    capture: Capture,
    reply: Reply,
    exchanges: tuple[Exchange, ...],
    variables: Variables,
    line: Line,
) -> Json | MissingCapture:
    """Capture a secret, keep it, and hide it wherever it is or was said.

    Raises `PlayError` where it cannot be looked for, or is too short or long to be found again;
    what was answered is then withheld.
    """
    try:
        value = _secret_from(name, capture, reply, exchanges)
        if not isinstance(value, MissingCapture):
            _remember_secret(name, value, variables, line)
            if line.unhidden == name:
                # An earlier look at a reply that was not complete.
                line.unhidden = ""
            return value
    except PlayError:
        line.unhidden, line.is_withheld = name, not line.is_recorded
        raise
    line.unhidden = name
    return value


def _secret_from(
    name: str, capture: Capture, reply: Reply, exchanges: tuple[Exchange, ...]
) -> Json | MissingCapture:
    """What a secret capture finds; in a replay the mark, which a pattern need not match."""
    if capture.matches and mark(name) in reply.text:
        return mark(name)
    return capture_from(name, capture, reply, exchanges)


def _remember_secret(name: str, value: Json, variables: Variables, line: Line) -> None:
    is_mark = isinstance(value, str) and MARK.search(value)
    line.know(name, value)
    if line.is_recorded:
        variables.remember(name, mark(name) if is_mark else value)
        if not any(MARK.search(text) for text in texts_in(value)):
            line.notes = (*line.notes, _in_clear(name, line))
        return
    is_one = not isinstance(value, (Mapping, list))
    variables.remember_secret(name, value, mark(name) if is_one else line.redactor.json(value))


def remember_plain(name: str, value: Json, variables: Variables, line: Line) -> None:
    """Keep a capture that is no secret; a part of it may be one all the same."""
    hidden = line.redactor.json(value) if line.held_secrets else value
    if hidden == value:
        variables.remember(name, value)
    else:
        variables.remember_secret(name, value, hidden)


def as_recorded(
    plan: MessagePlan, variables: Variables, last: Reply | None, line: Line
) -> UserMessage:
    """The message as a replay will say it: with the marks that it will have captured."""
    with variables.hidden():
        message = message_of(plan, variables, last)
    if plan.press is None:
        return message
    # What a button sends comes from a reply, which a replay sees without secrets.
    return UserMessage(
        text=line.redactor.text(message.text),
        display_text=message.display_text,
        attachments=message.attachments,
        metadata=message.metadata,
    )


def know_what_came(planned: UserTurn, exchanges: tuple[Exchange, ...], line: Line) -> Stop | None:
    """Hide what a turn that broke off would have captured, wherever in its answers it stands.

    Gives the reason to stop where it cannot be looked for; what was answered is then withheld.
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
                line.unhidden, line.is_withheld = name, True
                unsearched = Stop(turn=planned.number, error=error)
            else:
                line.know_all({text: name for text in found if not MARK.search(text)})
                line.held_secrets = True
    return unsearched


def _in_clear(name: str, line: Line) -> str:
    mend = line.mend.replace("--mode record", "--mode refresh")
    return f"the recording holds the secret '{name}' as it is; {mend}"
