"""What came of a scenario, as values."""

from __future__ import annotations

from dataclasses import dataclass

from harness.conversation import Outcome, Transcript
from harness.errors import PlayError
from harness.scenario import Scenario
from harness.source import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What came of one check."""

    name: str
    outcome: Outcome
    turn: int
    """0 for a check over the whole conversation."""
    place: Place | None = None
    """None for the contract of the definition, which no line of the scenario asks for."""
    message: str = ""
    """For a failure, what is wrong; for a skip, the reason."""
    expected: str = ""
    actual: str = ""
    difference: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """What came of one play of a scenario."""

    scenario: Scenario
    transcript: Transcript
    checks: tuple[CheckResult, ...] = ()
    notes: tuple[str, ...] = ()
    """What people should know although nothing failed."""

    @property
    def outcome(self) -> Outcome:
        """BROKEN where it could not be told, else FAILED where a check failed."""
        if self.error is not None or any(c.outcome is Outcome.BROKEN for c in self.checks):
            return Outcome.BROKEN
        return Outcome.FAILED if self.failures else Outcome.PASSED

    @property
    def error(self) -> PlayError | None:
        """Why the conversation ended early."""
        return self.transcript.stop.error if self.transcript.stop else None

    @property
    def failures(self) -> tuple[CheckResult, ...]:
        """The checks that failed, in order."""
        return tuple(check for check in self.checks if check.outcome is Outcome.FAILED)

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of what went wrong: names of failed checks, or the error's code."""
        codes = [check.name for check in self.failures]
        if self.error is not None:
            codes.append(self.error.code)
        return tuple(dict.fromkeys(codes))
