"""Tests that a plugin such as pytest-rerunfailures runs again: the last attempt counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from harness.core.values import value_class
from harness.pytest_plugin.notes import notes_of
from harness.reports.earlier import Earlier

RERUNFAILURES, FLAKY = "rerunfailures", "flaky"
"""Plugins that run a test again, by the names that pytest knows them by."""

Tell = Callable[[Sequence[Earlier]], None]


@value_class(frozen=True, slots=True, kw_only=True)
class ItemAttempt:
    """What came of a test once."""

    item: pytest.Item
    came: Earlier
    """Is told where another attempt follows."""
    tell: Tell
    """Counts and reports it as the last one, after the earlier ones of the same test."""

    @property
    def nodeid(self) -> str:
        """The id of the test."""
        return self.item.nodeid


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
        self._earlier: list[Earlier] = []
        """What came of attempts at the same test, which is not over."""
        self._nodeid = ""

    @property
    def may_follow(self) -> bool:
        """Whether a plugin is there that runs tests again."""
        return self._reruns_failures or self._has_flaky

    def over(self, attempt: ItemAttempt) -> None:
        """Take an attempt, in the place of an earlier one at the same test."""
        if not self._reruns_failures and not self._is_flaky(attempt):
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
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Another test begins, so what is held was the last attempt."""
        if self._held is not None and self._held.nodeid != nodeid:
            self._settle_anyway(self._held)

    @pytest.hookimpl
    def pytest_runtest_logfinish(self) -> None:
        """All is reported of the attempt."""
        if self._held is not None and not self._is_flaky(self._held):
            self._settle_anyway(self._held)

    def _settle_anyway(self, held: ItemAttempt) -> None:
        """Count what is held. The run goes on where it cannot be counted."""
        try:
            self.settle()
        except Exception as error:  # noqa: BLE001  # a report of a project's own, too
            notes_of(self._config).add(f"{held.nodeid}: it could not be reported: {error!r}")

    def _is_flaky(self, attempt: ItemAttempt) -> bool:
        """Whether flaky may run it again."""
        return self._has_flaky and (
            self._config.getoption("force_flaky", default=False)
            or attempt.item.get_closest_marker(FLAKY) is not None
        )

    def _supersede(self) -> None:
        assert self._held is not None  # noqa: S101  # asked by the callers
        self._earlier.append(self._held.came)
        self._held = None
