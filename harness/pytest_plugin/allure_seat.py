"""Hands the results of scenarios to Allure, if `--alluredir` is given."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness import __version__
from harness.core import AuthoringError
from harness.evaluation import Takes
from harness.play.result import ScenarioResult
from harness.project.loading import load_scenario
from harness.project.plan import Play
from harness.pytest_plugin.nothing_played import CLEAN
from harness.pytest_plugin.origin import origin_of
from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.pytest_plugin.suite import Suite
from harness.reports.allure import AllureCase, AllureResults, lacking
from harness.reports.failure import failure_screen
from harness.reports.run_events import (
    AttemptEnded,
    ChatsEnded,
    Event,
    FileUnread,
    WorkerDied,
)
from harness.scenario import Scenario


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
        self._has_begun = self._is_worker

    @pytest.hookimpl
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Begin if anything is to be played; otherwise the results of the run before stay."""
        if session.items:
            self._begin()

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Begin, in the process that starts the workers."""
        if ids:
            self._begin()

    def _begin(self) -> None:
        """Empty the folder if that is wanted, and write what is known before the first test."""
        if self._has_begun:
            return
        self._has_begun = True
        if self._config.stash.get(CLEAN, False):
            self._results.clean()
        chosen = self._config.getoption("--harness-provider")
        configs = [
            one for suite in self._session.suites for one in suite.project.config.providers.values()
        ]
        names = [config.name for config in configs]
        unverified = [config.name for config in configs if not config.verify]
        is_shown = bool(unverified) and self._session.mode.is_live
        self._results.begin(
            {
                "mode": self._session.mode.value,
                **origin_of(self._config, self._session).properties(),
                "harness": __version__,
                "providers": ", ".join(chosen or dict.fromkeys(names)),
                "python": platform.python_version(),
                "pytest": pytest.__version__,
                **({"not_verified": ", ".join(unverified)} if is_shown else {}),
            }
        )

    def listen(self, event: Event) -> None:
        """Keep what came of a test until Allure writes its result; write what Allure does not."""
        match event:
            case AttemptEnded():
                self._expect(event)
            case ChatsEnded(results=results):
                self._results.expect_chats(results)
            case WorkerDied(again=None, result=result):
                case = self._case(event.id, event.play, result)
                self._results.add_unwritten(case, failure_screen(result))
            case FileUnread(file=file, message=message):
                self._begin()
                self._results.add_error(file, message)
            case _:
                pass

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take up what went wrong for the categories; of workers as well."""
        if report.when == "teardown" and not self._is_worker:
            properties = dict(report.user_properties)
            if "codes" in properties and "outcome" in properties:
                codes = str(properties["codes"]).split()
                self._results.note(str(properties["outcome"]), codes)

    def _expect(self, event: AttemptEnded) -> None:
        try:
            self._results.expect(self._case(event.id, event.play, event.result, event.reason))
        except Exception as error:  # noqa: BLE001  # Allure then has the test without its turns
            self._session.tally.notes.append(lacking(event.id, error))

    def _case(
        self, nodeid: str, play: Play, result: ScenarioResult | Takes | None, reason: str = ""
    ) -> AllureCase:
        suite = self._session.suite_for(str(play.file))
        assert isinstance(suite, Suite)  # noqa: S101  # the play is one of its scenarios
        return AllureCase(
            play=play,
            file=nodeid.partition("::")[0],
            folder=suite.folder,
            folders=suite.folders_of(play.file),
            scenario=result.scenario if result else _scenario(suite, play.file),
            result=result,
            reason=reason,
        )


def _scenario(suite: Suite, file: Path) -> Scenario | None:
    """For the title of what was not played."""
    try:
        return load_scenario(suite.project, file)
    except AuthoringError:
        return None
