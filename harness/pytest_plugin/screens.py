"""Failure screens as pytest's reporters take them: the reason for one line, the screen for all."""

from __future__ import annotations

from typing import Any

import pytest

from harness.core import value_class
from harness.project_file import YAML_ENDINGS
from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.reports.failure_reason import reason_in

_WHILE_PLAYED = "BROKEN while it was played"
"""Pytest writes `ERROR at setup of` before it, which is not the `setup:` of the scenario."""


@value_class(frozen=True, slots=True)
class _Crash:
    """What pytest's reporters look for to say in a line why a test failed."""

    path: str
    lineno: int
    message: str


class Screen:
    """What is shown of a scenario that failed. Its one-line form begins with the reason."""

    def __init__(self, text: str, path: str, line: int) -> None:
        self._text = text
        self.reprcrash = _Crash(path, line, reason_in(text))

    def __str__(self) -> str:
        return self._text

    def toterminal(self, writer: Any) -> None:  # noqa: ANN401  # pytest names no public type
        """Write all of it."""
        writer.line(self._text)


class Screens:
    """Gives reports of scenarios their screens, before other reporters take them.

    In the process that reports: on the way from a worker of xdist, a screen is a text.
    """

    def __init__(self, _config: pytest.Config, _session: ScenarioSession) -> None:
        """Needs neither."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Before pytest's own reporters take the report."""
        file, line, name = report.location
        if not isinstance(report.longrepr, str) or not file.lower().endswith(YAML_ENDINGS):
            return
        screen: Any = Screen(report.longrepr, file, line or 0)
        report.longrepr = screen
        if report.when == "setup" and report.failed:
            report.location = (file, line, f"{name} ({_WHILE_PLAYED})")
