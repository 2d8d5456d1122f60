"""Which kinds of red a run has: FAILED, BROKEN, or only drifted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from harness.conversation import Outcome
from harness.reports.classes import BROKEN, DRIFTED, FAILED, class_of


class Classes:
    """Counts red tests by class, those of the last attempts. A pytest plugin of its own.

    A red Python test counts as FAILED, but where all that is red in it is a BROKEN conversation.
    """

    def __init__(self) -> None:
        self._red: dict[str, str] = {}

    @property
    def counts(self) -> Mapping[str, int]:
        """How many tests are red, by class; without those that are none."""
        counts = Counter(self._red.values())
        return {name: counts[name] for name in (FAILED, BROKEN, DRIFTED) if counts[name]}

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take up what is red."""
        if report.failed:
            told = dict(report.user_properties)
            self._red[report.nodeid] = _scenario_class(told) or self._red.get(report.nodeid, FAILED)
        if report.when == "teardown" and report.nodeid in self._red:
            outcomes = {value for name, value in report.user_properties if name == "outcome"}
            bad = outcomes & {Outcome.FAILED.value, Outcome.BROKEN.value}
            if "conversation" in dict(report.user_properties) and bad == {Outcome.BROKEN.value}:
                self._red[report.nodeid] = BROKEN


def _scenario_class(told: Mapping[str, Any]) -> str:
    """The class of a scenario's report; empty for any other."""
    if "scenario" not in told or "conversation" in told:
        return ""
    return class_of(told["outcome"], str(told.get("codes", "")).split()) or FAILED
