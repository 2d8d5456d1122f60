"""`-v`: what was said, below the line of each scenario."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from harness.core import on_one_line, shorten
from harness.play.result import CheckResult, ScenarioResult
from harness.pytest_plugin.scenario_items import ScenarioItem
from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.reports.failure import takes_listed
from harness.reports.labelled_lines import said_in_short

if TYPE_CHECKING:
    from harness.evaluation import Takes

_LINES = "harness_said"
"""Attribute of a report, so that xdist hands it on."""
LABEL = 11
LONGEST = 160
"""Characters of a message that are shown."""
RED = "✗"

Line = tuple[str, bool]
"""A line, and whether it says that something is wrong."""


class ConversationView:
    """Shows conversations. A pytest plugin of its own, registered if `-v` is given."""

    def __init__(self, config: pytest.Config, _session: ScenarioSession) -> None:
        self._config = config

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Store the lines; the transcript is gone when the report is shown."""
        report = yield
        is_shown = call.when == "call" or (call.when == "setup" and report.failed)
        if is_shown and isinstance(item, ScenarioItem):
            setattr(report, _LINES, list(_lines(item.result)))
        return report

    # After the terminal's own line.
    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Show the lines."""
        lines = getattr(report, _LINES, ())
        reporter: Any = self._config.pluginmanager.get_plugin("terminalreporter")
        if not lines or reporter is None:
            return
        reporter.ensure_newline()
        for text, is_red in lines:
            reporter.write_line(text, red=is_red)


def _lines(result: ScenarioResult | Takes | None) -> Iterator[Line]:
    """What was said turn by turn, with what is wrong below the turn in which it is.

    Of several takes a line for each, and the conversation of the one that explains the outcome.
    """
    if result is None:
        return
    if not isinstance(result, ScenarioResult):
        yield from ((f"  {line}", False) for line in takes_listed(result))
        yield f"    take {result.shown}", False
        result = result.results[result.shown - 1]
    bad = [check for check in result.checks if check.outcome.is_bad]
    turns = result.transcript.turns
    for turn in turns:
        for label, text in said_in_short(turn):
            yield f"    {label:<{LABEL}}{_shown(text)}", False
        yield from (_wrong(check) for check in bad if check.turn == turn.number)
    played = {turn.number for turn in turns}
    yield from (_wrong(check) for check in bad if check.turn not in played)
    if result.error is not None:
        yield f"    {RED} {_shown(result.error.message)} [{result.error.code}]", True


def _wrong(check: CheckResult) -> Line:
    place = f" {check.place}" if check.place is not None else ""
    return f"    {RED} {check.name}: {_shown(check.message)}{place}", True


def _shown(text: str) -> str:
    return shorten(on_one_line(text), LONGEST)
