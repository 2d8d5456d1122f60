"""Makes a transcript from the messages of another program, which have a role and a text each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from harness.conversation.message import Reply, ReplyMessage, UserMessage
from harness.conversation.stored.transcript_reading import NoTranscript
from harness.conversation.transcript import Transcript, Turn
from harness.core import Json

USER_ROLES = ("user", "human", "customer", "visitor", "client")
BOT_ROLES = ("assistant", "bot", "agent", "ai", "model", "chatbot")
SILENT_ROLES = ("system", "developer", "tool", "function")
"""Roles whose messages the user does not see; they are left out."""
ROLE_KEYS = ("role", "sender", "author", "from", "speaker")
TEXT_KEYS = ("text", "content", "message", "body")


def transcript_of_lines(text: str) -> Transcript:
    """A transcript from JSON lines, one message each. Raises `NoTranscript` with the line."""
    messages: list[Json] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            messages.append(json.loads(line))
        except ValueError as error:
            raise NoTranscript(f"line {number} is not JSON: {error}") from error
    return transcript_of_messages(messages)


def transcript_of_messages(messages: Iterable[Json]) -> Transcript:
    """A transcript from mappings with a role and a text.

    A message of the user begins a turn; the bot's messages after it are its reply. Messages of
    the bot before the first turn are left out. Raises `NoTranscript` with the message's number.
    """
    turns: list[tuple[str, list[str]]] = []
    for number, message in enumerate(messages, 1):
        role, text = _role_and_text(message, number)
        if role in USER_ROLES:
            turns.append((text, []))
        elif role in BOT_ROLES and turns:
            turns[-1][1].append(text)
    if not turns:
        raise NoTranscript("there is no message of the user")
    return Transcript(
        scenario="",
        provider="",
        turns=tuple(
            Turn(
                number=number,
                user=UserMessage(text=text),
                reply=Reply(messages=tuple(ReplyMessage(text=reply) for reply in replies)),
            )
            for number, (text, replies) in enumerate(turns, 1)
        ),
    )


def _role_and_text(message: Json, number: int) -> tuple[str, str]:
    if not isinstance(message, Mapping):
        raise NoTranscript(f"message {number} is not a mapping with a role and a text")
    role = next((message[key] for key in ROLE_KEYS if key in message), None)
    if isinstance(role, Mapping):
        role = role.get("role")
    known = (*USER_ROLES, *BOT_ROLES, *SILENT_ROLES)
    word = role.lower() if isinstance(role, str) else None
    if word not in known:
        named = "no role" if role is None else f"the role {role!r}"
        raise NoTranscript(f"message {number} has {named}; known roles: {', '.join(known)}")
    text = next((message[key] for key in TEXT_KEYS if key in message), None)
    return word, _text(text, number)


def _text(value: Json, number: int) -> str:
    """A text, or the texts of a list of parts."""
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        parts = [part.get("text") for part in value if isinstance(part, Mapping)]
        return "".join(part for part in parts if isinstance(part, str))
    raise NoTranscript(f"message {number} has no text under {', '.join(TEXT_KEYS)}")
