"""Conversations whose worker of pytest-xdist died: BROKEN, in every report."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import suppress

import pytest

from harness.core import AuthoringError, InternalError, printable
from harness.play.broken import broken_at_once, unread
from harness.play.result import ScenarioResult
from harness.project.loading import load_scenario
from harness.project.plan import Play
from harness.project_file import YAML_ENDINGS
from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.pytest_plugin.suite import Suite
from harness.reports.failure import failure_headline, failure_screen
from harness.reports.run_events import EarlierAttempt, WorkerDied
from harness.reports.summary import properties_of, summary_of


class CrashedWorkers:
    """Turns xdist's report of a dead worker into that of a BROKEN scenario.

    A pytest plugin of its own, in the process that starts the workers. A Python test stays as xdist
    reports it, because it is unknown which conversations it had opened.
    """

    def __init__(self, config: pytest.Config, session: ScenarioSession) -> None:
        self._config = config
        self._session = session
        self._crashes: list[pytest.TestReport] = []
        """The reports that xdist is about to log."""

    @pytest.hookimpl(optionalhook=True, trylast=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport) -> None:
        """Complete the report; last, because pytest-rerunfailures decides here if it runs again."""
        for suite, play, line in self._played(crashitem):
            result = _result(suite, play, line, worker=report.node.gateway.id)
            report.when = "setup"
            report.location = (crashitem.partition("::")[0], line - 1, play.name)
            report.user_properties = properties_of(summary_of(result))
            report.longrepr = printable(failure_screen(result))
            self._crashes.append(report)
            attempt = EarlierAttempt(
                outcome=result.outcome.value,
                codes=result.codes,
                reason=failure_headline(result),
            )
            # Not one of pytest's outcomes, so its type does not name it.
            again = attempt if str(report.outcome) == "rerun" else None
            self._session.emit(WorkerDied(id=crashitem, play=play, result=result, again=again))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(
        self, report: pytest.TestReport
    ) -> Generator[None, object, object]:
        """Log a teardown after it: reporters end a test at its teardown."""
        logged = yield
        if report in self._crashes:
            self._crashes.remove(report)
            end = pytest.TestReport(
                nodeid=report.nodeid,
                location=report.location,
                keywords={},
                outcome="passed",
                longrepr=None,
                when="teardown",
                user_properties=report.user_properties,
            )
            end.node = report.node  # type: ignore[attr-defined]  # xdist sets it
            self._config.hook.pytest_runtest_logreport(report=end)
        return logged

    def _played(self, nodeid: str) -> Iterator[tuple[Suite, Play, int]]:
        """The scenario of a node, with its line; nothing for another test, or if it is unreadable.

        The workers could read it, so it was changed since then.
        """
        file, _, name = nodeid.partition("::")
        path = self._config.rootpath / file
        suite = self._session.suite_for(str(path))
        if path.suffix.lower() not in YAML_ENDINGS or not isinstance(suite, Suite):
            return
        with suppress(AuthoringError):
            entry = suite.entries.of(path)
            plays = [play for play in suite.planner.plays_of(path, entry) if play.name == name]
            yield from ((suite, play, entry.line) for play in plays)


def _result(suite: Suite, play: Play, line: int, *, worker: str) -> ScenarioResult:
    error = InternalError(
        "worker-crashed",
        f"the worker {worker} of pytest-xdist died while it was played",
        "play it alone, without -n, to see what ends the process",
    )
    try:
        scenario = load_scenario(suite.project, play.file)
    except AuthoringError:
        return unread(play, suite.project.config.shown(play.file), line, error)
    return broken_at_once(scenario, play.provider, error)
