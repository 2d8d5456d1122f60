"""Which schemas of a folder refer to a file, directly or not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from harness.core import Json
from harness.formats.json_schema.library import SUFFIXES


def referring_files(folder: Path, name: str) -> frozenset[str]:
    """The names under which schemas are used that a file can change, with and without suffix.

    `name` is the file's path in the folder; the file may be missing. A reference counts if it
    ends in the name of a file, in whatever folder: that is more than it can lead to, and never
    less.
    """
    referred = {
        file.relative_to(folder).as_posix(): frozenset(_referred(file))
        for file in folder.rglob("*.json")
        if file.is_file()
    }
    found, waiting = {name}, [name]
    while waiting:
        last = waiting.pop().rpartition("/")[2]
        for other, names in referred.items():
            if other not in found and not names.isdisjoint(_used_as(last)):
                found.add(other)
                waiting.append(other)
    return frozenset(used for one in found for used in _used_as(one))


def _used_as(file: str) -> list[str]:
    return [file, *(file.removesuffix(end) for end in SUFFIXES if end and file.endswith(end))]


def _referred(file: Path) -> Iterator[str]:
    """The last parts of the paths of all references in a file."""
    try:
        document = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return
    waiting: list[Json] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            for key in ("$ref", "$dynamicRef"):
                if isinstance(target := value.get(key), str):
                    yield unquote(urlsplit(target).path).rpartition("/")[2]
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
