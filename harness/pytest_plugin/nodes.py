"""Scenario files and scenarios as nodes of pytest's collection."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.conversation import Outcome
from harness.core.errors import AuthoringError
from harness.core.printable import printable
from harness.play.broken import ESCAPED, unread
from harness.play.result import ScenarioResult
from harness.project.plan import Play
from harness.pytest_plugin.attempts import ItemAttempt
from harness.reports.earlier import Earlier
from harness.reports.failure import failure_screen
from harness.reports.properties import Properties, properties_of, properties_of_takes

if TYPE_CHECKING:
    from harness.evaluation import Takes
    from harness.pytest_plugin.replays import PassedSummary
    from harness.pytest_plugin.suite import Suite
    from harness.scenario import Waiver


class ScenarioBroken(Exception):
    """It could not be told whether the bot was right."""


class ScenarioFailed(AssertionError):
    """The bot was wrong."""


class WrittenFile(pytest.File):
    """A file of an author, which may be wrong."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:  # noqa: ANN401  # pytest's signature
        """What is wrong with the file, without a traceback."""
        if isinstance(excinfo.value, AuthoringError):
            return printable(str(excinfo.value))
        return super().repr_failure(excinfo, *args)


class WrongProject(WrittenFile):
    """A harness.yaml that is wrong, in the place of the project's scenarios."""

    def __init__(self, *, error: AuthoringError, **kwargs: Any) -> None:  # noqa: ANN401  # pytest's own arguments
        super().__init__(**kwargs)
        self._error = error

    def collect(self) -> Iterable[ScenarioItem]:
        """Raise what is wrong."""
        raise self._error


class ScenarioFile(WrittenFile):
    """A scenario file."""

    suite: Suite
    """Of its project. Set once it is made: a constructor of our own costs 2 % of a collection."""

    def collect(self) -> Iterable[ScenarioItem]:
        """One item for each provider and row."""
        suite = self.suite
        entry = suite.entries.of(self.path)
        for play in suite.plays_of(self.path, entry):
            # Given as a text, because pytest 9.2 tells a variant's brackets apart only in one that
            # it reads: made from the name, the id is not the one that --lf kept.
            nodeid = f"{self.nodeid}::{play.name}"
            item: ScenarioItem
            if entry.takes > 1:
                item = RepeatedItem.from_parent(
                    self,
                    name=play.name,
                    nodeid=nodeid,
                    play=play,
                    line=entry.line,
                    takes=entry.takes,
                )
            else:
                item = ScenarioItem.from_parent(
                    self, name=play.name, nodeid=nodeid, play=play, line=entry.line
                )
            if entry.waivers:
                item.waive(suite.waived(play, entry.waivers))
            for tag in entry.tags:
                item.add_marker(suite.mark_of(tag))
            yield item


