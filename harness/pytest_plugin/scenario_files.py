"""Scenario files as nodes of pytest's collection."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from harness.core import AuthoringError, printable
from harness.project.planning import repeat_of, waivers_of
from harness.pytest_plugin.notes import notes_of
from harness.pytest_plugin.project_files import NO_PROJECT, looks_like_scenario
from harness.pytest_plugin.scenario_items import ScenarioItem
from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.pytest_plugin.suite import Suite


class WrittenFile(pytest.File):
    """A file of an author, which may be wrong."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any) -> Any:  # noqa: ANN401  # pytest's signature
        """What is wrong with the file, without a traceback."""
        if isinstance(excinfo.value, AuthoringError):
            return printable(str(excinfo.value))
        return super().repr_failure(excinfo, *args)


class WrongProject(WrittenFile):
    """A harness.yaml that is wrong, in place of the project's scenarios."""

    def __init__(self, *, error: AuthoringError, **kwargs: Any) -> None:  # noqa: ANN401  # pytest's own arguments
        super().__init__(**kwargs)
        self._error = error

    def collect(self) -> Iterable[ScenarioItem]:
        """Raise what is wrong."""
        raise self._error


class ScenarioFile(WrittenFile):
    """A scenario file."""

    suite: Suite
    """Its project. Set after it is made: a constructor of our own costs 2 % of a collection."""
    scenarios: ScenarioSession
    """Its session. Set after it is made, too."""

    def collect(self) -> Iterable[ScenarioItem]:
        """One item for each provider and row."""
        suite = self.suite
        entry = suite.entries.of(self.path)
        for play in suite.planner.plays_of(self.path, entry):
            # Given as a text, because pytest 9.2 recognises a variant's brackets only in an id that
            # it reads: made from the name, the id is not the one that --lf stored.
            nodeid = f"{self.nodeid}::{play.name}"
            kind = ScenarioItem
            if repeat_of(suite.project, entry).is_repeated:
                # Late: only a repeated scenario loads intervals and statistics.
                from harness.pytest_plugin.repeated_items import RepeatedItem  # noqa: PLC0415

                kind = RepeatedItem
            item: ScenarioItem = kind.from_parent(
                self,
                name=play.name,
                nodeid=nodeid,
                suite=suite,
                scenarios=self.scenarios,
                play=play,
                entry=entry,
            )
            if entry.waivers:
                item.waive(waivers_of(entry, play, self.scenarios.mode, suite.project.environment))
            for tag in entry.tags:
                item.add_marker(suite.mark_of(tag))
            yield item


def collector_of(
    session: ScenarioSession, path: Path, parent: pytest.Collector, *, is_named: bool
) -> pytest.Collector | None:
    """The node of a YAML file; None, and a note if it looks like a scenario but is not one.

    A file that is named explicitly is a scenario, wherever it lies.
    """
    file = str(path)
    suite = session.suite_for(file) if is_named else session.suite_above(file)
    if isinstance(suite, AuthoringError):
        return _wrong(session, path, parent, suite)
    if suite is not None and (is_named or suite.holds(path, file)):
        node: ScenarioFile = ScenarioFile.from_parent(parent, path=path)
        node.suite, node.scenarios = suite, session
        return node
    if (suite is None or suite.may_hold_stray(file)) and looks_like_scenario(file):
        reason = (
            NO_PROJECT
            if suite is None
            else (f"the scenarios of its project are in {suite.scenarios}")
        )
        notes_of(parent.config).add_stray(file, reason)
    return None


def _wrong(
    session: ScenarioSession, path: Path, parent: pytest.Collector, error: AuthoringError
) -> pytest.Collector | None:
    """What is wrong with a project, once, in place of its first scenario."""
    file = session.file_above(str(path))
    if file is None or file in session.shown_wrong or not looks_like_scenario(str(path)):
        return None
    session.shown_wrong.add(file)
    return WrongProject.from_parent(parent, path=file, error=error)
