"""The messages of the user and the replies of the bot."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
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
class ToolResult:
    """What the scenario's side answers when the bot calls a tool."""

    value: Json = None
    """What the tool returns, or the reason why it fails."""
    is_error: bool = False

    @property
    def text(self) -> str:
        """The value as a text: a text as it is, anything else as JSON."""
        return self.value if isinstance(self.value, str) else json_text(self.value)


@value_class(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A tool that the bot called on the way to its reply, or wants to be called."""

    name: str
    arguments: Json = None
    """As JSON; if the provider gave a text that is not JSON, that text."""
    id: str = ""
    """The provider's id; empty if it gives none."""
    result: ToolResult | None = None
    """The answer that was sent back; None if the definition sends none back."""

    @property
    def arguments_json(self) -> str:
        """The arguments as a text: JSON, or the text that the provider gave."""
        return self.arguments if isinstance(self.arguments, str) else json_text(self.arguments)


@value_class(frozen=True, slots=True, kw_only=True)
class Reply:
    """The bot's answer to one user message."""

    messages: tuple[ReplyMessage, ...] = ()
    payload: Json = None
    """The JSON of the answer that the reply was read from."""
    actions: Mapping[str, str] = field(default_factory=dict)
    """For each button its label, and the prompt that is sent when it is pressed."""
    ambiguous_actions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each label of several buttons that send different prompts, these prompts in order."""
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


def joined_replies(replies: Sequence[Reply]) -> Reply:
    """The reply to one message of the user, from those between which tools were answered.

    It has the messages, tools, products and attachments of all, the sum of their usage, and the
    rest of the last one.
    """
    *before, last = replies
    usages = [reply.usage for reply in replies if reply.usage is not None]
    return replace(
        last,
        # A reply that calls tools may say nothing.
        messages=(*(m for reply in before for m in reply.messages if m.text), *last.messages),
        products=tuple(product for reply in replies for product in reply.products),
        attachments=tuple(one for reply in replies for one in reply.attachments),
        tools=tuple(call for reply in replies for call in reply.tools or ()),
        usage=_summed(usages) if usages else None,
    )


def json_text(value: Json) -> str:
    """JSON on one line, without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _summed(usages: Iterable[Mapping[str, float]]) -> Mapping[str, float]:
    total: dict[str, float] = {}
    for usage in usages:
        for name, number in usage.items():
            total[name] = total.get(name, 0) + number
    return total
