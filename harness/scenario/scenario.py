"""A scenario as its author wrote it: what is said, and what is expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from enum import StrEnum

from harness.checks import KIND_NAMED
from harness.config.strength_format import IgnoredField
from harness.core import Json, Path, Place, value_class
from harness.formats.template import Template
from harness.scenario.repeats import Repeat
from harness.scenario.tool_answers import ToolAnswers
from harness.scenario.waivers import Waiver


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
    SIMULATE = "simulate"
    """It decides what a simulated user does; it is not a result by itself."""


INNER_SCOPES: Mapping[Scope, tuple[Scope, ...]] = {
    Scope.REPLY: (Scope.HISTORY,),
    Scope.CONVERSATION: (Scope.NEVER, Scope.ALWAYS),
}
"""The blocks of other scopes that a block of checks may contain, by their names."""
_WITHIN = {Scope.HISTORY: "history ", Scope.NEVER: "never "}
"""Before the name of a check in results, by the block that it is in."""


class TurnPurpose(StrEnum):
    """What a turn is there for."""

    SETUP = "setup"
    """Played first; if it fails, the conversation cannot be judged."""
    PREFIX = "branch"
    """Said as in the scenario that this one continues; its reply is not checked again."""
    TURN = "turn"
    TEARDOWN = "teardown"
    """Played last, also after a failure."""


Given = Mapping[str, Template]
"""Parameters of an included fragment."""


class Credentials(StrEnum):
    """Which secrets a conversation is held with."""

    VALID = "valid"
    NONE = "none"
    WRONG = "wrong"


@value_class(frozen=True, slots=True, kw_only=True)
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
    within: float = 0.0
    """Seconds after the reply in which the expected messages may come; 0.0 for no waiting."""

    @property
    def result_name(self) -> str:
        """Its name in results, with the block that it is in if that changes what it says."""
        return f"{_WITHIN.get(self.scope, '')}{self.name}"

    @property
    def constant(self) -> Json:
        """The value; None if it has variables in it."""
        return self.value.render({}) if self.value.is_constant else None


@value_class(frozen=True, slots=True, kw_only=True)
class Capture:
    """What to remember of a reply. Exactly one of the sources is given."""

    place: Place
    json: str = ""
    """JSONPath into the raw payload."""
    matches: str = ""
    """Pattern in the reply's text: its first group, or the whole match if it has no group."""
    header: str = ""
    history: str = ""
    """JSONPath into the provider's own record, which is requested after the turn."""
    is_secret: bool = False
    """Never stored or shown."""


@value_class(frozen=True, slots=True, kw_only=True)
class MessagePlan:
    """What the user says, with templates in it."""

    text: Template | None = None
    press: Template | None = None
    """Label of a button of the last reply."""
    attachments: Template | None = None
    metadata: Template | None = None
    utterances: tuple[Template, ...] = ()
    """All ways to say it; `text` is the first."""


@value_class(frozen=True, slots=True, kw_only=True)
class AssistantLine:
    """A message that the bot sent on its own: context, not checked."""

    text: Template
    place: Place
    given: tuple[Given, ...] = ()
    """As `UserTurn.given`."""


@value_class(frozen=True, slots=True, kw_only=True)
class UserTurn:
    """One user message and what is expected of the answer."""

    number: int
    """From 1; assistant lines are not counted."""
    id: str = ""
    place: Place
    message: MessagePlan
    expectations: tuple[Expectation, ...] = ()
    expects_refusal: bool = False
    faults: tuple[str, ...] = ()
    """Codes of network failures, one of which is expected instead of a refusal."""
    captures: Mapping[str, Capture] = field(default_factory=dict)
    stops_on_fail: bool = False
    wait: float = 0.0
    """Seconds before the message is sent."""
    is_patient: bool = False
    """One of its expectations may wait for messages after the reply."""
    part: TurnPurpose = TurnPurpose.TURN
    answers: ToolAnswers = field(default_factory=dict)
    """To the tools that the bot calls; they come before those of the scenario."""
    given: tuple[Given, ...] = ()
    """Of the fragments that it is in, the outermost first; each may use those before it."""
    is_simulated: bool = False
    """A simulated user may say it, and decides what; the message here is empty."""

    @property
    def has_secrets(self) -> bool:
        """Whether a capture of this turn is a secret."""
        return any(capture.is_secret for capture in self.captures.values())

    @property
    def wants_history(self) -> bool:
        """Whether the provider's own record is requested after this turn."""
        return any(e.scope is Scope.HISTORY for e in self.expectations) or any(
            capture.history for capture in self.captures.values()
        )


