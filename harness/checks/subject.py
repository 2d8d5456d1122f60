"""What a check judges."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field

from harness.conversation import (
    Attachment,
    Exchange,
    ReplyMessage,
    ToolCall,
    Transcript,
    Turn,
)
from harness.core import Json, Refused, value_class


@value_class(frozen=True, slots=True, kw_only=True)
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
    tools: tuple[ToolCall, ...] | None = None
    """None where the provider's definition does not say where tool calls are."""
    usage: Mapping[str, float] | None = None
    """None where the provider's definition does not say where it stands."""
    exchange: Exchange | None = None
    """The exchange that it was read from."""
    latency: float | None = None
    """Seconds; None where no time was recorded."""
    is_recorded: bool = False
    turn: Turn | None = None
    """The turn that it came in; None for a part of a reply."""
    transcript: Transcript | None = None
    """What was said so far, or all of it; None where only the subject is known."""
    file: str = ""
    """The file that the turn is written in, relative to the project; empty where there is none."""
    is_record: bool = False
    """The payload is the provider's own record, not that of a reply."""

    @property
    def earlier(self) -> Mapping[int, Json]:
        """The payloads of the turns before, by number. Turns without a reply are left out."""
        if self.turn is None or self.transcript is None:
            return {}
        number = self.turn.number
        return {
            turn.number: turn.history if self.is_record else turn.reply.payload
            for turn in self.transcript.turns
            if turn.number < number and turn.reply is not None
        }


def subject_of(
    turn: Turn,
    *,
    is_recorded: bool = False,
    transcript: Transcript | None = None,
    file: str = "",
) -> Subject:
    """What the checks of a turn judge: its reply, or the refusal that the scenario expects."""
    reply = turn.reply
    if reply is None:
        return _refusal(turn, is_recorded=is_recorded, transcript=transcript, file=file)
    return Subject(
        turn=turn,
        transcript=transcript,
        file=file,
        text=reply.text,
        payload=reply.payload,
        messages=reply.messages,
        actions=reply.actions,
        products=reply.products,
        attachments=reply.attachments,
        tools=reply.tools,
        usage=reply.usage,
        exchange=turn.answer,
        latency=turn.latency,
        is_recorded=is_recorded,
    )


def history_of(
    turn: Turn,
    *,
    is_recorded: bool = False,
    transcript: Transcript | None = None,
    file: str = "",
) -> Subject:
    """What the `history:` checks of a turn judge: the provider's own record."""
    return Subject(
        name="the history",
        text=json.dumps(turn.history, ensure_ascii=False, indent=1),
        payload=turn.history,
        is_recorded=is_recorded,
        turn=turn,
        transcript=transcript,
        file=file,
        is_record=True,
    )


def conversation_of(transcript: Transcript) -> Subject:
    """All replies of a conversation together; the payload is the list of their payloads."""
    replies = [turn.reply for turn in transcript.turns if turn.reply is not None]
    tools = [reply.tools for reply in replies if reply.tools is not None]
    used = [reply.usage for reply in replies if reply.usage is not None]
    names = dict.fromkeys(name for usage in used for name in usage)
    return Subject(
        name="the conversation",
        text="\n".join(reply.text for reply in replies if reply.text),
        payload=[reply.payload for reply in replies],
        messages=tuple(message for reply in replies for message in reply.messages),
        actions={label: text for reply in replies for label, text in reply.actions.items()},
        products=tuple(product for reply in replies for product in reply.products),
        attachments=tuple(one for reply in replies for one in reply.attachments),
        tools=tuple(call for calls in tools for call in calls) if tools else None,
        usage={name: sum(one.get(name, 0) for one in used) for name in names} if used else None,
        is_recorded=transcript.is_recorded,
        transcript=transcript,
    )


def messages_of(subject: Subject) -> list[Subject]:
    """The messages of a reply, each as a subject."""
    return [
        Subject(name=f"message {n} of {subject.name}", text=message.text, payload=message.payload)
        for n, message in enumerate(subject.messages, 1)
    ]


def _refusal(turn: Turn, *, is_recorded: bool, transcript: Transcript | None, file: str) -> Subject:
    answer = turn.answer
    body = answer.response.body if answer is not None and answer.response is not None else b""
    text = body.decode("utf-8", "replace")
    payload = turn.refusal.payload if isinstance(turn.refusal, Refused) else None
    has_payload = payload is not None
    if not has_payload:
        with suppress(ValueError):
            payload, has_payload = json.loads(text), True
    return Subject(
        name="the refusal",
        turn=turn,
        transcript=transcript,
        file=file,
        text=text,
        payload=payload,
        has_payload=has_payload,
        exchange=answer,
        latency=turn.latency,
        is_recorded=is_recorded,
    )
