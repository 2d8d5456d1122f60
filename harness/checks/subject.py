"""What a check judges."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.conversation import Attachment, Exchange, ReplyMessage, Turn
from harness.typing import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is judged: a reply, a refusal, one message, or the provider's record."""

    name: str = "the reply"
    """As it stands in a sentence."""
    text: str = ""
    payload: Json = None
    has_payload: bool = True
    """False where the answer was no JSON."""
    messages: tuple[ReplyMessage, ...] = ()
    actions: Mapping[str, str] = field(default_factory=dict)
    products: tuple[Json, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    exchange: Exchange | None = None
    """The exchange that it was read from."""
    latency: float | None = None
    """Seconds; None where no time was recorded."""
    is_recorded: bool = False


def subject_of(turn: Turn, *, is_recorded: bool = False) -> Subject:
    """What the checks of a turn judge: its reply, or the refusal that the scenario expects."""
    reply = turn.reply
    if reply is None:
        return _refusal(turn, is_recorded=is_recorded)
    return Subject(
        text=reply.text,
        payload=reply.payload,
        messages=reply.messages,
        actions=reply.actions,
        products=reply.products,
        attachments=reply.attachments,
        exchange=turn.answer,
        latency=turn.latency,
        is_recorded=is_recorded,
    )


def history_of(turn: Turn, *, is_recorded: bool = False) -> Subject:
    """What the `history:` checks of a turn judge: the provider's own record."""
    text = json.dumps(turn.history, ensure_ascii=False, indent=1)
    return Subject(name="the history", text=text, payload=turn.history, is_recorded=is_recorded)


def message_of(subject: Subject, index: int) -> Subject:
    """One message of a reply, as a subject."""
    message = subject.messages[index]
    return Subject(
        name=f"message {index + 1} of {subject.name}", text=message.text, payload=message.payload
    )


def _refusal(turn: Turn, *, is_recorded: bool) -> Subject:
    answer = turn.answer
    body = answer.response.body if answer is not None and answer.response is not None else b""
    text = body.decode("utf-8", "replace")
    try:
        payload, has_payload = json.loads(text), True
    except ValueError:
        payload, has_payload = None, False
    return Subject(
        name="the refusal",
        text=text,
        payload=payload,
        has_payload=has_payload,
        exchange=answer,
        latency=turn.latency,
        is_recorded=is_recorded,
    )
