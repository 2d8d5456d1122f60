"""The red tests of a session: how many there are of each class, and what explains the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import pytest

from harness.conversation import Outcome
from harness.core import value_class
from harness.play.result import Cause
from harness.reports.classes import BROKEN, DRIFTED, FAILED, class_of
from harness.reports.summary import cause_from


@value_class(frozen=True, slots=True, kw_only=True)
class RedScenario:
    """A scenario that is red, and why."""

    file: str
    """As pytest names it: relative to its root folder."""
    provider: str
    row: str
    """Of the matrix; empty if there is none."""
    cause: Cause


class RedTests:
    """Counts red tests by class, those of the last attempts. A pytest plugin of its own.

    A red Python test counts as FAILED, unless all its red conversations are BROKEN.
    """

    def __init__(self) -> None:
        self._classes: dict[str, str] = {}
        self._scenarios: dict[str, RedScenario] = {}

    @property
    def counts(self) -> Mapping[str, int]:
        """How many tests are red, by class; a class without any is left out."""
        counts = Counter(self._classes.values())
        return {name: counts[name] for name in (FAILED, BROKEN, DRIFTED) if counts[name]}

    def first(
        self, kind: str, is_wanted: Callable[[Cause], bool] = lambda _: True
    ) -> RedScenario | None:
        """The first red scenario of a class whose cause is wanted; None if there is none."""
        scenarios = (
            self._scenarios[nodeid]
            for nodeid, name in self._classes.items()
            if name == kind and nodeid in self._scenarios
        )
        return next((one for one in scenarios if is_wanted(one.cause)), None)

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what is red."""
        properties = dict(report.user_properties)
        nodeid, holds_chats = report.nodeid, "conversation" in properties
        if report.failed:
            self._classes.setdefault(nodeid, FAILED)
            if "scenario" in properties and not holds_chats:
                codes = str(properties.get("codes", "")).split()
                self._classes[nodeid] = class_of(str(properties["outcome"]), codes) or FAILED
                self._note_cause(nodeid, properties)
        if report.when == "teardown" and nodeid in self._classes and holds_chats:
            outcomes = {value for name, value in report.user_properties if name == "outcome"}
            if outcomes & {Outcome.FAILED.value, Outcome.BROKEN.value} == {Outcome.BROKEN.value}:
                self._classes[nodeid] = BROKEN

    def _note_cause(self, nodeid: str, properties: Mapping[str, object]) -> None:
        cause = cause_from(properties)
        if cause is None:
            return
        scenario, provider = str(properties["scenario"]), str(properties["provider"])
        file, _, name = nodeid.partition("::")
        row = name.removeprefix(f"{scenario}[{provider}").removesuffix("]").removeprefix("-")
        self._scenarios[nodeid] = RedScenario(file=file, provider=provider, row=row, cause=cause)