@value_class(frozen=True, slots=True, kw_only=True)
class ScriptRule:
    """What a simulated user does if a reply passes the checks."""

    place: Place
    when: tuple[Expectation, ...] = ()
    """Empty if it fits every reply."""
    message: MessagePlan


@value_class(frozen=True, slots=True, kw_only=True)
class Simulation:
    """A user who decides from each reply what to say next."""

    place: Place
    by: str = ""
    """The provider whose model is asked if no rule fits; empty for the script alone."""
    goal: Template | None = None
    persona: Template | None = None
    knows: Mapping[str, Template] = field(default_factory=dict)
    opening: MessagePlan | None = None
    script: tuple[ScriptRule, ...] = ()
    max_turns: int
    stop_when: tuple[Expectation, ...] = ()
    may_end: bool = False
    """The conversation passes if it ends without `stop_when`."""
    written: Mapping[str, Json] = field(default_factory=dict)
    """What decides the messages, as it is in the file: a recording was made with it."""


@value_class(frozen=True, slots=True, kw_only=True)
class Way:
    """What one of several conversations of a file says."""

    said: tuple[int, ...]
    """Places in the scenario's `turns`, from 0."""
    repeated: int
    """How many of them, from the first, belong to the conversation that it branches off from."""


@value_class(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One line of a matrix."""

    name: str
    """Safe in a file name; empty if the scenario has no matrix."""
    values: Mapping[str, Json] = field(default_factory=dict)
    former: str = ""
    """Its name before names kept the letters of every script; old recordings may have it."""
    said: Mapping[int, int] = field(default_factory=dict)
    """Which utterance of a turn is said, from 0, by the turn's number; the first by default."""
    way: Way | None = None
    """None if the turns of the file are one conversation."""


@value_class(frozen=True, slots=True, kw_only=True)
class Link:
    """A page about a scenario, such as the issue that it tests."""

    url: str
    """Absolute, http or https."""
    name: str = ""


@value_class(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One conversation, or one for each row of its matrix."""

    id: str
    title: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    providers: tuple[str, ...] = ()
    """Empty for the project's default."""
    credentials: Credentials = Credentials.VALID
    variables: Mapping[str, Template] = field(default_factory=dict)
    """In the order written; a later one may use an earlier one."""
    session: Template
    rows: tuple[MatrixRow, ...] = (MatrixRow(name=""),)
    turns: tuple[UserTurn | AssistantLine, ...]
    simulation: Simulation | None = None
    """Who says the turns that are simulated; they are the last ones of `turns`."""
    answers: ToolAnswers = field(default_factory=dict)
    """To the tools that the bot calls in any turn."""
    teardown: tuple[UserTurn | AssistantLine, ...] = ()
    """Played last, also after a failure."""
    expectations: tuple[Expectation, ...] = ()
    """Over the whole conversation."""
    timeout: float | None = None
    """Seconds for the whole conversation."""
    repeat: Repeat | None = None
    """None for one take."""
    waivers: tuple[Waiver, ...] = ()
    ignored: tuple[IgnoredField, ...] = ()
    """Fields of replies that `harness strength` leaves out."""
    place: Place
    """Of the scenario's id."""
    fingerprint: str = ""
    """A hash of the file and of the other files that it uses."""
    files: Sequence[Sequence[str]] = ()
    """The files that it names: their paths in the project, and hashes of their content."""

    @property
    def header_names(self) -> frozenset[str]:
        """Answer headers that a check or a capture uses; lower case."""
        turns = self.user_turns
        names = {c.header for turn in turns for c in turn.captures.values() if c.header}
        for one in (*(e for turn in turns for e in turn.expectations), *self.expectations):
            names.update(_headers_in(one.name, one.constant))
        return frozenset(name.lower() for name in names)

    @property
    def user_turns(self) -> tuple[UserTurn, ...]:
        """All turns, setup and teardown included, without the bot's own messages."""
        return tuple(turn for turn in (*self.turns, *self.teardown) if isinstance(turn, UserTurn))


def _headers_in(name: str, value: Json) -> Iterator[str]:
    """The headers that a check, or a check inside it, uses."""
    kind = KIND_NAMED.get(name)
    if kind is not None and kind.headers is not None:
        yield from kind.headers(value)
    for _, inner, one in kind.inner_checks(value) if kind is not None else ():
        yield from _headers_in(inner, one)
