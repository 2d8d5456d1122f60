"""Paths into JSON payloads. Source: RFC 9535."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from harness.typing import Json, Path

if TYPE_CHECKING:
    # With its alias, so that other modules may name the type without importing the library.
    from jsonpath_rfc9535 import JSONPathQuery as JSONPathQuery  # noqa: PLC0414
    from jsonpath_rfc9535 import JSONValue


class PathFailed(ValueError):
    """A path that cannot be followed through a payload; its text is the reason."""


_ONLY_NAMES = re.compile(r"\$(?:\.[A-Za-z_][A-Za-z0-9_]*)+")
_ODD_NAME = re.compile(r"\.([A-Za-z0-9_]+(?:[ -][A-Za-z0-9_]+)+)(?=[.\[]|$)")
"""Behind a dot, what must stand in brackets: `session-id`, `unit price`."""
_POSITION = re.compile(r", line 1, column (\d+)$")
_TOP: dict[str, tuple[str, ...]] = {"$": ()}


class BadPath(ValueError):
    """A text that is no JSONPath; its text is the reason."""


@lru_cache(maxsize=4096)
def compile_path(text: str) -> JSONPathQuery:
    """Compile a path once. Raises `BadPath` where the text is none."""
    # Late: most paths are names only, and importing the library takes 40 ms.
    import jsonpath_rfc9535  # noqa: PLC0415

    try:
        return jsonpath_rfc9535.compile(text)
    except jsonpath_rfc9535.JSONPathError as error:
        reason = str(error).splitlines()[0]
        raise BadPath(_POSITION.sub(_counted_from_1, reason)) from error


def _counted_from_1(found: re.Match[str]) -> str:
    return f" at character {int(found[1]) + 1}"


def require_path(text: str) -> None:
    """Raise `BadPath` where a text is no JSONPath."""
    if _names(text) is None:
        compile_path(text)


def path_hint(text: str) -> str:
    """What to write instead of a text that is no JSONPath; empty where that is not known."""
    if not text.startswith("$"):
        return "a path begins with '$', such as $.response.text"
    meant = _ODD_NAME.sub(r"['\1']", text)
    try:
        require_path(meant)
    except BadPath:
        return ""
    return f"write {meant}" if meant != text else ""


def find_all(path: str, value: Json) -> list[Json]:
    """All values that the path leads to, in document order; empty where it leads nowhere."""
    names = _names(path)
    if names is not None:
        return _walk(names, value)
    return cast("list[Json]", compile_path(path).find(cast("JSONValue", value)).values())


@lru_cache(maxsize=4096)
def _names(path: str) -> tuple[str, ...] | None:
    """The names of a path that is nothing but names; None where it is more.

    Most paths are: walking them takes 0.3 µs, the library 15 µs.
    """
    return tuple(path[2:].split(".")) if _ONLY_NAMES.fullmatch(path) else _TOP.get(path)


def _walk(names: tuple[str, ...], value: Json) -> list[Json]:
    for name in names:
        if not isinstance(value, dict) or name not in value:
            return []
        value = value[name]
    return [value]


def find_located(path: str, value: Json) -> list[tuple[Path, Json]]:
    """All values that the path leads to, each with its place in the payload.

    Raises `PathFailed` where a filter of the path cannot be evaluated.
    """
    from jsonpath_rfc9535 import JSONPathError  # noqa: PLC0415  # as in compile_path

    try:
        nodes = compile_path(path).find(cast("JSONValue", value))
    except (JSONPathError, RecursionError) as error:
        raise PathFailed(str(error)) from error
    return [(tuple(node.location), cast("Json", node.value)) for node in nodes]


def beginning(query: JSONPathQuery, length: int) -> JSONPathQuery:
    """The first segments of a path, as a path."""
    from jsonpath_rfc9535 import JSONPathQuery as Query  # noqa: PLC0415  # as in compile_path

    return Query(env=query.env, segments=query.segments[:length])


def find_first(path: str, value: Json) -> tuple[bool, Json]:
    """Whether the path leads anywhere, and the first value there."""
    found = find_all(path, value)
    return (True, found[0]) if found else (False, None)
