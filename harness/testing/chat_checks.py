"""Judges one conversation of a Python test, and collects the results."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from harness.conversation import Exchange, Outcome, Stop, Transcript, Turn
from harness.core import CheckCrashed, shorten
from harness.play.consulting import Consultation
from harness.play.conversation import Conversation
from harness.play.judged_subjects import judged_in_conversation
from harness.play.judging import contracts, judge_conversation, judge_turn
from harness.play.result import CheckResult, ScenarioResult
from harness.project.vocabulary import Vocabulary
from harness.reports.failure import failure_screen
from harness.scenario import Expectation, Scenario, UserTurn


class ChatChecks:
    """Judges one conversation, and collects the results of its checks."""

    def __init__(
        self,
        scenario: Scenario,
        conversation: Conversation,
        vocabulary: Vocabulary,
        consultation: Consultation,
    ) -> None:
        self._scenario = scenario
        self._consultation = consultation
        self._conversation = conversation
        self._vocabulary = vocabulary
        self._checks: list[CheckResult] = []

    def judge(self, planned: UserTurn, turn: Turn) -> None:
        """Judge a turn. Raises `AssertionError`, and `CheckCrashed` if a check crashed."""
        __tracebackhide__ = True
        self._require(self._judged(planned, turn), self._conversation.judged_transcript())

    def holds(self, planned: UserTurn, turn: Turn) -> bool:
        """Whether all checks of a turn hold. Their results are not stored."""
        return not any(check.outcome.is_bad for check in self._judged(planned, turn))

    def judge_whole(self, expectations: tuple[Expectation, ...], stop: Stop | None) -> None:
        """Judge the conversation so far, which `stop` ended early. Raises as `judge` does."""
        __tracebackhide__ = True
        transcript = self._conversation.judged_transcript(stop)
        scenario = replace(self._scenario, expectations=expectations)
        with self._conversation.context.watched():
            transcript = self._consultation.consulted(
                transcript, lambda it: judged_in_conversation(scenario, it)
            )
            checks = judge_conversation(scenario, transcript, self._vocabulary)
        self._require(checks, transcript)

    def require_contracts(self, exchanges: Iterable[Exchange], turn: int) -> None:
        """Raise `AssertionError` if an answer breaks the definition's contract.

        `turn` is the number of its turn; 0 for exchanges outside turns.
        """
        __tracebackhide__ = True
        self._require(contracts(exchanges, turn), self._conversation.transcript())

    def result(self, stop: Stop | None, failed_by: BaseException | None) -> ScenarioResult:
        """All checks as one result; `failed_by` is the exception of the test."""
        state = self._conversation.state
        result = self._result(self._checks, self._conversation.judged_transcript(stop))
        with self._consultation as consultation:
            notes = state.notes + consultation.finish(is_complete=stop is None and not failed_by)
        if not result.outcome.is_bad and failed_by is None:
            notes += state.leftovers()
        elif not result.outcome.is_bad:
            said = state.redactor.text(f"{type(failed_by).__name__}: {failed_by}")
            notes += (f"the test failed otherwise: {shorten(said.partition(chr(10))[0])}",)
        recorder = self._conversation.context.recorder
        return replace(
            result,
            notes=notes,
            recording=recorder.made if recorder else None,
            spent=self._conversation.spent + self._consultation.spent,
        )

    def _judged(self, planned: UserTurn, turn: Turn) -> list[CheckResult]:
        with self._conversation.context.watched():
            turn, transcript = self._conversation.judged_turn(turn)
            transcript = self._consultation.of_turn(planned, turn, transcript)
            return judge_turn(planned, turn, transcript, self._vocabulary)

    def _require(self, checks: Iterable[CheckResult], transcript: Transcript) -> None:
        __tracebackhide__ = True
        found = tuple(checks)
        # A broken contract is found again each time its turn is judged.
        known = {check.turn for check in self._checks if check.name == "contract"}
        self._checks += [
            check for check in found if check.name != "contract" or check.turn not in known
        ]
        result = self._result(found, replace(transcript, stop=None))
        if result.outcome is Outcome.FAILED:
            raise AssertionError(failure_screen(result))
        if result.outcome is Outcome.BROKEN:
            raise CheckCrashed("check-crashed", failure_screen(result))

    def _result(self, checks: Iterable[CheckResult], transcript: Transcript) -> ScenarioResult:
        return self._conversation.shown(
            ScenarioResult(scenario=self._scenario, transcript=transcript, checks=tuple(checks))
        )
