"""The origin of a session's run, for the reports that name it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from harness.core import AuthoringError
from harness.project.project import Project
from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.reports.run_origin import RunOrigin, origin_in, shown_command, typed_command
from harness.secrets.secret_forms import SHORTEST

_KEY = pytest.StashKey[RunOrigin]()
_VARIABLE = re.compile(r"\benv\.(\w+)")


def origin_of(config: pytest.Config, session: ScenarioSession) -> RunOrigin:
    """The origin of the run. Git is asked once, when the first report needs it."""
    found = config.stash.get(_KEY, None)
    if found is None:
        words = typed_command([str(one) for one in config.invocation_params.args])
        typed = "\n".join(words)
        secrets: dict[str, str] = {}
        for suite in session.suites:
            secrets |= _secrets_in(typed, suite.project)
        command = shown_command(words, secrets, config.rootpath)
        found = config.stash[_KEY] = replace(origin_in(config.rootpath), command=command)
    return found


def _secrets_in(typed: str, project: Project) -> Mapping[str, str]:
    """The secrets of a project, if a command contains what may be one.

    Settings are filled in only then: that reads every definition.
    """
    given = {
        name: value for name, value in _values(project) if len(value) >= SHORTEST and value in typed
    }
    if not given:
        return {}
    secrets: dict[str, str] = {}
    try:
        for name in project.config.providers:
            secrets |= project.provider(name).secrets
    except AuthoringError:
        # Nobody knows which of these values is a secret.
        return secrets | given
    return secrets


def _values(project: Project) -> Iterator[tuple[str, str]]:
    """The values of settings: those in the environment, and those in harness.yaml itself."""
    configs = project.config.providers.values()
    for text in {config.node.place.source.text for config in configs}:
        for name in _VARIABLE.findall(text):
            yield name, project.environment.get(name, "")
    for config in configs:
        for name, node in config.node.entries("settings"):
            yield name, str(node.value)
