"""The secrets of a project that a typed command may contain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from harness.core import AuthoringError
from harness.project.project import Project
from harness.secrets.secret_forms import SHORTEST

_VARIABLE = re.compile(r"\benv\.(\w+)")


def secrets_in(typed: str, project: Project) -> Mapping[str, str]:
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
