"""What came of judging one conversation of a Python test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from harness.conversation import Exchange, Outcome, Transcript, Turn
from harness.core.errors import CheckCrashed
from harness.core.source import shorten
from harness.play.hiding import hidden_transcript, hidden_turn, without_secrets
from harness.play.judging import contracts, judge_conversation, judge_turn
from harness.play.line import Line
from harness.play.result import CheckResult, ScenarioResult
from harness.project.vocabulary import Vocabulary
from harness.reports.failure import failure_screen
from harness.scenario import Expectation, Scenario, UserTurn


class Findings:
    """Judges one conversation, and gathers what came of its checks."""

    def __init__(self, scenario: Scenario, line: Line, vocabulary: Vocabulary) -> None:
        self.around: tuple[Exchange, ...] = ()
        """What was exchanged outside turns."""
        self._scenario = scenario
        self._line = line
        self._vocabulary = vocabulary
        self._checks: list[CheckResult] = []

    def judge(self, planned: UserTurn, turn: Turn, transcript: Transcript) -> None:
        """Judge a turn. Raises `AssertionError`, and `CheckCrashed` where it cannot be told."""
        __tracebackhide__ = True
        if self._line.held_secrets:
            # First, so that a check sees what it will see in a replay.
            turn = hidden_turn(turn, (), self._line.redactor)
            transcript = hidden_transcript(transcript, (), self._line.redactor)
        with self._line.watched():
            found = judge_turn(planned, turn, transcript, self._vocabulary)
        self._require(found, transcript)

    def holds(self, planned: UserTurn, turn: Turn, transcript: Transcript) -> bool:
        """Whether all checks of a turn hold. What came of them is not kept."""
        if self._line.held_secrets:
            turn = hidden_turn(turn, (), self._line.redactor)
            transcript = hidden_transcript(transcript, (), self._line.redactor)
        with self._line.watched():
            found = judge_turn(planned, turn, transcript, self._vocabulary)
        return not any(one.outcome.is_bad for one in found)

    def judge_whole(self, expectations: tuple[Expectation, ...], transcript: Transcript) -> None:
        """Judge the conversation so far. Raises as `judge` does."""
        __tracebackhide__ = True
        if self._line.held_secrets:
            transcript = hidden_transcript(transcript, (), self._line.redactor)
        scenario = replace(self._scenario, expectations=expectations)
        with self._line.watched():
            found = judge_conversation(scenario, transcript, self._vocabulary)
        self._require(found, transcript)

    def require_contracts(
        self, exchanges: Iterable[Exchange], turn: int, transcript: Transcript
    ) -> None:
        """Raise `AssertionError` where an answer of a turn breaks the definition's contract."""
        __tracebackhide__ = True
        self._require(contracts(exchanges, turn), transcript)

    def require_closing(self, transcript: Transcript) -> None:
        """The same for what was exchanged outside turns."""
        __tracebackhide__ = True
        self._require(contracts(self.around, 0), transcript)

    def result(self, transcript: Transcript, failed_by: BaseException | None) -> ScenarioResult:
        """All that was judged, as one result; `failed_by` is what the test raised."""
        if self._line.held_secrets:
            transcript = hidden_transcript(transcript, (), self._line.redactor)
        result = self._result(self._checks, transcript)
        notes = self._line.notes
        if not result.outcome.is_bad and failed_by is None:
            notes += self._line.leftovers()
        elif not result.outcome.is_bad:
            said = self._line.redactor.text(f"{type(failed_by).__name__}: {failed_by}")
            notes += (f"the test failed otherwise: {shorten(said.partition(chr(10))[0])}",)
        return replace(result, notes=notes)

    def _require(self, checks: Iterable[CheckResult], transcript: Transcript) -> None:
        __tracebackhide__ = True
        found = tuple(checks)
        # A contract is told with every look at its turn.
        self._checks += [one for one in found if one.name != "contract" or not self._knows(one)]
        result = self._result(found, replace(transcript, stop=None))
        if result.outcome is Outcome.FAILED:
            raise AssertionError(failure_screen(result))
        if result.outcome is Outcome.BROKEN:
            raise CheckCrashed("check-crashed", failure_screen(result))

    def _knows(self, check: CheckResult) -> bool:
        return any(one.name == check.name and one.turn == check.turn for one in self._checks)

    def _result(self, checks: Iterable[CheckResult], transcript: Transcript) -> ScenarioResult:
        line = self._line
        result = ScenarioResult(
            scenario=self._scenario, transcript=transcript, checks=tuple(checks)
        )
        if line.is_recorded and not line.held_secrets:
            return result
        return without_secrets(result, line.redactor, in_bodies=line.held_secrets)