class ScenarioItem(pytest.Item):
    """A scenario, played in set-up and judged in the call."""

    def __init__(self, *, play: Play, line: int, **kwargs: Any) -> None:  # noqa: ANN401  # pytest's own arguments
        super().__init__(**kwargs)
        self.play = play
        self._line = line
        self.result: ScenarioResult | None = None
        self._told: PassedSummary | None = None
        self._wrong: AuthoringError | None = None
        """What is wrong with a file, which was noticed only when the scenario was to be played."""
        self._attempts = 0
        self._own = slice(0, 0)
        """Where its own properties stand among those that other plugins give it."""

    def waive(self, waivers: Sequence[Waiver]) -> None:
        """Let pytest skip it, or expect it to fail."""
        # Late: few scenarios have any.
        from harness.pytest_plugin.waiving import marks_of, properties_of_skipped  # noqa: PLC0415

        self.user_properties += properties_of_skipped(self.play, waivers)
        for mark in marks_of(waivers, ScenarioFailed):
            self.add_marker(mark)

    @property
    def suite(self) -> Suite:
        """Of its project."""
        file = self.parent
        assert isinstance(file, ScenarioFile)  # noqa: S101  # nothing else makes an item
        return file.suite

    @property
    def plays(self) -> tuple[Play, ...]:
        """What is to be played for it."""
        return (self.play,)

    def setup(self) -> None:
        """Play. Broken scenarios raise here, so that pytest counts them as errors."""
        session = self.suite.session
        told = self._told = session.told(self.play)
        if told is not None:
            self._set_properties(told.properties)
            return
        result = self.result = self._result_of(self.play)
        self._set_properties(properties_of(result))
        if self._wrong is not None:
            raise self._wrong
        if result.outcome is Outcome.BROKEN:
            raise ScenarioBroken(_headline(result))

    def _result_of(self, play: Play) -> ScenarioResult:
        """What came of a play. Whatever escapes is a result too, so that every report has it."""
        suite = self.suite
        try:
            return suite.session.result(suite, play)
        except ESCAPED as error:
            if isinstance(error, AuthoringError):
                self._wrong = error
            return unread(play, suite.project.config.shown(play.file), self._line, error)

    def runtest(self) -> None:
        """Judge."""
        result = self.result
        if result is None:
            return
        if result.outcome is Outcome.FAILED:
            raise ScenarioFailed(_headline(result))
        if result.outcome is Outcome.SKIPPED:
            raise _nothing_measured(result.skip_reason)

    def teardown(self) -> None:
        """Report, and let go of the transcript: 10,000 scenarios shall not hold them all."""
        session, result = self.suite.session, self.result
        if result is not None:
            reason = _headline(result) if result.outcome.is_bad else ""
            came = Earlier(outcome=result.outcome.value, codes=result.codes, reason=reason)
            tell = partial(session.report, self, self.play, result)
            session.attempts.over(ItemAttempt(item=self, came=came, tell=tell))
        elif self._told is not None:
            session.report_told(self, self.play, self._told)
        self.result = self._told = None

    def _set_properties(self, properties: Properties) -> None:
        """Give it properties, in the place of those of an earlier attempt."""
        self._attempts += 1
        if self._attempts == 1:
            self._own = slice(len(self.user_properties), len(self.user_properties))
        else:
            properties = [*properties, ("attempts", str(self._attempts))]
        self.user_properties[self._own] = properties
        self._own = slice(self._own.start, self._own.start + len(properties))

    def failure_text(self, error: BaseException) -> str | None:
        """What to show for an error of this item; None leaves it to pytest."""
        if isinstance(error, AuthoringError):
            return str(error)
        if self.result is not None and isinstance(error, (ScenarioBroken, ScenarioFailed)):
            return failure_screen(self.result)
        return None

    @cached_property
    def location(self) -> tuple[str, int | None, str]:
        """File, line from 0, and name, of the id: pytest would make each path relative again."""
        file, _, _ = self.nodeid.partition("::")
        return file.replace("/", os.sep), self._line - 1, self.name

    def reportinfo(self) -> tuple[Path, int, str]:
        """The scenario's line, counted from 0 as pytest wants it."""
        return self.path, self._line - 1, self.name


class RepeatedItem(ScenarioItem):
    """A scenario of several takes, which are played in set-up and judged together in the call."""

    def __init__(self, *, takes: int, **kwargs: Any) -> None:  # noqa: ANN401  # as above
        super().__init__(**kwargs)
        self._count = takes
        self.takes: Takes | None = None

    @property
    def plays(self) -> tuple[Play, ...]:
        """The takes in order."""
        return self.play.takes(self._count)

    def setup(self) -> None:
        """Play every take. Raises where the broken ones leave the outcome open."""
        # Late: only a repeated scenario needs it.
        from harness.evaluation import Takes  # noqa: PLC0415

        takes = self.takes = Takes.of(tuple(map(self._result_of, self.plays)))
        self._set_properties(properties_of_takes(takes))
        if self._wrong is not None:
            raise self._wrong
        if takes.outcome is Outcome.BROKEN:
            raise ScenarioBroken(_first_line(self._screen(takes)))

    def runtest(self) -> None:
        """Judge."""
        takes = self.takes
        if takes is None:
            return
        if takes.outcome is Outcome.FAILED:
            raise ScenarioFailed(_first_line(self._screen(takes)))
        if takes.outcome is Outcome.SKIPPED:
            raise _nothing_measured(takes.skip_reason)

    def teardown(self) -> None:
        """Report, and let go of the transcripts."""
        session, takes = self.suite.session, self.takes
        if takes is not None:
            reason = _first_line(self._screen(takes)) if takes.outcome.is_bad else ""
            came = Earlier(outcome=takes.outcome.value, codes=takes.codes, reason=reason)
            tell = partial(session.report_takes, self, self.play, takes)
            session.attempts.over(ItemAttempt(item=self, came=came, tell=tell))
        self.takes = None

    def failure_text(self, error: BaseException) -> str | None:
        """What to show for an error of this item; None leaves it to pytest."""
        if self.takes is not None and isinstance(error, (ScenarioBroken, ScenarioFailed)):
            return self._screen(self.takes)
        return super().failure_text(error)

    def _screen(self, takes: Takes) -> str:
        from harness.reports.takes import takes_screen  # noqa: PLC0415  # as in setup

        return takes_screen(takes)


def _nothing_measured(reason: str) -> BaseException:
    """Skips the test at the scenario's line, as pytest's own mark does."""
    return pytest.skip.Exception(f"nothing was measured: {reason}", _use_item_location=True)


def _headline(result: ScenarioResult) -> str:
    """The first line of the failure screen; Allure shows it as the message."""
    return _first_line(failure_screen(result))


def _first_line(screen: str) -> str:
    return screen.partition("\n")[0]
