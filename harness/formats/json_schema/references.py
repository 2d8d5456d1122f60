"""Resolves references inside a document."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from harness.core import Json, Path


def is_absolute(target: str) -> bool:
    """Whether a reference is absolute."""
    parts = urlsplit(target)
    return bool(parts.scheme or parts.netloc)


def local_name(start: str, target: str) -> str:
    """The path of the file that a reference in `start` leads to; `../…` outside the folder."""
    path = unquote(urlsplit(target).path)
    if path.startswith("/"):
        return f"..{path}"
    return posixpath.normpath(posixpath.join(posixpath.dirname(start), path))


def walk(document: Json, fragment: str) -> tuple[Path, Json] | None:
    """Follow a JSON Pointer. Returns its path and the value there. Source: RFC 6901."""
    path: list[str | int] = []
    value = document
    for part in fragment.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, Mapping) and key in value:
            path.append(key)
            value = value[key]
        elif isinstance(value, list | tuple) and key.isdecimal() and int(key) < len(value):
            path.append(int(key))
            value = value[int(key)]
        else:
            return None
    return tuple(path), value


def replaced(document: Json, references: Mapping[Path, str]) -> Json:
    """A document without its `$id`, with some of its references replaced.

    Without the `$id`, its references are relative to its file.
    """
    own = document.get("$id") if isinstance(document, Mapping) else None
    if isinstance(own, str) and not own.startswith("#") and isinstance(document, Mapping):
        document = {key: value for key, value in document.items() if key != "$id"}
    return _replaced(document, (), references) if references else document


def _replaced(value: Json, at: Path, references: Mapping[Path, str]) -> Json:
    if isinstance(value, Mapping):
        copy = {key: _replaced(inner, (*at, key), references) for key, inner in value.items()}
        return {**copy, "$ref": references[at]} if at in references else copy
    if isinstance(value, list | tuple):
        return [_replaced(inner, (*at, index), references) for index, inner in enumerate(value)]
    return value
