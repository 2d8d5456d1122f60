"""`-v`: what was said, below the line of each scenario."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from harness.pytest_plugin.scenario_items import ScenarioItem
from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.reports.conversation_lines import conversation_lines

_SAID = "harness_said"
"""Attribute of a report, so that xdist hands it on."""


class ConversationView:
    """Shows conversations. A pytest plugin of its own, registered where `-v` asks for it."""

    def __init__(self, config: pytest.Config, _session: ScenarioSession) -> None:
        self._config = config

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Keep what was said; the transcript is gone when the report is shown."""
        report = yield
        is_shown = call.when == "call" or (call.when == "setup" and report.failed)
        if is_shown and isinstance(item, ScenarioItem):
            lines = conversation_lines(item.result) if item.result is not None else ()
            setattr(report, _SAID, list(lines))
        return report

    # After the terminal's own line.
    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Show it."""
        said = getattr(report, _SAID, ())
        reporter: Any = self._config.pluginmanager.get_plugin("terminalreporter")
        if not said or reporter is None:
            return
        reporter.ensure_newline()
        for text, is_red in said:
            reporter.write_line(text, red=is_red)
