"""Paths into JSON payloads. Source: RFC 9535."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, cast

import jsonpath_rfc9535

from harness.typing import Json, Path

if TYPE_CHECKING:
    from jsonpath_rfc9535 import JSONPathQuery, JSONValue


class BadPath(ValueError):
    """A text that is no JSONPath; its text is the reason."""


@lru_cache(maxsize=4096)
def compile_path(text: str) -> JSONPathQuery:
    """Compile a path once. Raises `BadPath` where the text is none."""
    try:
        return jsonpath_rfc9535.compile(text)
    except jsonpath_rfc9535.JSONPathError as error:
        raise BadPath(str(error).splitlines()[0]) from error


def find_all(path: str, value: Json) -> list[Json]:
    """All values that the path leads to, in document order; empty where it leads nowhere."""
    if path == "$":
        return [value]
    return cast("list[Json]", compile_path(path).find(cast("JSONValue", value)).values())


def find_located(path: str, value: Json) -> list[tuple[Path, Json]]:
    """All values that the path leads to, each with its place in the payload."""
    nodes = compile_path(path).find(cast("JSONValue", value))
    return [(tuple(node.location), cast("Json", node.value)) for node in nodes]


def find_first(path: str, value: Json) -> tuple[bool, Json]:
    """Whether the path leads anywhere, and the first value there."""
    found = find_all(path, value)
    return (True, found[0]) if found else (False, None)
