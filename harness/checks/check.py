"""What a check is: it is compiled once from an expectation, and judges any number of subjects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from typing import TYPE_CHECKING, Literal

from harness.checks.goldens import Goldens
from harness.checks.verdict import Verdict
from harness.conversation import (
    Attachment,
    Exchange,
    ReplyMessage,
    ToolCall,
    Transcript,
    Turn,
)
from harness.core import Json, Path, Problem, value_class
from harness.formats.json_schema import SchemaFolder

if TYPE_CHECKING:
    from harness.checks.judge.judge_settings import Judges


@value_class(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a check judges: a reply, a refusal, one message, or the provider's own record."""

    name: str = "the reply"
    """The words for it in a sentence."""
    text: str = ""
    payload: Json = None
    has_payload: bool = True
    """False if the answer was not JSON."""
    messages: tuple[ReplyMessage, ...] = ()
    actions: Mapping[str, str] = field(default_factory=dict)
    products: tuple[Json, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    tools: tuple[ToolCall, ...] | None = None
    """None if the provider's definition does not say where tool calls are."""
    usage: Mapping[str, float] | None = None
    """None if the provider's definition does not say where usage is."""
    exchange: Exchange | None = None
    """The exchange that it was read from."""
    latency: float | None = None
    """Seconds; None if no time was recorded."""
    is_recorded: bool = False
    turn: Turn | None = None
    """The turn of the reply; None for a part of a reply."""
    transcript: Transcript | None = None
    """The conversation so far, or the whole of it; None if only the subject is known."""
    file: str = ""
    """The file of the turn, relative to the project; empty if there is no file."""
    is_record: bool = False
    """The payload is the provider's own record, not that of a reply."""

    @property
    def earlier(self) -> Mapping[int, Json]:
        """The payloads of earlier turns, by number. Turns without a reply are left out."""
        if self.turn is None or self.transcript is None:
            return {}
        number = self.turn.number
        return {
            turn.number: turn.history if self.is_record else turn.reply.payload
            for turn in self.transcript.turns
            if turn.number < number and turn.reply is not None
        }


Judge = Callable[[Subject], Verdict]
"""A compiled check. Raises `CheckCrashed` if it could not do its work."""

LooksAt = Literal["text", "messages", "payload", "reply", "answer", "conversation"]
"""The part of a subject that a check reads, which decides where it is allowed.

`text`: its text alone. `messages`: the texts of its messages. `payload`: its payload and text.
`reply`: any part of a reply, or of all replies together. `answer`: the HTTP answer of one turn,
with its headers and times. `conversation`: all turns.
"""


@value_class(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Why a check is unlikely to fail on anything that a bot may say."""

    message: str
    """One sentence without a full stop."""
    hint: str = ""


@value_class(frozen=True, slots=True, kw_only=True)
class Options:
    """What else a check is compiled with, besides its value."""

    ignore_case: bool = False
    schemas: SchemaFolder | None = None
    """The project's own schemas; None if there is no project."""
    goldens: Goldens | None = None
    """The project's golden files; None if there is no project."""
    judges: Judges | None = None
    """The judges of the project; None if there is no project."""
    texts: Mapping[str, Kind] = field(default_factory=dict)
    """For a check that contains checks on a text: all of those by name, with the project's own."""
    doubts: list[Doubt | Problem] | None = None
    """Collects doubts about the checks that are compiled; None if they are not wanted.

    A `Problem` is about a part of a check, such as its schema.
    """

    def doubt(self, message: str, hint: str = "") -> None:
        """Add a doubt that the check can fail on anything that a bot is likely to say."""
        if self.doubts is not None:
            self.doubts.append(Doubt(message=message, hint=hint))


class Content(Enum):
    """What the value of a check contains, if it is not only YAML's own values."""

    TEXT = auto()
    """Texts, read as they are written: `012` is the text `012` there."""
    CHECKS = auto()
    """A mapping of checks, or a list of such mappings."""


class Decided(StrEnum):
    """A property of a reply that the value of a check can decide, so that it may vary."""

    MESSAGES = "messages"
    """How many messages there are."""
    ORDER = "order"
    """The messages are the same in any order."""
    ACTIONS = "actions"
    """How many buttons there are."""
    PRODUCTS = "products"
    ATTACHMENTS = "attachments"
    TOOLS = "tools"
    """How many calls of tools there are."""
    STATUS = "status"


class Claim(Enum):
    """What a check requires of a text, to find checks that exclude each other."""

    WHOLE = auto()
    """The whole text."""
    PART = auto()
    """A part of the text."""
    LIMIT = auto()
    """If it fails for a part of a text, it fails for the text."""
    OTHER = auto()
    """Anything else, which only a required whole text can contradict."""


@value_class(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of check: a key of an `expect:` block, and everything that is known about it."""

    name: str
    schema: Json
    """JSON Schema of the value, with a description and examples."""
    compile: Callable[[Json, Options], Judge]
    """Makes the check. Raises `BadExpectation` if the value makes no sense."""
    on: LooksAt = "reply"
    """What it reads, which decides where it is allowed."""
    content: Content | None = None
    """What the value is as a whole, if it is not a mapping of `parts`."""
    parts: Mapping[str, Content] = field(default_factory=dict)
    """What some keys of the value contain."""
    waits: bool = False
    """It takes `within:`, and waits for messages after the reply."""
    asks: bool = False
    """It asks a model, whose answers are in the transcript's opinions."""
    is_caseless: bool = False
    """`ignore_case` does not change it."""
    is_free_of_variables: bool = False
    """Braces and `$` in its texts are not variables, but a part of its own notation or wrong."""
    claim: Claim | None = None
    """None if it does not judge a text, or only estimates."""
    needs: str = ""
    """The key that it needs in the `reply:` of a definition; `stream` if it needs a stream."""
    lacks: str = ""
    """What a message says of a definition without that key: `does not say where buttons are`."""
    names_files: bool = False
    """A text in its value may be the name of a schema or of a golden file of the project."""
    headers: Callable[[Json], Iterable[str]] | None = None
    """Gives the names of the headers that a value reads."""
    recalls: Callable[[Json], Iterator[tuple[Path, int]]] | None = None
    """Gives the earlier turns that a value compares with, and where the value names them."""
    variables: Callable[[Json], Iterator[tuple[Path, str]]] | None = None
    """Gives the variables that a value names without `${…}`, and where."""
    decides: Callable[[Json], Iterable[str]] | None = None
    """Gives what a value decides, of `Decided`, and the paths at which it accepts anything.

    Drift in it is accepted as long as the check passes on both replies.
    """
    instead: Callable[[Json, str], str] | None = None
    """Makes the hint for a value of the wrong type, from the value and its text in the file."""
    other_words: str = ""
    """Names of other tools for it, separated by spaces."""

    def inner_checks(self, value: Json) -> Iterator[tuple[Path, str, Json]]:
        """The checks that the value contains as a whole: path in it, name, and value of each."""
        if self.content is not Content.CHECKS or (self.parts and isinstance(value, Mapping)):
            return
        blocks = enumerate(value) if isinstance(value, list | tuple) else ((None, value),)
        for index, block in blocks:
            for name, one in block.items() if isinstance(block, Mapping) else ():
                if name not in MODIFIERS:
                    yield ((name,) if index is None else (index, name)), name, one


def decided_by_count(part: Decided) -> Callable[[Json], Iterator[str]]:
    """The `decides` of a check whose value may have a `count` of a part of the reply."""

    def decides(value: Json) -> Iterator[str]:
        if isinstance(value, Mapping) and "count" in value:
            yield part

    return decides


MODIFIERS = ("ignore_case", "optional")
"""Keys of a block that are not checks."""


@dataclass(eq=False)
class BadExpectation(ValueError):
    """The value of a check makes no sense. Raised while it is compiled."""

    code: str
    message: str
    hint: str = ""
    path: Path = ()
    """The place of the error in the value."""
    is_of_key: bool = field(default=False, kw_only=True)
    """The key at the end of the path is wrong, not its value."""

    def __str__(self) -> str:
        hint = f"; {self.hint}" if self.hint else ""
        return f"{self.message}{hint} [{self.code}]"
