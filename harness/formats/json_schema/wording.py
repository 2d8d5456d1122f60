"""Words the violation of a keyword: what was found, and what was expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from harness.core import Json, Path, describe, shorten, show, type_names
from harness.core.code_points import telling

MOST_SHOWN = 12
"""The number of allowed values that a message lists."""


def name_of(path: Path) -> str:
    """The name of the value at a path: `'price'`, `'products[1]'`, or `the value`."""
    keys = [index for index, part in enumerate(path) if isinstance(part, str)]
    start = keys[-1] if keys else 0
    tail = "".join(f"[{part}]" if isinstance(part, int) else part for part in path[start:])
    return f"'{shorten(tail)}'" if tail else "the value"


def kinds(names: str | Sequence[str]) -> str:
    """Types of JSON Schema as a choice in words: `a text or a number`."""
    listed = [names] if isinstance(names, str) else names
    return " or ".join(type_names.get(name, name) for name in listed)


def word(keyword: str, limit: Json, value: Json, path: Path) -> str:
    """How a value violates a keyword, whose argument is `limit`."""
    name = name_of(path)
    if keyword in _BOUNDS:
        return f"{name} is {show(value)}, expected {_BOUNDS[keyword]} {show(limit)}"
    if keyword in _SIZES:
        unit, bound = _SIZES[keyword]
        return f"{name} has {_count(value, unit)}, expected at {bound} {limit}"
    sentence = _SENTENCES.get(keyword)
    if sentence is not None:
        return sentence(name, limit, value)
    return f"{name} does not match the schema's '{keyword}'"


def _count(value: Json, unit: str) -> str:
    number = len(value) if isinstance(value, str | Sequence | Mapping) else 0
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _type(name: str, limit: Json, value: Json) -> str:
    names = limit if isinstance(limit, str) else [str(kind) for kind in _listed(limit)]
    return f"{name} is {describe(value)}, expected {kinds(names)}"


def _enum(name: str, limit: Json, value: Json) -> str:
    options = _listed(limit)
    if len(options) == 1:
        return _const(name, options[0], value)
    shown = ", ".join(show(option) for option in options[:MOST_SHOWN])
    rest = f" and {len(options) - MOST_SHOWN} more" if len(options) > MOST_SHOWN else ""
    return f"{name} is {show(value)}, expected one of {shown}{rest}"


def _const(name: str, limit: Json, value: Json) -> str:
    message = f"{name} is {show(value)}, expected {show(limit)}"
    if isinstance(value, str) and isinstance(limit, str):
        return "; ".join((message, *telling(limit, value)))
    return message


def _listed(limit: Json) -> Sequence[Json]:
    return limit if isinstance(limit, list | tuple) else [limit]


_BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
    "multipleOf": "a multiple of",
}
_SIZES = {
    "minLength": ("character", "least"),
    "maxLength": ("character", "most"),
    "minItems": ("item", "least"),
    "maxItems": ("item", "most"),
    "minProperties": ("key", "least"),
    "maxProperties": ("key", "most"),
}
_SENTENCES: Mapping[str, Callable[[str, Json, Json], str]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "required": lambda name, limit, _: _missing(name, str(limit)),
    "pattern": lambda name, limit, value: (
        f"{name} is {show(value)}, which does not match {show(limit)}"
    ),
    "format": lambda name, limit, value: f"{name} is {show(value)}, which is not a valid {limit}",
    "uniqueItems": lambda name, _limit, _value: f"{name} has the same item more than once",
    "contains": lambda name, _limit, _value: f"{name} has no item with the required shape",
    "minContains": lambda name, limit, _: (
        f"{name} has too few items with the required shape, expected {limit}"
    ),
    "maxContains": lambda name, limit, _: (
        f"{name} has too many items with the required shape, expected {limit}"
    ),
    "not": lambda name, _limit, _value: f"{name} has a shape that is not allowed",
    "falseSchema": lambda name, _limit, _value: f"{name} is not allowed",
    "unevaluatedItems": lambda name, _limit, _value: f"{name} has more items than are allowed",
    "additionalItems": lambda name, _limit, _value: f"{name} has more items than are allowed",
}


def _missing(name: str, key: str) -> str:
    return f"'{key}' is missing" if name == "the value" else f"{name} lacks '{key}'"
