"""What judging a subject results in: a verdict, and for a failure what was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from harness.conversation import Outcome
from harness.core import value_class

Lines = tuple[str, ...] | Callable[[], tuple[str, ...]]
"""Lines of text, or a function that makes them when they are needed."""


@value_class(frozen=True, slots=True, kw_only=True)
class Finding:
    """How a check failed. Texts are shortened."""

    message: str
    """One sentence without a full stop."""
    expected: str = ""
    actual: str = ""
    lines: Lines = ()
    """The difference, or a function that makes it: that of a check inside `not` is never shown."""

    @property
    def difference(self) -> tuple[str, ...]:
        """Lines that show what differs."""
        return self.lines if isinstance(self.lines, tuple) else self.lines()


@value_class(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The result of judging one subject."""

    outcome: Outcome
    finding: Finding | None = None
    """For a failure."""
    reason: str = ""
    """Why it was skipped or is BROKEN; for a pass, a note that people should see."""
    code: str = ""
    """The code of the error that made it BROKEN, or `not-told`; empty otherwise."""

    def showing(self, actual: str) -> Verdict:
        """The verdict with another text for what was found."""
        finding = self.finding and replace(self.finding, actual=actual)
        return replace(self, finding=finding)


PASS = Verdict(outcome=Outcome.PASSED)
"""The common verdict, made once."""


def noted(note: str) -> Verdict:
    """The verdict that the check passed, with a note that people should see."""
    return Verdict(outcome=Outcome.PASSED, reason=note)


def failed(
    message: str, *, expected: str = "", actual: str = "", difference: Lines = ()
) -> Verdict:
    """The verdict that the bot was wrong. A costly difference may be made when it is shown."""
    finding = Finding(message=message, expected=expected, actual=actual, lines=difference)
    return Verdict(outcome=Outcome.FAILED, finding=finding)


def skipped(reason: str) -> Verdict:
    """The verdict that it could not be measured."""
    return Verdict(outcome=Outcome.SKIPPED, reason=reason)


def not_told(reason: str, *, forbids: bool = True) -> Verdict:
    """The verdict if neither the definition nor the recording says what the check reads.

    A check that forbids something is BROKEN, so that nothing unseen passes. One that only requires
    something is skipped, and BROKEN inside `not`.
    """
    if forbids:
        sentence = f"the check could not be made: {reason}"
        return Verdict(outcome=Outcome.BROKEN, reason=sentence, code="not-told")
    return Verdict(outcome=Outcome.SKIPPED, reason=reason, code="not-told")


def turned_round(verdict: Verdict) -> Verdict:
    """The verdict of a `not` around a check that neither passed nor failed."""
    could_not_look = verdict.outcome is Outcome.SKIPPED and verdict.code
    return not_told(verdict.reason) if could_not_look else verdict
