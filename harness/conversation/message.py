"""What the user says and what the bot answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from types import MappingProxyType

from harness.core import Json, value_class

NOTHING: Mapping[str, Json] = MappingProxyType({})


class Role(StrEnum):
    """Who speaks."""

    USER = "user"
    ASSISTANT = "assistant"


@value_class(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a message or came with a reply."""

    name: str
    content: str = ""
    """A URL or base64 text, as the provider gave or wants it."""


@value_class(frozen=True, slots=True, kw_only=True)
class UserMessage:
    """What the user says in one turn, every variable filled in."""

    text: str
    display_text: str = ""
    """The label of the pressed button; empty where the user typed."""
    attachments: tuple[Attachment, ...] = ()
    metadata: Mapping[str, Json] = field(default_factory=lambda: NOTHING)


@value_class(frozen=True, slots=True, kw_only=True)
class ReplyMessage:
    """One of the messages of a reply."""

    text: str
    id: str = ""
    """As the provider names it; empty where it does not."""
    payload: Json = None
    """The part of the reply's payload that this message was read from."""
    is_late: bool = False
    """It came behind the reply, and a check waited for it."""


@value_class(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A tool that the bot called on the way to its reply, or wants to be called."""

    name: str
    arguments: Json = None
    """As JSON; the text itself where the provider gave one that is no JSON."""
    id: str = ""
    """As the provider names it; empty where it does not."""


@value_class(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the bot answered to one user message."""

    messages: tuple[ReplyMessage, ...] = ()
    payload: Json = None
    """The raw payload: the JSON of the answer that the reply was read from."""
    actions: Mapping[str, str] = field(default_factory=dict)
    """Buttons: label to the prompt that pressing one sends."""
    products: tuple[Json, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    tools: tuple[ToolCall, ...] | None = None
    """In the order called; None where the definition does not say where calls stand."""
    usage: Mapping[str, float] | None = None
    """What the provider counted, such as tokens, by name; None where the definition does not
    say where it stands, empty where the provider told nothing."""

    @property
    def text(self) -> str:
        """All messages' texts, one a line; a message without text adds none."""
        return "\n".join(message.text for message in self.messages if message.text)
