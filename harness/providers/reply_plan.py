"""How a reply is read from an answer, as a definition says it."""

from __future__ import annotations

from dataclasses import field

from harness.core import Place, value_class
from harness.providers.conditions import Conditions


@value_class(frozen=True, slots=True, kw_only=True)
class ResultsPlan:
    """Where the results are of the tools that the bot runs itself. All texts are JSONPaths."""

    path: str
    """Leads to one node for each result."""
    id: str = "$.id"
    """Within a result: the id of its call."""
    value: str = "$.value"
    """Within a result."""


@value_class(frozen=True, slots=True, kw_only=True)
class ToolsPlan:
    """Where the tool calls of a reply stand. All texts are JSONPaths."""

    path: str
    """Leads to one node a call."""
    name: str = "$.name"
    """Within a call's node."""
    arguments: str = "$.arguments"
    """Within a call's node: JSON, or a text that holds JSON."""
    id: str = ""
    index: str = ""
    """Within a node, which call it is a piece of: pieces of one index are joined."""
    conditions: Conditions = field(default_factory=dict)
    """Within a node: whether it is a call, or the call of which it is a piece is one. Empty where
    all are."""
    results: ResultsPlan | None = None


@value_class(frozen=True, slots=True)
class TextPath:
    """Where the text of a message is, within its node."""

    path: str
    joins: bool = False
    """The texts of all nodes are one text; otherwise one node must be a text."""
    separator: str = ""
    """Between the texts that are joined."""


@value_class(frozen=True, slots=True, kw_only=True)
class ButtonPlan:
    """How a button is read that is an object. All texts are JSONPaths within its node."""

    label: str = "$.label"
    prompt: str = ""
    """What pressing it sends; the label where empty."""


@value_class(frozen=True, slots=True, kw_only=True)
class ReplyPlan:
    """How the messages of a reply are read from a payload. All texts are JSONPaths."""

    messages: str = "$"
    """Leads to one node a message."""
    text: tuple[TextPath, ...] = (TextPath("$"),)
    """Tried in order within a message's node; the first that gives a text is taken."""
    text_place: Place | None = field(default=None, compare=False)
    """Where the definition says it; None if it does not."""
    id: str = ""
    index: str = ""
    """Within a piece of a message: which message it is. Empty where each node is a message."""
    is_text_optional: bool = False
    """A message may hold something else than a text, such as an image."""
    are_messages_optional: bool = False
    """The bot may say nothing at all."""
    only_new: bool = False
    """Leave out messages whose id an earlier reply held already."""
    question: Conditions = field(default_factory=dict)
    """Within a message's node: it is the user's, and only what stands behind the last such
    message is the reply. Empty where all messages are the bot's."""
    in_reply_to: Conditions = field(default_factory=dict)
    """Within a message's node: it belongs to this turn. Empty where all messages do."""
    actions: str = ""
    """Leads to a mapping of label to prompt, or to texts that are both."""
    button: ButtonPlan | None = None
    """How a button is read where `actions` leads to objects."""
    products: str = ""
    attachments: str = ""
    tools: ToolsPlan | None = None
    usage: str = ""
    """Leads to a mapping of names to numbers."""

    @property
    def may_have_no_message(self) -> bool:
        """Whether a reply without a message can be read."""
        others = (self.actions, self.products, self.attachments, self.tools)
        return self.are_messages_optional or any(others)
