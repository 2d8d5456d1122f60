"""Results of checks and of scenarios, as values."""

from __future__ import annotations

from dataclasses import field, replace

from harness.conversation import Outcome, Transcript
from harness.core import Place, PlayError, value_class
from harness.play.drift.drift import ComparedTurn
from harness.scenario import Scenario
from harness.secrets.conversation_redaction import (
    redact_error,
    redact_message,
    redact_variables,
)
from harness.secrets.redaction import Redactor

MOST_REASONS = 3
"""Reasons of skipped checks that stand in one sentence."""
_ONLY_SKIPPED = frozenset((Outcome.SKIPPED,))


@value_class(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The result of one check."""

    name: str
    outcome: Outcome
    turn: int
    """0 for a check on the whole conversation."""
    place: Place | None = None
    """None for the contract of the definition, which no line of the scenario asks for."""
    message: str = ""
    """For a failure, what is wrong; for a skip, the reason; of a pass, what should be known."""
    expected: str = ""
    actual: str = ""
    difference: tuple[str, ...] = ()
    """Lines that lead the eye to what differs; of a check that crashed, its traceback."""
    code: str = ""
    """Of the error that made it BROKEN; empty where there was none."""

    @property
    def lines_are(self) -> str:
        """What the lines of `difference` are called where they are shown."""
        return "traceback" if self.code == "check-crashed" else "difference"


@value_class(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """The result of one play of a scenario."""

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
    """BROKEN where it could not be judged, else FAILED where a check failed.

    SKIPPED where there are checks and every one was.
    """

    def __post_init__(self) -> None:
        # Worked out once: reporters ask for it several times a scenario.
        outcomes = {check.outcome for check in self.checks}
        if self.error is not None or Outcome.BROKEN in outcomes:
            outcome = Outcome.BROKEN
        else:
            outcome = Outcome.FAILED if Outcome.FAILED in outcomes else Outcome.PASSED
            if outcomes == _ONLY_SKIPPED:
                outcome = Outcome.SKIPPED
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
    def skips(self) -> tuple[str, ...]:
        """Name and reason of every check that was skipped, in order."""
        skipped = (check for check in self.checks if check.outcome is Outcome.SKIPPED)
        return tuple(f"{check.name}: {check.message}" for check in skipped)

    @property
    def notes_of_checks(self) -> tuple[str, ...]:
        """What should be known of checks that hold, in order."""
        return tuple(
            f"{f'turn {check.turn}' if check.turn else 'whole conversation'}:"
            f" '{check.name}' {check.message}"
            for check in self.checks
            if check.message and check.outcome is Outcome.PASSED
        )

    @property
    def skip_reason(self) -> str:
        """Why nothing could be measured: each of `skips` once, the first few of them."""
        reasons = tuple(dict.fromkeys(self.skips))
        more = f"; and {len(reasons) - MOST_REASONS} more" if len(reasons) > MOST_REASONS else ""
        return f"{'; '.join(reasons[:MOST_REASONS])}{more}"

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of what went wrong: names of checks that did not hold, or the error's code."""
        if not self.outcome.is_bad:
            return ()
        codes = [check.code or check.name for check in self.checks if check.outcome.is_bad]
        if self.error is not None:
            codes.append(self.error.code)
        return tuple(dict.fromkeys(codes))


def redact_result(result: ScenarioResult, redactor: Redactor, *, in_bodies: bool) -> ScenarioResult:
    """The result as it may be shown; `in_bodies` says whether an answer held a secret.

    What was answered is redacted before it is judged.
    """
    transcript = result.transcript
    if transcript.stop is not None:
        stop = replace(transcript.stop, error=redact_error(transcript.stop.error, redactor))
        transcript = replace(transcript, stop=stop)
    turns = tuple(
        replace(turn, user=redact_message(turn.user, redactor)) for turn in transcript.turns
    )
    checks = result.checks
    if in_bodies:
        checks = tuple(_redact_check(check, redactor) for check in checks)
        turns = tuple(
            replace(turn, variables=redact_variables(turn.variables, turn.variables, redactor))
            for turn in turns
        )
    transcript = replace(transcript, turns=turns)
    return replace(result, transcript=transcript, checks=checks, redactor=redactor)


def _redact_check(check: CheckResult, redactor: Redactor) -> CheckResult:
    return replace(
        check,
        message=redactor.shortened(check.message),
        expected=redactor.shortened(check.expected),
        actual=redactor.shortened(check.actual),
        difference=tuple(redactor.shortened(line) for line in check.difference),
    )
