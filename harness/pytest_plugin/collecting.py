"""Which project's scenario a YAML file is."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.core.errors import AuthoringError
from harness.pytest_plugin.nodes import ScenarioFile, WrongProject
from harness.pytest_plugin.notes import notes_of
from harness.pytest_plugin.project_files import NO_PROJECT, looks_like_scenario
from harness.pytest_plugin.scenario_session import ScenarioSession


def collector_of(
    session: ScenarioSession, path: Path, parent: pytest.Collector, *, is_named: bool
) -> pytest.Collector | None:
    """The node of a YAML file; None where it is no scenario, which is told if it looks like one.

    A file that is named outright is a scenario, wherever it lies.
    """
    file = str(path)
    suite = session.suite_for(file) if is_named else session.suite_above(file)
    if isinstance(suite, AuthoringError):
        return _wrong(session, path, parent, suite)
    if suite is not None and (is_named or suite.holds(path, file)):
        node: ScenarioFile = ScenarioFile.from_parent(parent, path=path)
        node.suite = suite
        return node
    if (suite is None or suite.may_hold_stray(file)) and looks_like_scenario(file):
        reason = NO_PROJECT if suite is None else f"its project's are in {suite.scenarios}"
        notes_of(parent.config).add_stray(file, reason)
    return None


def _wrong(
    session: ScenarioSession, path: Path, parent: pytest.Collector, error: AuthoringError
) -> pytest.Collector | None:
    """What is wrong with a project, told once, in the place of its first scenario."""
    file = session.file_above(str(path))
    if file is None or file in session.told_wrong or not looks_like_scenario(str(path)):
        return None
    session.told_wrong.add(file)
    return WrongProject.from_parent(parent, path=file, error=error)
