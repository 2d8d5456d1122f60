"""The project of the folder that a command was called in."""

from __future__ import annotations

from pathlib import Path

from harness.config import FILE_NAME, find_config
from harness.engine.project import Project
from harness.errors import ConfigurationError, Problem


def project_here() -> Project:
    """The project of the current folder. Raises `ConfigurationError` where there is none."""
    file = find_config(Path.cwd())
    if file is None:
        raise ConfigurationError(
            Problem(
                code="no-project",
                message=f"there is no {FILE_NAME} here or in a folder above",
                where=Path.cwd().name,
            )
        )
    return Project.at(file)
