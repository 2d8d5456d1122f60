"""One changed reply, and what became of it."""

from __future__ import annotations

from enum import StrEnum

from harness.core import value_class
from harness.project.plan import Play


class Mutator(StrEnum):
    """How a reply is changed, so that somebody should notice."""

    EMPTIED = "emptied"
    OTHER_REPLY = "other reply"
    NEGATED = "negated"
    NUMBER_CHANGED = "number changed"
    LAST_SENTENCE_CUT = "last sentence cut"
    CUT_IN_HALF = "cut in half"
    ORDER_TURNED = "order turned"
    ERROR_APPENDED = "error appended"
    PART_DROPPED = "part dropped"
    """A button, a product, an attachment or a tool call."""
    FIELD_DROPPED = "field dropped"
    FIELD_CHANGED = "field changed"


class Harmless(StrEnum):
    """How a reply is changed, so that nobody should notice."""

    COURTESY_ADDED = "courtesy added"
    SPACES_AND_QUOTES = "spaces and quotes"
    OTHER_IDS = "other ids and dates"
    LIST_TURNED = "unordered list turned"
    FIELD_ADDED = "field added"


class Aspect(StrEnum):
    """What of a reply is changed."""

    SAID = "said"
    """What a person gets: texts, buttons, products and attachments."""
    PAYLOAD = "payload"
    """Only other fields of the payload."""


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    """The scenario noticed it."""
    CONTRACT = "contract"
    """Only the provider's definition noticed it, whatever the scenario says."""
    SURVIVED = "survived"
    LEFT_OUT = "left out"
    """Nobody could expect this field: it is volatile, or ignored."""


@value_class(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One changed reply of a recorded conversation."""

    play: Play
    turn: int
    """From 1."""
    change: Mutator | Harmless
    number: int
    """Of the changes of this kind in this turn, from 1."""
    aspect: Aspect
    fate: Fate
    reason: str = ""
    """What noticed it: the check, with file and line. Of one left out: why."""
    paths: tuple[str, ...] = ()
    """What is changed, as JSONPaths of the payload; items of a list are `[*]`."""
    before: str = ""
    """What was there; shortened."""
    after: str = ""
    """What is there instead; empty if nothing is."""

    @property
    def id(self) -> str:
        """The same on every machine: `turn 2 / negated / 1`."""
        return f"turn {self.turn} / {self.change.value} / {self.number}"

    @property
    def is_harmless(self) -> bool:
        """Whether nobody should notice it."""
        return isinstance(self.change, Harmless)
