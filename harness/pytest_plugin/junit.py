"""Lines of scenarios in JUnit's XML."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from harness.project_file import YAML_ENDINGS
from harness.pytest_plugin.notes import notes_of
from harness.pytest_plugin.nothing_played import NOTHING_PLAYED
from harness.pytest_plugin.origin import origin_of
from harness.pytest_plugin.scenario_session import ScenarioSession


class JunitLines:
    """Gives JUnit's reporter the line of each scenario.

    Of `junit_family=xunit1`, the family that knows files and lines; pytest itself counts lines
    from 0 there, and people and CI servers count from 1.
    """

    def __init__(self, config: pytest.Config, session: ScenarioSession) -> None:
        self._config = config
        self._session = session
        self._xml: Any = None
        self._rerun: dict[str, Any] = {}
        self._ended: dict[Any, tuple[str, Any]] = {}
        """The last case of each process that plays, with the id of its test."""
        self._superseded: set[Any] = set()

    @pytest.hookimpl
    def pytest_sessionstart(self) -> None:
        """Find the reporter, which pytest registers without a name."""
        plugins = self._config.pluginmanager.get_plugins()
        self._xml = next((one for one in plugins if hasattr(one, "node_reporter")), None)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Set the line before JUnit's reporter takes the report, which does not replace it."""
        if self._xml is None:
            return
        file, line, _ = report.location
        is_scenario = file.lower().endswith(YAML_ENDINGS)
        if report.when == "setup" and is_scenario and line is not None:
            self._xml.node_reporter(report).add_attribute("line", line + 1)
        # Not one of pytest's outcomes, so its type does not name it.
        if str(report.outcome) == "rerun":
            self._rerun[report.nodeid] = self._xml.node_reporter(report)
        # Those of tests that hold no conversation stay as pytest has them.
        holds = is_scenario or "conversation" in dict(report.user_properties)
        if report.when == "teardown" and report.nodeid in self._rerun:
            case = self._rerun.pop(report.nodeid)
            if holds:
                self._superseded.add(case)
        elif report.when == "teardown" and holds:
            self._supersede_ended(report)

    def _supersede_ended(self, report: pytest.TestReport) -> None:
        """If a test ends twice in a row, as with flaky, the last end counts."""
        process = getattr(report, "node", None)
        nodeid, case = self._ended.get(process, ("", None))
        if nodeid == report.nodeid:
            self._superseded.add(case)
        self._ended[process] = (report.nodeid, self._xml.node_reporter(report))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, exitstatus: int) -> Generator[None, object, object]:
        """Complete the report, or keep that of the run before if there is nothing to report."""
        if self._xml is None or exitstatus not in NOTHING_PLAYED or not self._keeps_last():
            self._complete()
            return (yield)
        with TemporaryDirectory() as folder:
            self._xml.logfile = str(Path(folder, "junit.xml"))
            # Otherwise it says in the closing lines that it wrote the file.
            self._config.pluginmanager.unregister(self._xml)
            try:
                return (yield)
            finally:
                self._config.pluginmanager.register(self._xml)

    def _keeps_last(self) -> bool:
        """Whether there is a report, and this run has nothing to report, such as an error."""
        return Path(self._xml.logfile).exists() and not self._xml.node_reporters_ordered

    def _complete(self) -> None:
        """Add the origin of the run and notes about providers; remove what was attempted again.

        An attempt that another one followed would look as if it had passed.
        """
        if self._xml is not None:
            for name, value in origin_of(self._config, self._session).properties().items():
                self._xml.add_global_property(name, value)
            for note in notes_of(self._config).of_providers:
                self._xml.add_global_property("note", note)
        if self._superseded:
            cases = self._xml.node_reporters_ordered
            cases[:] = [case for case in cases if case not in self._superseded]
