"""A test's conversation as steps of Allure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import allure_commons
from allure_commons.model2 import (
    ATTACHMENT_PATTERN,
    Attachment,
    Parameter,
    Status,
    StatusDetails,
    TestStepResult,
)
from allure_commons.types import AttachmentType
from allure_commons.utils import uuid4

from harness.conversation import Exchange, Outcome, Transcript, Turn
from harness.core import printable
from harness.evaluation import Takes
from harness.play.drift.drift import TurnDrift
from harness.play.result import CheckResult, ScenarioResult
from harness.providers.session import CLOSING
from harness.reports.allure.clean_text import clean, encoded, name_of
from harness.reports.allure.payloads import conversation_text, exchanges_text, turn_text
from harness.reports.failure import nested_answers
from harness.reports.labelled_lines import said

TURN = "message, reply and payloads"
PAYLOADS = "payloads"
CONVERSATION = "all messages, replies and payloads"


class Steps:
    """The steps of one test."""

    def __init__(self, started: int) -> None:
        """`started` is when the test began, in milliseconds."""
        self._started = started
        self._shared: Attachment | None = None

    def of_takes(self, takes: Takes) -> list[TestStepResult]:
        """A step for each take, which contains the steps of its turns."""
        return [
            self._whole(
                f"take {number}: {result.outcome.value}",
                result,
                Parameter(name="take", value=str(number)),
            )
            for number, result in takes.numbered
        ]

    def of_chats(self, results: Sequence[ScenarioResult]) -> list[TestStepResult]:
        """A step for each conversation of a Python test."""
        return [
            self._whole(f"conversation {number} with {result.transcript.provider}", result)
            for number, result in enumerate(results, 1)
        ]

    def _whole(self, name: str, result: ScenarioResult, *parameters: Parameter) -> TestStepResult:
        return TestStepResult(
            name=name,
            status=result.outcome.value,
            statusDetails=_details(", ".join(result.codes)),
            steps=self.of(result),
            parameters=[*parameters],
        )

    def of(self, result: ScenarioResult) -> list[TestStepResult]:
        """A step for each turn, then those of the whole conversation."""
        transcript = result.transcript
        self._shared = None
        if result.outcome is Outcome.PASSED and transcript.is_recorded:
            # Files, and laying out JSON, are most of what Allure costs a replay, and few look
            # into what is green and was seen before.
            self._shared = _attach(CONVERSATION, conversation_text(transcript))
        by_turn: dict[int, list[CheckResult]] = {}
        for check in result.checks:
            by_turn.setdefault(check.turn, []).append(check)
        drifts = {turn.drift.turn: turn.drift for turn in result.compared if turn.drift.differences}
        steps = [
            self._turn(turn, by_turn.get(turn.number, ()), drifts.get(turn.number), transcript)
            for turn in transcript.turns
        ]
        # Of the whole conversation, or of what was exchanged around it.
        end = steps[-1].stop if steps else self._started
        steps += (self._check(check, end) for check in by_turn.get(0, ()))
        if transcript.around:
            steps.append(self._around(transcript.around, drifts.get(CLOSING)))
        return steps

    def _turn(
        self,
        turn: Turn,
        checks: Sequence[CheckResult],
        drift: TurnDrift | None,
        transcript: Transcript,
    ) -> TestStepResult:
        status, message = _mark_of(turn, checks, transcript)
        start, stop = self._times((*turn.exchanges, *turn.looked_up))
        return TestStepResult(
            name=name_of(f"turn {turn.number}: {turn.user.display_text or turn.user.text}"),
            status=status,
            statusDetails=_details(message),
            steps=[*_answers(turn, stop), *(self._check(check, stop) for check in checks)],
            attachments=[self._shared or _attach(TURN, turn_text(turn)), *_drift(drift)],
            start=start,
            stop=stop,
        )

    def _around(self, exchanges: Sequence[Exchange], drift: TurnDrift | None) -> TestStepResult:
        start, stop = self._times(exchanges)
        steps = ", ".join(dict.fromkeys(exchange.request.origin.step for exchange in exchanges))
        return TestStepResult(
            name=f"around the turns: {steps}",
            status=Status.PASSED,
            attachments=[
                self._shared or _attach(PAYLOADS, exchanges_text(exchanges)),
                *_drift(drift),
            ],
            start=start,
            stop=stop,
        )

    def _check(self, check: CheckResult, time: int) -> TestStepResult:
        outcome = check.outcome
        step = TestStepResult(
            name=f"{check.name}: {outcome.value}",
            status=outcome.value,
            statusDetails=None if outcome is Outcome.PASSED else _details(check.message),
            # Without times, Allure would call them unknown.
            start=time,
            stop=time,
        )
        if outcome is Outcome.FAILED:
            lines = [check.message, f"expected: {check.expected}", f"got: {check.actual}"]
            text = "\n".join((*lines, *check.difference, *nested_answers(check)))
            step.attachments = [_attach("difference", printable(text))]
        elif found := (*check.difference, *nested_answers(check)):
            step.attachments = [_attach(check.lines_are, printable("\n".join(found)))]
        return step

    def _times(self, exchanges: Sequence[Exchange]) -> tuple[int, int]:
        """When the exchanges began and ended, in milliseconds; in a replay as recorded."""
        found = [exchange.response for exchange in exchanges if exchange.response is not None]
        first = min((response.started for response in found), default=0.0)
        last = max((response.ended for response in found), default=0.0)
        return self._started + round(first * 1000), self._started + round(last * 1000)


def _attach(name: str, text: str) -> Attachment:
    """Write a text next to the results."""
    kind = AttachmentType.TEXT
    source = ATTACHMENT_PATTERN.format(prefix=uuid4(), ext=kind.extension)
    allure_commons.plugin_manager.hook.report_attached_data(body=encoded(text), file_name=source)
    return Attachment(name=name, source=source, type=kind.mime_type)


def _answers(turn: Turn, time: int) -> Iterator[TestStepResult]:
    _, *answers = said(turn, no_text="")
    for who, text in answers:
        name = name_of(f"{who}: {text}")
        yield TestStepResult(name=name, status=Status.PASSED, start=time, stop=time)


def _mark_of(turn: Turn, checks: Sequence[CheckResult], transcript: Transcript) -> tuple[str, str]:
    """A turn's status, and what is wrong with it."""
    stop = transcript.stop
    if stop is not None and stop.turn == turn.number:
        return Status.BROKEN, str(stop.error)
    bad = [check for check in checks if check.outcome.is_bad]
    if not bad:
        return Status.PASSED, ""
    broken = any(check.outcome is Outcome.BROKEN for check in bad)
    message = "; ".join(check.message for check in bad)
    return Status.BROKEN if broken else Status.FAILED, message


def _drift(drift: TurnDrift | None) -> Iterator[Attachment]:
    if drift is not None:
        yield _attach(f"drift: {drift.kind}", "\n".join(drift.lines))


def _details(message: str) -> StatusDetails | None:
    return StatusDetails(message=clean(message)) if message else None
