"""Notes where the journals of an interrupted recording are, and how to continue."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from harness.pytest_plugin.notes import notes_of
from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.transport.journal import journals_below


class JournalNotes:
    """A pytest plugin of its own, of a run that records; not in xdist's workers.

    Looks at the files: what the workers know does not arrive here once the run is stopped.
    """

    def __init__(self, config: pytest.Config, scenarios: ScenarioSession) -> None:
        self._notes = notes_of(config)
        self._scenarios = scenarios
        self._started = time.time_ns()

    # Behind that of xdist, which waits for its workers.
    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Note the journals if the run was stopped."""
        ends = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        if exitstatus in ends and not session.shouldstop and not session.shouldfail:
            return
        journals = list(self._journals())
        if not journals:
            return
        first, *others = journals
        found = f"{first} contains an interrupted conversation"
        if others:
            found = (
                f"{len(journals)} journals contain interrupted conversations, the first is {first}"
            )
        self._notes.add(
            f"{found}; run the same command again to record what is missing, or see "
            f"what was received: harness cassettes recover{'' if others else f' {first}'}"
        )

    def _journals(self) -> Iterator[str]:
        """Those of this run, as people see them."""
        for suite in self._scenarios.suites:
            config = suite.project.config
            for path in journals_below(config.cassettes):
                if path.stat().st_mtime_ns >= self._started:
                    yield config.shown(path)
