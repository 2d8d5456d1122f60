"""Changes of one part of a JSON value; all else of it is shared with the original."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import cast

from harness.core import Json, Path
from harness.formats.json_path import path_text

Pattern = tuple[str | int, ...]
"""A path in which `EVERY` stands for all items of a list."""
EVERY = "[*]"
MOST_FIELDS = 200
"""Fields of one answer that are changed, each by itself; the first ones of the document."""


def replaced(value: Json, path: Path, new: Json) -> Json:
    """The value with another one at a path that exists."""
    if not path:
        return new
    first, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        return {**value, str(first): replaced(value[str(first)], rest, new)}
    items = list(cast("list[Json]", value))
    items[cast("int", first)] = replaced(items[cast("int", first)], rest, new)
    return items


def removed(value: Json, paths: Iterable[Path]) -> Json:
    """The value without the members and items at paths that exist."""
    # From the end, so that the indexes before stay valid.
    for path in sorted(paths, key=_order, reverse=True):
        value = _removed(value, path)
    return value


def _order(path: Path) -> tuple[tuple[int, int | str], ...]:
    return tuple((0, part) if isinstance(part, int) else (1, part) for part in path)


def _removed(value: Json, path: Path) -> Json:
    first, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        if rest:
            return {**value, str(first): _removed(value[str(first)], rest)}
        return {key: one for key, one in value.items() if key != first}
    items = list(cast("list[Json]", value))
    index = cast("int", first)
    if rest:
        items[index] = _removed(items[index], rest)
    else:
        del items[index]
    return items


def changed(value: Json, paths: Iterable[Path], change: Callable[[Json], Json]) -> Json:
    """The value with a change at each of the paths."""
    for path in paths:
        value = replaced(value, path, change(at(value, path)))
    return value


def at(value: Json, path: Path) -> Json:
    """The value at a path that exists."""
    for part in path:
        value = value[part]  # type: ignore[index]  # the path exists
    return value


def fields_in(value: Json) -> dict[Pattern, list[Path]]:
    """Every member of a mapping, at any depth, in document order; items of a list share a path."""
    fields: dict[Pattern, list[Path]] = {}
    for path in _members(value, ()):
        pattern = tuple(EVERY if isinstance(part, int) else part for part in path)
        fields.setdefault(pattern, []).append(path)
    return fields


def _members(value: Json, path: Path) -> Iterator[Path]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield (*path, key)
            yield from _members(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _members(one, (*path, index))


def pattern_text(pattern: Pattern) -> str:
    """A pattern as a JSONPath: `$.products[*].price`."""
    parts = [EVERY if part == EVERY else path_text((part,))[1:] for part in pattern]
    return "$" + "".join(parts)


def pattern_of(path: Path) -> str:
    """The JSONPath of a place, in which items of a list are `[*]`."""
    return pattern_text(tuple(EVERY if isinstance(part, int) else part for part in path))


def is_below(path: Path, places: Iterable[Path]) -> bool:
    """Whether a path is one of the places, or below one."""
    return any(path[: len(place)] == place for place in places)
