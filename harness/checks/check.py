"""What a check is: it is compiled once from an expectation, and judges any number of subjects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from enum import Enum, auto
from typing import Literal

from harness.checks.goldens import Goldens
from harness.conversation import (
    Attachment,
    Exchange,
    Outcome,
    ReplyMessage,
    ToolCall,
    Transcript,
    Turn,
)
from harness.core import Json, Path, Problem, value_class
from harness.formats.json_schema import SchemaFolder


@value_class(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is judged: a reply, a refusal, one message, or the provider's record."""

    name: str = "the reply"
    """As it stands in a sentence."""
    text: str = ""
    payload: Json = None
    has_payload: bool = True
    """False where the answer was no JSON."""
    messages: tuple[ReplyMessage, ...] = ()
    actions: Mapping[str, str] = field(default_factory=dict)
    products: tuple[Json, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    tools: tuple[ToolCall, ...] | None = None
    """None where the provider's definition does not say where tool calls are."""
    usage: Mapping[str, float] | None = None
    """None where the provider's definition does not say where it stands."""
    exchange: Exchange | None = None
    """The exchange that it was read from."""
    latency: float | None = None
    """Seconds; None where no time was recorded."""
    is_recorded: bool = False
    turn: Turn | None = None
    """The turn that it came in; None for a part of a reply."""
    transcript: Transcript | None = None
    """What was said so far, or all of it; None where only the subject is known."""
    file: str = ""
    """The file that the turn is written in, relative to the project; empty where there is none."""
    is_record: bool = False
    """The payload is the provider's own record, not that of a reply."""

    @property
    def earlier(self) -> Mapping[int, Json]:
        """The payloads of the turns before, by number. Turns without a reply are left out."""
        if self.turn is None or self.transcript is None:
            return {}
        number = self.turn.number
        return {
            turn.number: turn.history if self.is_record else turn.reply.payload
            for turn in self.transcript.turns
            if turn.number < number and turn.reply is not None
        }


Lines = tuple[str, ...] | Callable[[], tuple[str, ...]]
"""Lines of text, or what makes them when they are asked for."""


@value_class(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a failed check says. Texts are shortened."""

    message: str
    """One sentence without a full stop."""
    expected: str = ""
    actual: str = ""
    lines: Lines = ()
    """The difference, or what makes it: what is inside of a `not` is told to nobody."""

    @property
    def difference(self) -> tuple[str, ...]:
        """Lines that lead the eye to what differs."""
        return self.lines if isinstance(self.lines, tuple) else self.lines()


@value_class(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of judging one subject."""

    outcome: Outcome
    finding: Finding | None = None
    """For a failure."""
    reason: str = ""
    """For a skip; of a pass, what people should know although nothing failed."""
    code: str = ""
    """Of the error that made it BROKEN, or why it could not look; empty otherwise."""

    def showing(self, actual: str) -> Verdict:
        """The same verdict with another text for what came."""
        finding = self.finding and replace(self.finding, actual=actual)
        return replace(self, finding=finding)


PASS = Verdict(outcome=Outcome.PASSED)
"""The common verdict, made once."""

Judge = Callable[[Subject], Verdict]
"""A compiled check. Raises `CheckCrashed` where it could not do its work."""

LooksAt = Literal["text", "messages", "payload", "reply", "answer", "conversation"]
"""What of a subject a check reads, which decides where it may stand.

`text`: its text alone. `messages`: the texts of its messages. `payload`: its payload and text.
`reply`: any part of a reply, or of all replies together. `answer`: the HTTP answer of one turn,
with its headers and times. `conversation`: all turns.
"""


@value_class(frozen=True, slots=True, kw_only=True)
class Doubt:
    """That a check cannot fail on anything that a bot is likely to say."""

    message: str
    """One sentence without a full stop."""
    hint: str = ""


@value_class(frozen=True, slots=True, kw_only=True)
class Options:
    """What a check may be told beside its value."""

    ignore_case: bool = False
    schemas: SchemaFolder | None = None
    """The project's own schemas; None where it has none."""
    goldens: Goldens | None = None
    """The project's golden files; None where there is no project."""
    texts: Mapping[str, Kind] = field(default_factory=dict)
    """For a check that holds checks on a text: those by name, with the project's own."""
    doubts: list[Doubt | Problem] | None = None
    """Gathers what is doubtful about the checks that are compiled; None where nobody asks.

    A problem is one of something that a check is made of, such as a schema.
    """

    def doubt(self, message: str, hint: str = "") -> None:
        """Note that a check cannot fail on anything that a bot is likely to say."""
        if self.doubts is not None:
            self.doubts.append(Doubt(message=message, hint=hint))


class Content(Enum):
    """What stands in the value of a check, where it is more than YAML's own values."""

    TEXT = auto()
    """Texts, read as they are written: `012` is the text `012` there."""
    CHECKS = auto()
    """A mapping of checks, or a list of such mappings."""


class Claim(Enum):
    """What a check says of a text, by which two checks may exclude each other."""

    WHOLE = auto()
    """Which text it is."""
    PART = auto()
    """A part of the text."""
    LIMIT = auto()
    """Where it fails for a part of a text, it fails for the text."""
    OTHER = auto()


@value_class(frozen=True, slots=True, kw_only=True)
class Kind:
    """A check kind: one word of an `expect:` block, and all that is known of it."""

    name: str
    schema: Json
    """JSON Schema of the value that stands behind the name, with a description and examples."""
    compile: Callable[[Json, Options], Judge]
    """Makes the check. Raises `BadExpectation` where the value makes no sense."""
    on: LooksAt = "reply"
    """What it reads, which decides where it may stand."""
    content: Content | None = None
    """What the value as a whole is, where it is not a mapping of `parts`."""
    parts: Mapping[str, Content] = field(default_factory=dict)
    """What stands behind some of the value's keys."""
    waits: bool = False
    """It takes `within:`, and waits for messages behind the reply."""
    is_caseless: bool = False
    """It is the same whatever `ignore_case` says."""
    is_free_of_variables: bool = False
    """In its texts, braces and `$` have a meaning of their own, or are what must not be said."""
    claim: Claim | None = None
    """None where it says nothing of a text, or only estimates."""
    needs: str = ""
    """The key of a definition's `reply:` without which it can never look; `stream` for a stream."""
    lacks: str = ""
    """What a definition without that key does, such as `does not say where buttons are`."""
    headers: Callable[[Json], Iterable[str]] | None = None
    """Names the headers of the answer that a value looks at."""
    recalls: Callable[[Json], Iterator[tuple[Path, int]]] | None = None
    """The earlier turns that a value compares with, and where in the value they are named."""
    instead: Callable[[Json, str], str] | None = None
    """Makes the hint for a value of the wrong type, of the value and its text in the file."""
    other_words: str = ""
    """The words of other tools for it, separated by blanks."""

    def inner_checks(self, value: Json) -> Iterator[tuple[Path, str, Json]]:
        """The checks that the value as a whole is made of: path in it, name, and value of each."""
        if self.content is not Content.CHECKS or (self.parts and isinstance(value, Mapping)):
            return
        blocks = enumerate(value) if isinstance(value, list | tuple) else ((None, value),)
        for index, block in blocks:
            for name, one in block.items() if isinstance(block, Mapping) else ():
                if name not in MODIFIERS:
                    yield ((name,) if index is None else (index, name)), name, one


MODIFIERS = ("ignore_case", "optional")
"""Keys of a block that are not checks."""


class BadExpectation(ValueError):
    """The value of a check makes no sense. Raised while it is compiled."""

    def __init__(
        self,
        code: str,
        message: str,
        hint: str = "",
        path: Path = (),
        *,
        is_of_key: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.path = path
        """Where in the value."""
        self.is_of_key = is_of_key
        """The key at the end of the path is wrong, not what stands behind it."""

    def __str__(self) -> str:
        return (
            f"{self.message}; {self.hint} [{self.code}]"
            if self.hint
            else f"{self.message} [{self.code}]"
        )


def noted(note: str) -> Verdict:
    """The verdict that the check holds, in a way that people should know of."""
    return Verdict(outcome=Outcome.PASSED, reason=note)


def failed(
    message: str, *, expected: str = "", actual: str = "", difference: Lines = ()
) -> Verdict:
    """The verdict that the bot was wrong. A difference that is dear may be made when it is told."""
    finding = Finding(message=message, expected=expected, actual=actual, lines=difference)
    return Verdict(outcome=Outcome.FAILED, finding=finding)


def skipped(reason: str) -> Verdict:
    """The verdict that it could not be measured."""
    return Verdict(outcome=Outcome.SKIPPED, reason=reason)


def not_told(reason: str, *, forbids: bool = True) -> Verdict:
    """The verdict that neither the definition nor the recording says what was to be looked at.

    A check that forbids something is BROKEN by it, so that nothing unseen passes; one that only
    asks that something is there is skipped, and BROKEN where it is turned round.
    """
    if forbids:
        sentence = f"the check could not be made: {reason}"
        return Verdict(outcome=Outcome.BROKEN, reason=sentence, code="not-told")
    return Verdict(outcome=Outcome.SKIPPED, reason=reason, code="not-told")


def turned_round(verdict: Verdict) -> Verdict:
    """The verdict of what must not hold, where it neither held nor failed."""
    could_not_look = verdict.outcome is Outcome.SKIPPED and verdict.code
    return not_told(verdict.reason) if could_not_look else verdict
