"""Commands in the log of a run in GitHub Actions."""

from __future__ import annotations

import secrets
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.reports.annotations import COMMANDS
from harness.reports.run_events import Event, ReportsMade


class GithubLog:
    """Prints annotations at the end, and keeps what bots said from being read as commands.

    A line of the log that begins with `::`, blanks before it apart, is a command to GitHub. So
    commands are switched off while scenarios are played and shown.
    """

    def __init__(self, config: pytest.Config, _session: ScenarioSession) -> None:
        self._config = config
        self._commands: list[Path] = []
        # A text of a bot cannot guess the word that switches commands on again.
        self._word = secrets.token_hex(16)
        self._is_off = False

    def listen(self, event: Event) -> None:
        """Remember the report with the annotations."""
        if isinstance(event, ReportsMade):
            self._commands = [path for path in event.paths if path.name == COMMANDS]

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Switch commands off, before anything is played."""
        self._write(f"::stop-commands::{self._word}")
        self._is_off = True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self) -> Generator[None]:
        """Around all that others write at the end."""
        try:
            return (yield)
        finally:
            self._switch_on()
            for path in self._commands:
                self._write(path.read_text(encoding="utf-8").removesuffix("\n"))

    def pytest_unconfigure(self) -> None:
        """Switch commands on after an interrupted run, which has no summary."""
        self._switch_on()

    def _switch_on(self) -> None:
        if self._is_off:
            self._is_off = False
            self._write(f"::{self._word}::")

    def _write(self, line: str) -> None:
        reporter: Any = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.ensure_newline()
            reporter.write_line(line)
