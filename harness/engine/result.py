"""What came of a scenario, as values."""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.conversation import Outcome, Transcript
from harness.engine.drift.drift import ComparedTurn
from harness.errors import PlayError
from harness.scenario import Scenario
from harness.source import Place
from harness.wire.redaction import Redactor


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
    compared: tuple[ComparedTurn, ...] = ()
    """In `drift` and `refresh`: the turns against those of the recording."""

    redactor: Redactor | None = None
    """For lines of the scenario's file that are shown; None where no secret is known."""

    outcome: Outcome = field(init=False)
    """BROKEN where it could not be told, else FAILED where a check failed."""

    def __post_init__(self) -> None:
        # Told once: reporters ask for it several times a scenario.
        outcomes = {check.outcome for check in self.checks}
        if self.error is not None or Outcome.BROKEN in outcomes:
            outcome = Outcome.BROKEN
        else:
            outcome = Outcome.FAILED if Outcome.FAILED in outcomes else Outcome.PASSED
        object.__setattr__(self, "outcome", outcome)

    @property
    def error(self) -> PlayError | None:
        """Why the conversation ended early."""
        return self.transcript.stop.error if self.transcript.stop else None

    def excerpt(self, place: Place) -> str:
        """The line of a place with its caret, without secrets."""
        return place.excerpt(hide=None if self.redactor is None else self.redactor.text)

    @property
    def failures(self) -> tuple[CheckResult, ...]:
        """The checks that failed, in order."""
        return tuple(check for check in self.checks if check.outcome is Outcome.FAILED)

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of what went wrong: names of checks that did not hold, or the error's code."""
        if self.outcome is Outcome.PASSED:
            return ()
        codes = [check.name for check in self.checks if check.outcome.is_bad]
        if self.error is not None:
            codes.append(self.error.code)
        return tuple(dict.fromkeys(codes))
