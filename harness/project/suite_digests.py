"""Hashes of what a project's conversations are judged by, to tell two states of it apart."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from harness.project.project import Project
from harness.project.touching import watched_folders
from harness.project_file import FILE_NAME

_LEFT_OUT = frozenset(("__pycache__", "node_modules", "reports"))
"""Folders without files of a scenario, if the scenarios lie at the top of the project."""


def suite_digests(project: Project) -> dict[str, str]:
    """A hash of harness.yaml, of each folder that it names, and of each file of own checks.

    The names are relative to the project. Recordings are left out, because a run may write them.
    """
    config = project.config
    root = config.root
    places = [one for one in watched_folders(project) if one != config.cassettes]
    places += [root / str(node.value) for node in config.checks]
    digests: dict[str, str] = {}
    for place in (root / FILE_NAME, *places):
        name = os.path.relpath(place, root).replace(os.sep, "/")
        if place.is_dir():
            digests[f"{name}/"] = _digest(_files_below(place, config.cassettes), place)
        elif place.is_file():
            digests[name] = _digest([place], place.parent)
    return digests


def differing(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The files and folders whose hashes differ, sorted."""
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def _files_below(folder: Path, cassettes: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and name not in _LEFT_OUT and Path(place, name) != cassettes
        )
        yield from (Path(place, name) for name in sorted(files))


def _digest(files: Iterable[Path], top: Path) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for file in files:
        try:
            content = file.read_bytes()
        except OSError:
            # A run that needs it says so.
            content = b""
        name = str(file)[len(str(top)) :].encode("utf-8", "surrogateescape")
        digest.update(b"%d %s %d " % (len(name), name, len(content)))
        digest.update(content)
    return digest.hexdigest()
