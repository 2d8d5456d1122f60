"""harness.yaml: its name, and where it is found. Imports nothing, so that pytest can ask early."""

from __future__ import annotations

from pathlib import Path

FILE_NAME = "harness.yaml"


def find_config(start: Path) -> Path | None:
    """The harness.yaml of a folder or of the nearest folder above it."""
    for folder in (start, *start.parents):
        file = folder / FILE_NAME
        if file.is_file():
            return file
    return None
