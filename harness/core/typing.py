"""JSON values: their type, comparison, description and contents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

type_names = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}
"""JSON Schema's type names in a scenario author's words."""

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
"""A JSON value. Objects are mappings with text keys."""

Path = tuple[str | int, ...]
"""The place of a value in a document: keys and zero-based indexes from the top."""


def is_same(value: Json, other: Json) -> bool:
    """Whether two JSON values are equal. 1 equals 1.0; true does not equal 1."""
    if isinstance(value, str):
        return value == other
    if isinstance(value, bool) or isinstance(other, bool):
        return value is other
    if isinstance(value, Mapping) and isinstance(other, Mapping):
        return value.keys() == other.keys() and all(
            is_same(value[key], other[key]) for key in value
        )
    if isinstance(value, list | tuple) and isinstance(other, list | tuple):
        return len(value) == len(other) and all(map(is_same, value, other))
    return value == other


def pointer(path: Path) -> str:
    """Write a path as a JSON Pointer. Source: RFC 6901."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def describe(value: object) -> str:
    """The kind of a JSON value, in a scenario author's words."""
    # bool before int: a bool is an int to Python.
    kinds: tuple[tuple[type, str], ...] = (
        (type(None), "null"),
        (bool, "boolean"),
        (int, "integer"),
        (float, "number"),
        (str, "string"),
        (Mapping, "object"),
    )
    name = next((name for kind, name in kinds if isinstance(value, kind)), "array")
    return type_names[name]


def scalars(value: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Every value that is not a mapping or list, with its path, in order."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from scalars(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from scalars(inner, (*path, index))
    else:
        yield path, value


def levels(value: Json) -> int:
    """The depth of nested lists and mappings; 0 for any other value."""
    count = 0
    here = [value]
    while here := [
        container for container in here if isinstance(container, Mapping | list | tuple)
    ]:
        count += 1
        here = [
            inner
            for container in here
            for inner in (container.values() if isinstance(container, Mapping) else container)
        ]
    return count
