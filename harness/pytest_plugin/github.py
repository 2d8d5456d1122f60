"""What GitHub Actions makes of a run's log."""

from __future__ import annotations

import secrets
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

from harness.reports.annotations import COMMANDS

if TYPE_CHECKING:
    from harness.pytest_plugin.reporting import RunReports


class GithubLog:
    """Prints annotations at the end, and keeps what bots said from being read as commands.

    A line of the log that begins with `::`, blanks before it apart, is a command to GitHub. So
    commands are switched off while failures are shown.
    """

    def __init__(self, reports: RunReports | None) -> None:
        self._reports = reports

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> Generator[None]:  # noqa: ANN401  # pytest names no public type
        """Around all that others write at the end."""
        # A text of a bot cannot guess the word that switches commands on again.
        word = secrets.token_hex(16)
        terminalreporter.ensure_newline()
        terminalreporter.write_line(f"::stop-commands::{word}")
        try:
            return (yield)
        finally:
            terminalreporter.ensure_newline()
            terminalreporter.write_line(f"::{word}::")
            for path in self._reports.made if self._reports is not None else ():
                if path.name == COMMANDS:
                    terminalreporter.write(path.read_text(encoding="utf-8"))
