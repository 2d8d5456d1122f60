"""The ways in which a green run can prove nothing, and what each of them takes off the figure."""

from __future__ import annotations

from enum import Enum

from harness.core import Place, Problem, value_class

_ALL = 100
_HALF = 50
_TENTH = 10


@value_class(frozen=True, slots=True, kw_only=True)
class FindingKind:
    """What is known about a kind of finding."""

    code: str
    points: int
    """That a finding takes off the figure, which is 100 at most."""
    hint: str
    """The next step."""


class Vacuity(Enum):
    """The kinds of findings."""

    UNCHECKED_TURN = FindingKind(
        code="unchecked-turn", points=_TENTH, hint="add a check to 'expect:'"
    )
    OPTIONAL_ONLY = FindingKind(
        code="optional-only", points=_TENTH, hint="make one of the messages required"
    )
    CANNOT_FAIL = FindingKind(code="cannot-fail", points=_TENTH, hint="write what must be there")
    OWN_CAPTURE = FindingKind(
        code="compares-with-itself",
        points=_TENTH,
        hint="compare with the value of another turn, or write it out",
    )
    EMPTY_LIST = FindingKind(
        code="empty-list",
        points=_TENTH,
        hint="add a 'length', or record a conversation in which the list has items",
    )
    LOOSE_SCHEMA = FindingKind(
        code="loose-schema",
        points=_TENTH,
        hint="describe the fields of the payload, and require those that must be there",
    )
    ECHO_PASSES = FindingKind(
        code="echo-passes",
        points=_TENTH,
        hint="check something that only a right answer contains",
    )
    SKIPPED_CHECK = FindingKind(
        code="skipped-check",
        points=_TENTH,
        hint="let the definition read what the check needs, or remove it",
    )
    OLD = FindingKind(code="cassette-old", points=_TENTH, hint="record it again")
    STALE = FindingKind(code="cassette-stale", points=_HALF, hint="record it again")
    GATE = FindingKind(
        code="gate-decides-nothing",
        points=_HALF,
        hint="require more takes to pass, or write 'until: decided'",
    )
    XFAIL_WITHOUT_END = FindingKind(
        code="xfail-without-end",
        points=_HALF,
        hint="add 'strict: true', so that the scenario fails once the bot is right",
    )
    XFAIL_PASSES = FindingKind(code="xfail-passes", points=_HALF, hint="remove 'xfail:'")
    ALWAYS_SKIPPED = FindingKind(
        code="always-skipped",
        points=_ALL,
        hint="remove 'skip:', or say with 'when:' where it applies",
    )
    ALL_IGNORED = FindingKind(code="all-ignored", points=_ALL, hint="ignore fewer fields")
    NOT_GREEN = FindingKind(
        code="not-green", points=_ALL, hint="fix the scenario, or record it again"
    )

    @property
    def code(self) -> str:
        """As messages have it."""
        return self.value.code

    @property
    def points(self) -> int:
        """What a finding takes off the figure."""
        return self.value.points

    def at(self, place: Place, message: str, subject: str = "", hint: str = "") -> Problem:
        """A finding of this kind."""
        return Problem(
            code=self.code,
            message=message,
            # Without its line: a place cannot be sent from one process to another.
            where=str(place),
            subject=subject,
            hint=hint or self.value.hint,
        )


KIND_OF = {kind.code: kind for kind in Vacuity}
"""The kinds by their codes."""
