"""Tests that a plugin such as pytest-rerunfailures runs again: the last attempt counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from harness.core import value_class
from harness.pytest_plugin.notes import notes_of
from harness.reports.run_events import EarlierAttempt

RERUNFAILURES, FLAKY = "rerunfailures", "flaky"
"""Plugins that run a test again, by the names that pytest knows them by."""


@value_class(frozen=True, slots=True, kw_only=True)
class ItemAttempt:
    """An attempt at a test that is over."""

    item: pytest.Item
    as_earlier: EarlierAttempt
    """What is reported of it if another attempt follows."""
    finish: Callable[[Sequence[EarlierAttempt]], None]
    """Counts and reports it as the last one, given the earlier ones of the same test."""


class Attempts:
    """Holds each attempt back until it is known whether another follows. A plugin of its own.

    pytest-rerunfailures says `rerun` in a report of an attempt that does not count. flaky reports
    the last attempt only, and ends each of them as pytest ends a test; what it reruns is held until
    the next test begins. No attempt is held while another test runs.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._reruns_failures = config.pluginmanager.hasplugin(RERUNFAILURES)
        self._has_flaky = config.pluginmanager.hasplugin(FLAKY)
        self._held: ItemAttempt | None = None
        self._earlier: list[EarlierAttempt] = []
        """Attempts at the same test, which is not over."""
        self._nodeid = ""

    @property
    def may_follow(self) -> bool:
        """Whether a plugin is there that runs tests again."""
        return self._reruns_failures or self._has_flaky

    def over(self, attempt: ItemAttempt) -> None:
        """Hold an attempt, in place of an earlier one at the same test."""
        if not self._reruns_failures and not self._is_flaky(attempt):
            attempt.finish(())
            return
        nodeid = attempt.item.nodeid
        if not self._supersede(nodeid):
            self.settle()
        if self._nodeid != nodeid:
            # Its last attempt could not be reported: the run was stopped.
            self._earlier = []
        self._held, self._nodeid = attempt, nodeid

    def settle(self) -> None:
        """Count the attempt that is held."""
        held, self._held = self._held, None
        if held is not None:
            earlier, self._earlier = self._earlier, []
            held.finish(earlier)

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note that an attempt does not count."""
        # Not one of pytest's outcomes, so its type does not name it.
        if str(report.outcome) == "rerun":
            self._supersede(report.nodeid)

    @pytest.hookimpl
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Another test begins, so the attempt that is held was the last one."""
        if self._held is not None and self._held.item.nodeid != nodeid:
            self._settle_anyway(self._held)

    @pytest.hookimpl
    def pytest_runtest_logfinish(self) -> None:
        """The attempt is completely reported."""
        if self._held is not None and not self._is_flaky(self._held):
            self._settle_anyway(self._held)

    def _settle_anyway(self, held: ItemAttempt) -> None:
        """Count the attempt that is held. If that fails, the run continues."""
        try:
            self.settle()
        except Exception as error:  # noqa: BLE001  # a report of a project's own, too
            notes_of(self._config).add(f"{held.item.nodeid}: it could not be reported: {error!r}")

    def _is_flaky(self, attempt: ItemAttempt) -> bool:
        """Whether flaky may run it again."""
        return self._has_flaky and (
            self._config.getoption("force_flaky", default=False)
            or attempt.item.get_closest_marker(FLAKY) is not None
        )

    def _supersede(self, nodeid: str) -> bool:
        """Make the held attempt an earlier one, if it is of this test: another one follows."""
        held = self._held
        if held is None or held.item.nodeid != nodeid:
            return False
        self._earlier.append(held.as_earlier)
        self._held = None
        return True
