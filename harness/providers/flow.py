"""What the interpreter asks to be done, and what it knows while a conversation goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from harness.conversation import Exchange, Reply, Request, UserMessage
from harness.typing import Json


class StreamReader(Protocol):
    """Takes the bytes of a stream as they come."""

    def feed(self, content: bytes) -> bool:
        """Take bytes. True once the stream has said that it ended."""
        ...


@dataclass(frozen=True, slots=True)
class Send:
    """Send a request; the answer is given back whole, as a `Response`."""

    request: Request
    reader: StreamReader | None = None
    """Where the body is a stream: who reads it as it comes."""


@dataclass(frozen=True, slots=True)
class Sleep:
    """Let time pass; nothing is given back."""

    seconds: float


Command = Send | Sleep


@dataclass(slots=True, kw_only=True)
class FlowState:
    """What is known in one conversation. Owned by one session; nothing else writes to it."""

    settings: Mapping[str, Json]
    session: Mapping[str, Json] = field(default_factory=dict)
    """What the scenario tells the provider when the conversation opens."""
    conversation: Mapping[str, Json] = field(default_factory=dict)
    """`id`: a UUID for systems where the client names the conversation."""
    captured: dict[str, Json] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    turns: list[Json] = field(default_factory=list)
    unsent: list[Json] = field(default_factory=list)
    message: Mapping[str, Json] = field(default_factory=dict)
    message_hash: str = ""
    turn: int = 0
    seen: set[str] = field(default_factory=set)
    """Ids of messages that an earlier reply held."""
    exchanges: list[Exchange] = field(default_factory=list)
    """Of the phase that is going on; whoever runs phases takes them away."""
    given: dict[tuple[str, str], str] = field(default_factory=dict)
    """Where a value that must be new was first captured, by its name and itself."""
    payload: Json = None
    """The last answer that was read."""
    know: Callable[[str, Json], None] = lambda _name, _value: None
    """Is told of every secret as soon as it is captured."""

    def heard_from_assistant(self, text: str) -> None:
        """The bot spoke by itself, before the user."""
        self.unsent.append({"role": "assistant", "text": text})

    def say(self, message: UserMessage, turn: int, recorded: UserMessage | None = None) -> None:
        """Begin a turn; `recorded` is the message as a replay will say it, where it differs."""
        self.turn = turn
        self.message_hash = message_hash(recorded or message)
        self.message = {
            "text": message.text,
            "display_text": message.display_text or None,
            "attachments": [{"name": a.name, "content": a.content} for a in message.attachments],
            "metadata": dict(message.metadata),
        }
        self.unsent.append({"role": "user", "text": message.text})

    def answered(self, reply: Reply) -> None:
        """End a turn with its reply."""
        self.turns.append(
            {
                "user": self.message,
                "reply": {
                    "text": reply.text,
                    "messages": [message.text for message in reply.messages],
                    "payload": reply.payload,
                },
            }
        )
        self.unsent.clear()

    def context(self) -> dict[str, object]:
        """What `${…}` means in a definition."""
        return {
            **self.captured,
            "settings": self.settings,
            "session": self.session,
            "conversation": self.conversation,
            "cookies": self.cookies,
            "turns": self.turns,
            "unsent": self.unsent,
            "message": self.message,
        }


NAMES = ("settings", "session", "conversation", "cookies", "turns", "unsent", "message")
"""What a definition's templates see beside captures."""


def message_hash(message: UserMessage) -> str:
    """A short hash of what the user says; tells a changed message from the recorded one."""
    parts = [message.text, message.display_text, *(a.name for a in message.attachments)]
    return hashlib.blake2s("\0".join(parts).encode(), digest_size=8).hexdigest()
