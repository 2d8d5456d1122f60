"""The scenario file or folder that was probably meant by a path that does not exist."""

from __future__ import annotations

import os
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from harness.project_file import YAML_ENDINGS


def nearest_path(word: str, folder: Path) -> str:
    """A hint with the file or folder below `folder` whose path or name is most like a word."""
    known: dict[str, str] = {}
    for path in _files_and_folders(folder):
        shown = os.path.relpath(path)
        known.setdefault(shown, shown)
        known.setdefault(path.stem, shown)
    near = [word] if word in known else get_close_matches(word, known, n=1, cutoff=0.6)
    return f"did you mean '{known[near[0]]}'?" if near else ""


def _files_and_folders(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in YAML_ENDINGS or path.is_dir():
            yield path
