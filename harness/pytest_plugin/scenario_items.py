"""Scenarios as items of pytest."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.conversation import Outcome
from harness.core import AuthoringError, printable
from harness.play.broken import ESCAPED, unread
from harness.play.result import ScenarioResult
from harness.project.plan import Entry, Play
from harness.pytest_plugin.attempts import ItemAttempt
from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.pytest_plugin.suite import Suite
from harness.reports.failure import failure_headline, failure_screen
from harness.reports.run_events import (
    AttemptEnded,
    EarlierAttempt,
    ExpectedFailure,
    Identity,
    ScenarioFinished,
    ScenarioSkipped,
)
from harness.reports.summary import Summary, properties_of, summary_of
from harness.scenario import ONCE, Repeat, Waiver, WaiverKind

if TYPE_CHECKING:
    from harness.evaluation import Takes

REPLAYED_AGAIN = (
    "it was run again from its recording, which always gives the same result; play "
    "it with --mode live"
)


class ScenarioBroken(Exception):
    """The conversation could not be judged."""


class ScenarioFailed(AssertionError):
    """The bot was wrong."""


class ScenarioItem(pytest.Item):
    """A scenario, played in set-up and judged in the call."""

    def __init__(
        self,
        *,
        suite: Suite,
        scenarios: ScenarioSession,
        play: Play,
        entry: Entry,
        **kwargs: Any,  # noqa: ANN401  # pytest's own arguments
    ) -> None:
        super().__init__(**kwargs)
        self.suite = suite
        self.scenarios = scenarios
        self.play = play
        self._line = entry.line
        self.result: ScenarioResult | Takes | None = None
        """The result, until its teardown; None if another process played it."""
        self._summary: Summary | None = None
        """Of the result."""
        self._finished: ScenarioFinished | None = None
        """The event of another process that played it."""
        self._wrong: AuthoringError | None = None
        """What is wrong with a file, if it was noticed only when the scenario was to be played."""
        self._attempts = 0
        self._own = slice(0, 0)
        """Where its own properties are among those of other plugins."""
        self._skip = ""
        """Why it is not to be played."""

    def waive(self, waivers: Sequence[Waiver]) -> None:
        """Let pytest skip it, or expect it to fail."""
        for waiver in waivers:
            if waiver.kind is WaiverKind.SKIP:
                self._skip = waiver.reason
                self.add_marker(pytest.mark.skip(reason=waiver.reason))
                self.user_properties += [
                    ("scenario", self.play.scenario),
                    ("provider", self.play.provider),
                    ("outcome", Outcome.SKIPPED.value),
                    ("reason", waiver.reason),
                ]
            else:
                # What is BROKEN says nothing about the bot, so that stays an error.
                self.add_marker(
                    pytest.mark.xfail(
                        reason=waiver.reason, raises=ScenarioFailed, strict=waiver.strict
                    )
                )

    @property
    def plays(self) -> tuple[Play, ...]:
        """What is to be played for it."""
        return (self.play,)

    @property
    def repeat(self) -> Repeat:
        """How often it is played."""
        return ONCE

    @property
    def identity(self) -> Identity:
        """Its identity in the results."""
        return Identity(id=self.nodeid, row=self.play.row)

    def setup(self) -> None:
        """Play. Broken scenarios raise here, so that pytest counts them as errors."""
        finished = self._finished = self.scenarios.finished_elsewhere(self.play)
        if finished is not None:
            self._set_properties(finished.summary)
            return
        result = self.result = self.play_all()
        self._summary = summary_of(result)
        self._set_properties(self._summary)
        if self._wrong is not None:
            raise self._wrong
        if result.outcome is Outcome.BROKEN:
            raise ScenarioBroken(failure_headline(result))

    def runtest(self) -> None:
        """Judge."""
        result = self.result
        if result is None:
            return
        if result.outcome is Outcome.FAILED:
            raise ScenarioFailed(failure_headline(result))
        if result.outcome is Outcome.SKIPPED:
            # At the scenario's line, as pytest's own mark skips.
            reason = f"nothing was measured: {result.skip_reason}"
            raise pytest.skip.Exception(reason, _use_item_location=True)

    def teardown(self) -> None:
        """Report, and release the transcript: 10,000 of them do not fit into memory."""
        session, finished = self.scenarios, self._finished
        result, summary = self.result, self._summary
        self.result = self._summary = self._finished = None
        if finished is not None:
            session.emit(finished)
        if result is None or summary is None:
            return
        expected = expected_failure(self)
        self._emit_ended(result, expected.reason if expected else "")
        as_earlier = EarlierAttempt(
            outcome=result.outcome.value,
            codes=result.codes,
            reason=failure_headline(result),
            spent=result.spent,
        )
        finish = partial(self._finish, result, summary, expected)
        session.attempts.over(ItemAttempt(item=self, as_earlier=as_earlier, finish=finish))

    def finished(self, result: ScenarioResult) -> ScenarioFinished:
        """The event for another process about a scenario that was played in this one."""
        expected = expected_failure(self)
        event = ScenarioFinished(id=self.nodeid, summary=summary_of(result), expected=expected)
        return self.scenarios.with_record(event, self.identity, result)

    def play_all(self) -> ScenarioResult | Takes:
        """The result of all its plays."""
        return self.result_of(self.play)

    def played(self, play: Play) -> ScenarioResult:
        """The result of one of its plays. Raises as `Runner.run` does."""
        return self.suite.runner.run(play)

    def further(self, play: Play, result: ScenarioResult) -> Sequence[Play]:  # noqa: ARG002  # those of a repeated one
        """The plays that a result makes necessary."""
        return ()

    def result_of(self, play: Play) -> ScenarioResult:
        """The result of a play. An exception becomes a result too, so that every report has it."""
        suite = self.suite
        try:
            return self.scenarios.result(suite, play, self.played)
        except ESCAPED as error:
            if isinstance(error, AuthoringError):
                self._wrong = error
            return unread(play, suite.project.config.shown(play.file), self._line, error)

    def _emit_ended(self, result: ScenarioResult | Takes | None, reason: str) -> None:
        event = AttemptEnded(id=self.nodeid, play=self.play, result=result, reason=reason)
        self.scenarios.emit(event)

    def _finish(
        self,
        result: ScenarioResult | Takes,
        summary: Summary,
        expected: ExpectedFailure | None,
        earlier: Sequence[EarlierAttempt],
    ) -> None:
        """Report that its last attempt is over."""
        if earlier and isinstance(result, ScenarioResult) and result.transcript.is_recorded:
            result = result.noting(REPLAYED_AGAIN)
            summary = summary_of(result)
        event = ScenarioFinished(
            id=self.nodeid, summary=summary, expected=expected, earlier=tuple(earlier)
        )
        self.scenarios.finish(event, self.identity, result)

    def _set_properties(self, summary: Summary) -> None:
        """Set its properties, in place of those of an earlier attempt."""
        properties = properties_of(summary)
        self._attempts += 1
        if self._attempts == 1:
            self._own = slice(len(self.user_properties), len(self.user_properties))
        else:
            properties.append(("attempts", str(self._attempts)))
        self.user_properties[self._own] = properties
        self._own = slice(self._own.start, self._own.start + len(properties))

    def forget_traceback(self, call: pytest.CallInfo[None]) -> None:
        """Forget the traceback of a failure that is shown without it.

        pytest parses the source of every function in it, which takes longer than the conversation.
        """
        if call.excinfo is not None and isinstance(
            call.excinfo.value, (AuthoringError, ScenarioBroken, ScenarioFailed)
        ):
            call.excinfo.traceback = call.excinfo.traceback[:0]

    def reported(self, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
        """Show a failure without a traceback, and report if it was not played."""
        if call.excinfo is None:
            return
        error = call.excinfo.value
        if isinstance(error, AuthoringError):
            report.longrepr = printable(str(error))
        elif self.result is not None and isinstance(error, (ScenarioBroken, ScenarioFailed)):
            report.longrepr = printable(failure_screen(self.result))
        elif self.result is None and call.when == "setup":
            self._emit_ended(None, reason_of(self))
            if report.skipped and self._skip:
                event = ScenarioSkipped(
                    id=self.nodeid, play=self.play, line=self._line, reason=self._skip
                )
                self.scenarios.emit(event)

    @cached_property
    def location(self) -> tuple[str, int | None, str]:
        """File, line from 0, and name, of the id: pytest would make each path relative again."""
        file, _, _ = self.nodeid.partition("::")
        return file.replace("/", os.sep), self._line - 1, self.name

    def reportinfo(self) -> tuple[Path, int, str]:
        """The scenario's line, which pytest counts from 0."""
        return self.path, self._line - 1, self.name


def expected_failure(item: pytest.Item) -> ExpectedFailure | None:
    """What its nearest `xfail` mark says; None if it has none."""
    mark = item.get_closest_marker("xfail")
    if mark is None:
        return None
    return ExpectedFailure(reason=_reason(mark), is_strict=bool(mark.kwargs.get("strict")))


def reason_of(item: pytest.Item) -> str:
    """Why an item is skipped or expected to fail; empty for any other."""
    mark = item.get_closest_marker("skip") or item.get_closest_marker("xfail")
    return "" if mark is None else _reason(mark)


def _reason(mark: pytest.Mark) -> str:
    return str(mark.kwargs.get("reason", ""))
