"""Infers schemas from sample values: an open one, and the tightest one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
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


MOST_VALUES = 8
"""Different texts of a place that are listed; more are not a fixed set."""
TIMES_SEEN = 3
"""How often each of these texts was seen, on average. Names that are seen once are no set."""
LONGEST_VALUE = 100
"""Characters of a text that is listed."""


def tightest_schema(
    samples: Sequence[Json], is_unknown: Callable[[str], bool] = lambda _: False
) -> dict[str, Json]:
    """The schema of a document that all samples pass, and as little else as can be told.

    Objects have no other keys, and require every key that all of them have. Texts are one of those
    that were seen if these are few and each was seen often; else they have a format, or are not
    empty if none was. Numbers and the lengths of lists are between those that were seen. Of texts
    that `is_unknown`, nothing is said but the type.
    """
    return {"$schema": DRAFT, **_tightest(samples, is_unknown, 0)}


def _tightest(
    values: Sequence[Json], is_unknown: Callable[[str], bool], level: int
) -> dict[str, Json]:
    types = _types(values) or (["null"] if values else [])
    if not types or level > DEEPEST:
        return {}
    schema: dict[str, Json] = {"type": types[0] if len(types) == 1 else [*types]}
    if texts := [value for value in values if isinstance(value, str)]:
        is_all = len(texts) == len(values)
        schema |= {} if any(map(is_unknown, texts)) else _tightest_text(texts, is_all=is_all)
    if numbers := [value for value in values if type_of(value) in ("integer", "number")]:
        schema |= {"minimum": min(numbers), "maximum": max(numbers)}  # type: ignore[type-var]  # numbers
    if types == ["boolean"] and len(values) >= TIMES_SEEN and len({*values}) == 1:
        schema["const"] = values[0]
    if lists := [value for value in values if isinstance(value, list)]:
        lengths = [len(value) for value in lists]
        items = _tightest([item for value in lists for item in value], is_unknown, level + 1)
        schema |= {"minItems": min(lengths), "maxItems": max(lengths)}
        schema |= {"items": items} if items else {}
    if objects := [value for value in values if isinstance(value, Mapping)]:
        schema |= _members(objects, lambda members: _tightest(members, is_unknown, level + 1)) | {
            "additionalProperties": False
        }
    return schema


def _tightest_text(texts: Sequence[str], *, is_all: bool) -> dict[str, Json]:
    """What all texts of a place have in common; `is_all` says that it has only texts."""
    known = sorted({*texts})
    is_set = len(known) <= MOST_VALUES and len(texts) >= TIMES_SEEN * len(known)
    if is_set and is_all and all(map(_is_listed, known)):
        return {"const": known[0]} if len(known) == 1 else {"enum": [*known]}
    if name := _format_of(texts):
        return {"format": name}
    return {"minLength": 1} if all(texts) else {}


def _is_listed(text: str) -> bool:
    # Half a character, which JSON can have, cannot be in a schema.
    return len(text) <= LONGEST_VALUE and text.encode("utf-8", "ignore").decode() == text


def _merged(values: Sequence[Json], level: int) -> dict[str, Json]:
    """The schema of the values that were found at one place."""
    types = _types(values)
    if not types or level > DEEPEST:
        return {}
    schema: dict[str, Json] = {"type": types[0] if len(types) == 1 else [*types]}
    if texts := [value for value in values if isinstance(value, str)]:
        name = _format_of(texts)
        schema |= {"format": name} if name else {}
    if lists := [value for value in values if isinstance(value, list)]:
        items = _merged([item for value in lists for item in value], level + 1)
        schema |= {"items": items} if items else {}
    if objects := [value for value in values if isinstance(value, Mapping)]:
        schema |= _members(objects, lambda members: _merged(members, level + 1))
    return schema


def _types(values: Iterable[Json]) -> list[str]:
    """The types of the values in a fixed order; empty if nothing but null is known."""
    found = {type_of(value) for value in values}
    if "number" in found:
        found.discard("integer")
    order = ("object", "array", "string", "integer", "number", "boolean", "null")
    return [] if found <= {"null"} else [name for name in order if name in found]


def type_of(value: Json) -> str:
    """The name of a value's type in JSON Schema."""
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


def _members(
    objects: Sequence[Mapping[str, Json]], merged: Callable[[Sequence[Json]], dict[str, Json]]
) -> dict[str, Json]:
    found: dict[str, list[Json]] = {}
    for value in objects:
        for key, member in value.items():
            found.setdefault(key, []).append(member)
    required: list[Json] = [key for key, members in found.items() if len(members) == len(objects)]
    schema: dict[str, Json] = {"required": required} if required else {}
    if found:
        schema["properties"] = {key: merged(members) for key, members in found.items()}
    return schema


def _format_of(texts: Sequence[str]) -> str:
    """The narrowest format that all texts have; empty if they have none in common."""
    return next((name for name in FORMATS if all(_has(name, text) for text in texts)), "")


def _has(name: str, text: str) -> bool:
    if name == "uri" and "://" not in text:
        # "Note:this" is a URI too.
        return False
    return len(text) <= LONGEST_FORMATTED and _format(name).is_valid(text)


@cache
def _format(name: str) -> Schema:
    return compile_schema({"$schema": DRAFT, "format": name}, name=name)
