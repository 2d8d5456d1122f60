"""Tells Allure what came of scenarios, where `--alluredir` asks for its results."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness import __version__
from harness.core.errors import AuthoringError
from harness.project.loading import load_scenario
from harness.pytest_plugin.nodes import RepeatedItem, ScenarioItem
from harness.reports.allure import AllureCase, AllureResults, lacking
from harness.scenario import Scenario

if TYPE_CHECKING:
    from harness.play.result import ScenarioResult
    from harness.project.plan import Play
    from harness.pytest_plugin.scenario_session import ScenarioSession
    from harness.pytest_plugin.suite import Suite


class AllureSeat:
    """A pytest plugin of its own, registered where there is a folder for Allure's results."""

    def __init__(self, config: pytest.Config, session: ScenarioSession) -> None:
        self._config = config
        self._session = session
        self._is_worker = hasattr(config, "workerinput")
        folder = Path(config.option.allure_report_dir).absolute()
        self._results = AllureResults(folder, session.tally.notes.append)
        self._results.open()
        config.add_cleanup(self._results.close)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Write what is known before the first test; by now allure-pytest emptied its folder."""
        if self._is_worker:
            return
        # Each worker of xdist would empty it again, also one that replaces another in mid-run.
        self._config.option.clean_alluredir = False
        chosen = self._config.getoption("--harness-provider")
        self._results.begin(
            {
                "mode": self._session.mode.value,
                "harness": __version__,
                "providers": ", ".join(chosen or self._providers()),
                "python": platform.python_version(),
                "pytest": pytest.__version__,
            }
        )

    @pytest.hookimpl
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Show a file that cannot be collected."""
        if report.failed and not self._is_worker:
            self._results.add_error(report.nodeid, report.longreprtext)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        """Keep what came of a scenario until Allure writes its result.

        First, because the item lets go of it then.
        """
        if not isinstance(item, ScenarioItem):
            return
        try:
            self._results.expect(self._told(item))
        except Exception as error:  # noqa: BLE001  # Allure then has the test without its turns
            self._session.tally.notes.append(lacking(item.nodeid, error))

    def add_chats(self, results: Sequence[ScenarioResult]) -> None:
        """Keep the conversations of a Python test until Allure writes its result."""
        self._results.expect_chats(results)

    def add_crash(self, nodeid: str, suite: Suite, play: Play, result: ScenarioResult) -> None:
        """Write the result of a scenario whose worker died before Allure could."""
        told = AllureCase(
            play=play,
            file=nodeid.partition("::")[0],
            folder=suite.folder,
            folders=_folders(suite, play.file),
            scenario=result.scenario,
            result=result,
        )
        self._results.add_unwritten(told)

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take up what went wrong for the categories; of workers as well."""
        if report.when == "teardown" and not self._is_worker:
            told = dict(report.user_properties)
            if "codes" in told and "outcome" in told:
                self._results.note(str(told["outcome"]), str(told["codes"]).split())

    def _told(self, item: ScenarioItem) -> AllureCase:
        suite, play = item.suite, item.play
        takes = item.takes if isinstance(item, RepeatedItem) else None
        result = takes.results[0] if takes else item.result
        return AllureCase(
            play=play,
            file=item.nodeid.partition("::")[0],
            folder=suite.folder,
            folders=_folders(suite, play.file),
            scenario=result.scenario if result else _scenario(suite, play.file),
            result=None if takes else item.result,
            takes=takes,
            reason=_reason(item),
        )

    def _providers(self) -> Iterable[str]:
        suites = self._session.suites
        return dict.fromkeys(name for suite in suites for name in suite.project.config.providers)


def _folders(suite: Suite, file: Path) -> tuple[str, ...]:
    scenarios = suite.project.config.scenarios
    parts = file.parent.relative_to(scenarios).parts if file.is_relative_to(scenarios) else ()
    return (*((suite.folder,) if suite.folder else ()), *(parts or (scenarios.name,)))


def _scenario(suite: Suite, file: Path) -> Scenario | None:
    """For the title of what was not played."""
    try:
        return load_scenario(suite.project, file)
    except AuthoringError:
        return None


def _reason(item: ScenarioItem) -> str:
    for name in ("skip", "xfail"):
        mark = item.get_closest_marker(name)
        if mark is not None:
            return str(mark.kwargs.get("reason", ""))
    return ""
