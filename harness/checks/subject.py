"""Makes the subjects that checks judge: replies, refusals, records, and whole conversations."""

from __future__ import annotations

import json
from contextlib import suppress

from harness.checks.check import Subject
from harness.conversation import Transcript, Turn
from harness.core import Refused


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
    response = turn.answer.response if turn.answer is not None else None
    text = response.body.decode("utf-8", "replace") if response is not None else ""
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
        exchange=turn.answer,
        latency=turn.latency,
        is_recorded=is_recorded,
    )
