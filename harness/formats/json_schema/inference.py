"""Infers a schema from sample values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from harness.core import Json
from harness.formats.json_schema.compiled_schema import Schema, compile_schema

DRAFT = "https://json-schema.org/draft/2020-12/schema"
FORMATS = ("uuid", "date-time", "date", "email", "uri")
"""The formats that are recognised, the narrower ones first."""
LONGEST_FORMATTED = 500
"""Characters: a longer text has no format."""
DEEPEST = 50
"""Levels that are described: deeper parts can be anything."""


def infer_schema(samples: Sequence[Json]) -> dict[str, Json]:
    """The schema of a document that all samples pass, and that other values of their kind pass.

    Objects are open: unknown keys pass. A key is required if every object at its place has it. The
    elements of a list have one schema. Types of one place are merged; what is only ever null or
    missing can be anything, and so is what is nested more than `DEEPEST` levels deep. A text has a
    format only if all texts at its place have it.
    """
    return {"$schema": DRAFT, **_merged(samples, 0)}


def _merged(values: Sequence[Json], level: int) -> dict[str, Json]:
    """The schema of the values that were found at one place."""
    types = _types(values)
    if not types or level > DEEPEST:
        return {}
    schema: dict[str, Json] = {"type": types[0] if len(types) == 1 else [*types]}
    if texts := [value for value in values if isinstance(value, str)]:
        name = next((name for name in FORMATS if all(_has(name, text) for text in texts)), "")
        schema |= {"format": name} if name else {}
    if lists := [value for value in values if isinstance(value, list)]:
        items = _merged([item for value in lists for item in value], level + 1)
        schema |= {"items": items} if items else {}
    if objects := [value for value in values if isinstance(value, Mapping)]:
        schema |= _members(objects, level + 1)
    return schema


def _types(values: Iterable[Json]) -> list[str]:
    """The types of the values in a fixed order; empty if nothing but null is known."""
    found = {_type(value) for value in values}
    if "number" in found:
        found.discard("integer")
    order = ("object", "array", "string", "integer", "number", "boolean", "null")
    return [] if found <= {"null"} else [name for name in order if name in found]


def _type(value: Json) -> str:
    if value is None:
        return "null"
    for kinds, name in _TYPES:
        if isinstance(value, kinds):
            return name
    raise TypeError(f"{type(value).__name__} is not a type of JSON")


_TYPES: tuple[tuple[type, str], ...] = (
    # Of Python's types, a boolean is an integer too.
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (str, "string"),
    (list, "array"),
    (Mapping, "object"),
)


def _members(objects: Sequence[Mapping[str, Json]], level: int) -> dict[str, Json]:
    found: dict[str, list[Json]] = {}
    for value in objects:
        for key, member in value.items():
            found.setdefault(key, []).append(member)
    required: list[Json] = [key for key, members in found.items() if len(members) == len(objects)]
    schema: dict[str, Json] = {"required": required} if required else {}
    if found:
        schema["properties"] = {key: _merged(members, level) for key, members in found.items()}
    return schema


def _has(name: str, text: str) -> bool:
    if name == "uri" and "://" not in text:
        # "Note:this" is a URI too.
        return False
    return len(text) <= LONGEST_FORMATTED and _format(name).is_valid(text)


@cache
def _format(name: str) -> Schema:
    return compile_schema({"$schema": DRAFT, "format": name}, name=name)
