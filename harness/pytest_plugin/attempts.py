"""Tests that a plugin such as pytest-rerunfailures runs again: the last attempt counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from harness.pytest_plugin.notes import notes_of
from harness.reports.earlier import Earlier

RERUNNERS = ("rerunfailures", "flaky")
"""Plugins that run a test again, by the names that pytest knows them by."""

Tell = Callable[[Sequence[Earlier]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of a test once."""

    nodeid: str
    came: Earlier
    """Is told where another attempt follows."""
    tell: Tell
    """Counts and reports it as the last one, after the earlier ones of the same test."""


class Attempts:
    """Holds each attempt back until it is known whether another follows. A plugin of its own.

    pytest-rerunfailures says `rerun` in a report of an attempt that does not count; others, such as
    flaky, report the last attempt only. No attempt is held while another test runs.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._may_follow: bool | None = None
        self._held: Attempt | None = None
        self._earlier: list[Earlier] = []
        """What came of attempts at the same test, which is not over."""
        self._nodeid = ""

    def over(self, attempt: Attempt) -> None:
        """Take an attempt, in the place of an earlier one at the same test."""
        if self._may_follow is None:
            self._may_follow = any(map(self._config.pluginmanager.hasplugin, RERUNNERS))
        if not self._may_follow:
            attempt.tell(())
            return
        if self._held is not None and self._held.nodeid == attempt.nodeid:
            self._supersede()
        else:
            self.settle()
        if self._nodeid != attempt.nodeid:
            # Its last attempt could not be told of: the run was stopped.
            self._earlier = []
        self._held, self._nodeid = attempt, attempt.nodeid

    def settle(self) -> None:
        """Count what is held."""
        held, self._held = self._held, None
        if held is not None:
            earlier, self._earlier = self._earlier, []
            held.tell(earlier)

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """See whether the attempt counts."""
        held = self._held
        # Not one of pytest's outcomes, so its type does not name it.
        is_rerun = str(report.outcome) == "rerun"
        if is_rerun and held is not None and held.nodeid == report.nodeid:
            self._supersede()

    @pytest.hookimpl
    def pytest_runtest_logfinish(self) -> None:
        """All is reported of the attempt. The run goes on where it cannot be counted."""
        nodeid = self._held.nodeid if self._held is not None else ""
        try:
            self.settle()
        except Exception as error:  # noqa: BLE001  # a report of a project's own, too
            notes_of(self._config).add(f"{nodeid}: it could not be reported: {error!r}")

    def _supersede(self) -> None:
        assert self._held is not None  # noqa: S101  # asked by the callers
        self._earlier.append(self._held.came)
        self._held = None
