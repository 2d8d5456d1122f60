"""The line at the foot of the terminal, while a run of pytest asks bots."""

from __future__ import annotations

from typing import Any

import pytest

from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.reports.progress import Progress, is_allowed
from harness.reports.run_events import Event, PlayingBegan


class LiveProgress:
    """A pytest plugin of its own, in the process that shows the run."""

    def __init__(self, config: pytest.Config, session: ScenarioSession) -> None:
        self._config = config
        self._mode = session.mode.value
        self._progress: Progress | None = None

    def listen(self, event: Event) -> None:
        """Show the line from the first conversation that is held ahead."""
        if isinstance(event, PlayingBegan):
            # Only now is it known what pytest shows.
            self._progress = Progress(self._mode, is_shown=is_shown(self._config))
        if self._progress is not None:
            self._progress.listen(event)


def is_shown(config: pytest.Config) -> bool:
    """Whether the terminal can show the line, and the options and variables allow it."""
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not getattr(reporter, "isatty", False):
        return False
    if config.option.verbose < -1 or config.option.usepdb or config.option.trace:
        return False
    return is_allowed()
