"""What a project is found by: harness.yaml and the variables of the environment.

Imports nothing, so that pytest can ask early.
"""

from __future__ import annotations

from pathlib import Path

FILE_NAME = "harness.yaml"

MODE_VARIABLE = "HARNESS_MODE"
"""Holds the mode of a run."""
HISTORY_VARIABLE = "HARNESS_HISTORY"
"""Holds the URL of the history."""
VARIABLES = (MODE_VARIABLE, HISTORY_VARIABLE)
"""Every variable of the environment that is read, apart from those that harness.yaml names."""


def find_config(start: Path) -> Path | None:
    """The harness.yaml of a folder or of the nearest folder above it."""
    for folder in (start, *start.parents):
        file = folder / FILE_NAME
        if file.is_file():
            return file
    return None
