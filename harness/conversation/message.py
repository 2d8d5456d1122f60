"""The messages of the user and the replies of the bot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType

from harness.core import Json, value_class

NOTHING: Mapping[str, Json] = MappingProxyType({})


@value_class(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a message or came with a reply."""

    name: str
    content: str = ""
    """A URL or base64 text, in the form of the provider."""


@value_class(frozen=True, slots=True, kw_only=True)
class UserMessage:
    """The message of the user in one turn, with all variables filled in."""

    text: str
    display_text: str = ""
    """The label of the pressed button; empty if the user typed."""
    attachments: tuple[Attachment, ...] = ()
    metadata: Mapping[str, Json] = field(default_factory=lambda: NOTHING)


@value_class(frozen=True, slots=True, kw_only=True)
class ReplyMessage:
    """One of the messages of a reply."""

    text: str
    id: str = ""
    """The provider's id; empty if it gives none."""
    payload: Json = None
    """The part of the reply's payload that this message was read from."""
    is_late: bool = False
    """Whether it came after the reply, while a check waited for it."""


@value_class(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A tool that the bot called on the way to its reply, or wants to be called."""

    name: str
    arguments: Json = None
    """As JSON; if the provider gave a text that is not JSON, that text."""
    id: str = ""
    """The provider's id; empty if it gives none."""


@value_class(frozen=True, slots=True, kw_only=True)
class Reply:
    """The bot's answer to one user message."""

    messages: tuple[ReplyMessage, ...] = ()
    payload: Json = None
    """The JSON of the answer that the reply was read from."""
    actions: Mapping[str, str] = field(default_factory=dict)
    """For each button its label, and the prompt that is sent when it is pressed."""
    products: tuple[Json, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    tools: tuple[ToolCall, ...] | None = None
    """In the order of the calls; None if the definition does not say where they are."""
    usage: Mapping[str, float] | None = None
    """Numbers of the provider by name, such as those of tokens; None if the definition does not
    say where they are, empty if the provider gave none."""

    @property
    def text(self) -> str:
        """The texts of all messages, one per line, without empty ones."""
        return "\n".join(message.text for message in self.messages if message.text)
