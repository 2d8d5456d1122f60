"""Results of checks and of scenarios, as values."""

from __future__ import annotations

from dataclasses import field, replace
from enum import StrEnum

from harness.conversation import JudgedQuestion, Opinion, Outcome, Transcript
from harness.conversation.spending import NOTHING_SPENT, Spent
from harness.core import Path, Place, PlayError, value_class
from harness.play.drift.drift import ComparedTurn
from harness.scenario import Scenario, UserTurn
from harness.secrets.conversation_redaction import (
    redact_error,
    redact_message,
    redact_variables,
)
from harness.secrets.opinion_redaction import redact_judged, redact_opinion
from harness.secrets.redaction import Redactor

MOST_REASONS = 3
"""Reasons of skipped checks that are shown in one sentence."""
ANSWERS = "answers"
"""The heading of what judges answered."""
_ONLY_SKIPPED = frozenset((Outcome.SKIPPED,))


@value_class(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """The result of one check."""

    name: str
    outcome: Outcome
    turn: int
    """0 for a check on the whole conversation."""
    place: Place | None = None
    """None for the contract of the definition, which is not a line of the scenario."""
    path: Path = ()
    """Of the expectation's value in its file; empty if it is no line of a YAML file."""
    message: str = ""
    """For a failure, what is wrong; for a skip, the reason; for a pass, a note."""
    expected: str = ""
    actual: str = ""
    difference: tuple[str, ...] = ()
    """Lines that show what differs; for a check that crashed, its traceback."""
    code: str = ""
    """Of the error that made it BROKEN; empty if there was none."""
    opinions: tuple[Opinion, ...] = ()
    """What it asked of models, with their answers."""
    judged: tuple[JudgedQuestion, ...] = ()
    """What judges were asked and how they voted, if it asks a judge."""

    @property
    def lines_are(self) -> str:
        """The heading of the lines of `difference`."""
        if self.code == "check-crashed":
            return "traceback"
        return ANSWERS if self.judged and self.name == "judge" else "difference"


class RecordingUse(StrEnum):
    """What a run that records did with the recording of a conversation."""

    NEW = "new"
    """Written; there was none before."""
    REPLACED = "replaced"
    """Written, in place of another one."""
    REPLAYED = "replayed"
    """Used as it was; nothing was sent."""


@value_class(frozen=True, slots=True, kw_only=True)
class Cause:
    """The first reason why a conversation FAILED or is BROKEN."""

    code: str
    """The name of the check, or the code of the error."""
    at: str
    """File and line, such as `scenarios/hello.yaml:7`."""
    turn: int
    """Its turn, from 1; 0 if it is none of those that the scenario says."""


@value_class(frozen=True, slots=True, kw_only=True)
class ScenarioResult:
    """The result of one play of a scenario."""

    scenario: Scenario
    transcript: Transcript
    checks: tuple[CheckResult, ...] = ()
    notes: tuple[str, ...] = ()
    """Notes for the user, although nothing failed."""
    compared: tuple[ComparedTurn, ...] = ()
    """In `drift` and `refresh`: the turns, compared with those of the recording."""
    recording: RecordingUse | None = None
    """In `record` and `refresh`: where the recording comes from; None if there is none."""

    replaced: tuple[PlayError, ...] = ()
    """Why earlier attempts at this take were BROKEN, in order; they do not count."""

    spent: Spent = NOTHING_SPENT
    """What the replies cost, also those of the attempts in `replaced`."""

    redactor: Redactor | None = None
    """For lines of the scenario's file that are shown; None if no secret is known."""

    outcome: Outcome = field(init=False)
    """BROKEN if it could not be judged, else FAILED if a check failed.

    SKIPPED if there are checks and all of them were skipped.
    """

    def __post_init__(self) -> None:
        # Computed once: reporters use it several times for each scenario.
        outcomes = {check.outcome for check in self.checks}
        outcome = Outcome.PASSED
        if self.error is not None or Outcome.BROKEN in outcomes:
            outcome = Outcome.BROKEN
        elif Outcome.FAILED in outcomes:
            outcome = Outcome.FAILED
        elif outcomes == _ONLY_SKIPPED:
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
    def cause(self) -> Cause | None:
        """The first reason for its outcome; None unless it FAILED or is BROKEN."""
        if not self.outcome.is_bad:
            return None
        said = {turn.number: turn for turn in self.scenario.turns if isinstance(turn, UserTurn)}
        stop = self.transcript.stop
        if stop is not None:
            code, number, place = stop.error.code, stop.turn, None
        else:
            check = next(check for check in self.checks if check.outcome is self.outcome)
            code, number, place = check.code or check.name, check.turn, check.place
        turn = said.get(number)
        place = place or (turn.place if turn else self.scenario.place)
        at = f"{place.source.path}:{place.line}"
        return Cause(code=code, at=at, turn=number if turn else 0)

    @property
    def failures(self) -> tuple[CheckResult, ...]:
        """The checks that failed, in order."""
        return tuple(check for check in self.checks if check.outcome is Outcome.FAILED)

    @property
    def skips(self) -> tuple[str, ...]:
        """Name and reason of every check that was skipped, in order."""
        return tuple(
            f"{check.name}: {check.message}"
            for check in self.checks
            if check.outcome is Outcome.SKIPPED
        )

    @property
    def notes_of_checks(self) -> tuple[str, ...]:
        """Notes about checks that passed, in order."""
        return tuple(
            f"{f'turn {check.turn}' if check.turn else 'whole conversation'}:"
            f" '{check.name}' {check.message}"
            for check in self.checks
            if check.message and check.outcome is Outcome.PASSED
        )

    @property
    def skip_reason(self) -> str:
        """Why nothing could be measured: the first few of `skips`, each once."""
        reasons = tuple(dict.fromkeys(self.skips))
        more = f"; and {len(reasons) - MOST_REASONS} more" if len(reasons) > MOST_REASONS else ""
        return f"{'; '.join(reasons[:MOST_REASONS])}{more}"

    def noting(self, *notes: str) -> ScenarioResult:
        """The result with these notes after its own."""
        return replace(self, notes=(*self.notes, *notes)) if notes else self

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the problems: names of checks that did not pass, and the error's code."""
        if not self.outcome.is_bad:
            return ()
        codes = [check.code or check.name for check in self.checks if check.outcome.is_bad]
        if self.error is not None:
            codes.append(self.error.code)
        return tuple(dict.fromkeys(codes))


def redact_result(result: ScenarioResult, redactor: Redactor, *, in_bodies: bool) -> ScenarioResult:
    """The result as it can be shown; `in_bodies` says whether an answer had a secret in it.

    Answers are redacted before they are judged.
    """
    stop = result.transcript.stop
    if stop is not None:
        stop = replace(stop, error=redact_error(stop.error, redactor))
    turns = tuple(
        replace(turn, user=redact_message(turn.user, redactor)) for turn in result.transcript.turns
    )
    checks = result.checks
    if in_bodies:
        turns = tuple(
            replace(turn, variables=redact_variables(turn.variables, turn.variables, redactor))
            for turn in turns
        )
        checks = tuple(
            replace(
                check,
                message=redactor.shortened(check.message),
                expected=redactor.shortened(check.expected),
                actual=redactor.shortened(check.actual),
                difference=tuple(redactor.shortened(line) for line in check.difference),
            )
            for check in checks
        )
    # The user's messages are in the questions, and may contain a secret of the scenario.
    checks = tuple(
        replace(
            check,
            opinions=tuple(redact_opinion(one, redactor) for one in check.opinions),
            judged=tuple(redact_judged(one, redactor) for one in check.judged),
        )
        if check.opinions
        else check
        for check in checks
    )
    transcript = replace(result.transcript, stop=stop, turns=turns)
    return replace(result, transcript=transcript, checks=checks, redactor=redactor)
