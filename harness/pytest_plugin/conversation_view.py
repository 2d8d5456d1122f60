"""`-v`: what was said, below the line of each scenario."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from harness.pytest_plugin.nodes import RepeatedItem, ScenarioItem
from harness.reports.conversation_view import Line, conversation_lines, takes_lines

_SAID = "harness_said"
"""Attribute of a report, so that xdist hands it on."""


class ConversationView:
    """Shows conversations. A pytest plugin of its own, registered where `-v` asks for it."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Keep what was said; the transcript is gone when the report is shown."""
        report = yield
        is_told = call.when == "call" or (call.when == "setup" and report.failed)
        if is_told and isinstance(item, ScenarioItem):
            setattr(report, _SAID, list(_lines(item)))
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


def _lines(item: ScenarioItem) -> list[Line]:
    if isinstance(item, RepeatedItem) and item.takes is not None:
        return list(takes_lines(item.takes))
    return list(conversation_lines(item.result)) if item.result is not None else []
