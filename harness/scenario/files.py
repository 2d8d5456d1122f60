"""The other files that a scenario is made of, and which YAML files are scenarios."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from harness.core import HarnessError
from harness.formats.yaml import Document
from harness.project_file import YAML_ENDINGS

DEFAULTS = "defaults.yaml"
"""A file that applies to the scenarios of its folder and of the folders below."""
FRAGMENTS = "fragments"
"""A folder whose files are not scenarios."""


class FileKind(StrEnum):
    """How a YAML file is read."""

    FRAGMENT = "fragment"
    SCENARIO = "scenario"
    DEFAULTS = "defaults"


class BadFile(HarnessError):
    """A file that a scenario names and that cannot be used."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


class OtherFiles(Protocol):
    """Gives a scenario the files that it names."""

    @property
    def digest(self) -> str:
        """A hash of all files that were given; empty if there were none."""

    def text(self, name: str, beside: str) -> tuple[str, str]:
        """A file's path as people see it, and its text.

        `name` is relative to the file `beside`. Raises `BadFile`.
        """

    def document(self, name: str, beside: str, kind: FileKind) -> Document:
        """A YAML file. Raises `BadFile`, and `AuthoringError` with all problems of the file."""


class _NoFiles:
    """For a scenario without other files."""

    digest = ""

    def text(self, name: str, beside: str) -> tuple[str, str]:
        """Raise `BadFile`."""
        raise BadFile("no-such-file", f"there is no file {name} next to {beside}")

    def document(self, name: str, beside: str, kind: FileKind) -> Document:
        """Raise `BadFile`."""
        raise BadFile("no-such-file", f"there is no {kind} {name} next to {beside}")


NO_FILES = _NoFiles()


def kind_of(file: Path, folder: Path) -> FileKind | None:
    """What a file below a folder of scenarios is, by its name; None if it is not a YAML file."""
    if not file.name.lower().endswith(YAML_ENDINGS):
        return None
    if file.name == DEFAULTS:
        return FileKind.DEFAULTS
    return FileKind.SCENARIO if is_scenario_file(file, folder) else FileKind.FRAGMENT


def is_scenario_file(file: Path, folder: Path) -> bool:
    """Whether a file below a folder of scenarios is a scenario, by its name."""
    # Texts, not paths: this is asked for each of 10,000 files.
    text = str(file)[len(str(folder)) :]
    if not text.lower().endswith(YAML_ENDINGS) or f"{os.sep}{FRAGMENTS}{os.sep}" in text:
        return False
    return not text.endswith(f"{os.sep}{DEFAULTS}")
