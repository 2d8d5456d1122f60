"""A scenario as its author wrote it: what is said, and what is expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from harness.source import Place
from harness.template import Template
from harness.typing import Json, Path


class Scope(StrEnum):
    """What an expectation is about."""

    REPLY = "reply"
    REFUSAL = "refusal"
    HISTORY = "history"
    NEVER = "never"
    """No reply of the conversation may fulfil it."""
    ALWAYS = "always"
    """Every reply of the conversation must."""
    CONVERSATION = "conversation"


class Credentials(StrEnum):
    """Which secrets a conversation is held with."""

    VALID = "valid"
    NONE = "none"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One line of an `expect:` block. What runs is a `Check`."""

    name: str
    value: Template
    place: Place
    """Of the check's name."""
    path: Path = ()
    """Of the value in the file."""
    scope: Scope = Scope.REPLY
    ignore_case: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """What to remember of a reply. Exactly one of the sources is given."""

    place: Place
    json: str = ""
    """JSONPath into the raw payload."""
    matches: str = ""
    """Pattern in the reply's text; its first group, or all of it where it has none."""
    header: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePlan:
    """What the user says, with templates in it."""

    text: Template | None = None
    press: Template | None = None
    """Label of a button of the last reply."""
    attachments: Template | None = None
    metadata: Template | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantLine:
    """The bot spoke by itself: context, not checked."""

    text: Template
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTurn:
    """One user message and what is expected of the answer."""

    number: int
    """From 1; assistant lines are not counted."""
    id: str = ""
    place: Place
    message: MessagePlan
    expectations: tuple[Expectation, ...] = ()
    expects_refusal: bool = False
    captures: Mapping[str, Capture] = field(default_factory=dict)
    stops_on_fail: bool = False

    @property
    def wants_history(self) -> bool:
        """The provider's own record is to be fetched after this turn."""
        return any(e.scope is Scope.HISTORY for e in self.expectations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a matrix."""

    name: str
    """Safe in a file name; empty where the scenario has no matrix."""
    values: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One conversation, or one for each row of its matrix."""

    id: str
    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    """Empty for the project's default."""
    credentials: Credentials = Credentials.VALID
    variables: Mapping[str, Template] = field(default_factory=dict)
    """In the order written; a later one may use an earlier one."""
    session: Template
    rows: tuple[Row, ...] = (Row(name=""),)
    turns: tuple[UserTurn | AssistantLine, ...]
    expectations: tuple[Expectation, ...] = ()
    """Over the whole conversation."""
    timeout: float | None = None
    """Seconds for the whole conversation."""
    place: Place
    """Of the scenario's id."""
    fingerprint: str = ""
    """A hash of the file."""

    @property
    def header_names(self) -> frozenset[str]:
        """Answer headers that a check or a capture looks at; lower case."""
        names = {c.header for turn in self.user_turns for c in turn.captures.values() if c.header}
        for turn in self.user_turns:
            for expectation in turn.expectations:
                value = expectation.value.render({}) if expectation.value.is_constant else None
                if expectation.name == "headers" and isinstance(value, Mapping):
                    names.update(value)
        return frozenset(name.lower() for name in names)

    @property
    def user_turns(self) -> tuple[UserTurn, ...]:
        """The turns without the lines that the bot spoke by itself."""
        return tuple(turn for turn in self.turns if isinstance(turn, UserTurn))
