"""Tries what a schema lets pass that no recording ever had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

from harness.core import CheckCrashed, Json, Path, show, value_class
from harness.evaluation.payload_fields import Field, fields_of, parts_of
from harness.evaluation.strength.json_changes import pattern_of, removed, replaced
from harness.formats.json_schema import Schema, tightest_schema, type_of
from harness.secrets.secret_marks import MARK

MOST_TRIED = 20
"""Payloads in which each change of a field is tried."""
UNSEEN_TEXT, UNSEEN_KEY = "harness-unseen", "harness-unseen"
"""A text and a key that no bot says."""

_OTHERS: tuple[tuple[str, Json], ...] = (
    ("a text", UNSEEN_TEXT),
    ("a number", 7),
    ("true or false", True),
    ("null", None),
    ("a list", []),
    ("a mapping", {}),
)


UNDESCRIBED = "any value passes"
"""Of a field that the schema says nothing about; what is below it is not listed."""


def _passes(name: str) -> str:
    return f"{name} passes"


_ANY_TYPE = frozenset(_passes(name) for name, _ in _OTHERS)


@value_class(frozen=True, slots=True, kw_only=True)
class Loose:
    """Something that a schema lets pass at a field."""

    field: Field
    what: str
    """Such as `may be missing`."""


def loose_in(schema: Schema, payloads: Sequence[Json], tight: Mapping[str, Json]) -> list[Loose]:
    """What a schema lets pass that the tightest one does not, by field.

    A change counts only if it passes in every payload in which it is tried. Payloads that are not
    valid as they are say nothing.
    """
    valid = [payload for payload in payloads if _is_valid(schema, payload)]
    fields = fields_of(valid)
    places: dict[str, list[tuple[Json, Path, Json]]] = {name: [] for name in fields}
    for payload in valid:
        for path, value in parts_of(payload):
            name = pattern_of(path)
            if len(places[name]) < MOST_TRIED:
                places[name].append((payload, path, value))
    parts = _parts_of_schema(tight)
    found: list[Loose] = []
    undescribed: list[str] = []
    for name, one in fields.items():
        if any(name.startswith((f"{above}.", f"{above}[")) for above in undescribed):
            continue
        passing = list(_passing(schema, one, places[name], parts.get(name, {})))
        if sum(what in _ANY_TYPE for what in passing) >= len(_OTHERS) - len(_types(one)):
            undescribed.append(name)
            passing = [UNDESCRIBED]
        found += (Loose(field=one, what=what) for what in passing)
    return found


def _passing(
    schema: Schema, one: Field, places: Sequence[tuple[Json, Path, Json]], tight: Mapping[str, Json]
) -> Iterator[str]:
    for what, new in _changes(one, tight):
        if all(_is_valid(schema, replaced(payload, path, new)) for payload, path, _ in places):
            yield what
    members = [(payload, path) for payload, path, _ in places if path and isinstance(path[-1], str)]
    is_required = bool(members) and one.is_always_there
    if is_required and all(
        _is_valid(schema, removed(member[0], [member[1]])) for member in members
    ):
        yield "may be missing"
    objects = [
        (payload, path, value) for payload, path, value in places if isinstance(value, Mapping)
    ]
    more = (
        replaced(payload, path, {**value, UNSEEN_KEY: UNSEEN_TEXT})
        for payload, path, value in objects
    )
    if objects and all(_is_valid(schema, payload) for payload in more):
        yield "unknown keys pass"


def _changes(one: Field, tight: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """Values that the field never had, and what it says about a schema if they pass."""
    seen = _types(one)
    for name, value in _OTHERS:
        kind = "number" if (kind := type_of(value)) == "integer" else kind
        if kind not in seen:
            yield _passes(name), value
    if "string" in seen:
        yield from _other_texts(tight)
    if "number" in seen:
        yield from _other_numbers(one, tight)
    if seen == {"boolean"} and "const" in tight:
        yield f"{show(not tight['const'])} passes", not tight["const"]
    if "array" in seen and tight.get("minItems"):
        yield "an empty list passes", []


def _types(one: Field) -> set[str]:
    return {"number" if name == "integer" else name for name in one.types}


def _other_texts(tight: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    if known := _listed(tight):
        yield f"any text passes, not only {known}", UNSEEN_TEXT
    elif "format" in tight:
        yield f"a text that is not a {tight['format']} passes", UNSEEN_TEXT
    elif "minLength" in tight:
        yield "an empty text passes", ""


def _other_numbers(one: Field, tight: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    if not one.types["number"]:
        yield "a number with a fraction passes", 0.5
    if cast("float", tight.get("minimum", -1)) >= 0:
        yield "a negative number passes", -1


def _listed(tight: Mapping[str, Json]) -> str:
    if isinstance(tight.get("const"), str):
        return show(tight["const"])
    known = tight.get("enum")
    return ", ".join(map(show, known)) if isinstance(known, list) else ""


def _parts_of_schema(tight: Mapping[str, Json], name: str = "$") -> dict[str, Mapping[str, Json]]:
    """The parts of a schema that was inferred, by the name of the field that they describe."""
    found = {name: tight}
    properties = tight.get("properties")
    if isinstance(properties, Mapping):
        for key, inner in properties.items():
            found |= _parts_of_schema(
                cast("Mapping[str, Json]", inner), name + pattern_of((key,))[1:]
            )
    if isinstance(items := tight.get("items"), Mapping):
        found |= _parts_of_schema(items, name + pattern_of((0,))[1:])
    return found


def tightest_of(payloads: Iterable[Json]) -> dict[str, Json]:
    """The tightest schema of recorded payloads; redacted texts are of any form."""
    return tightest_schema(list(payloads), lambda text: MARK.search(text) is not None)


def _is_valid(schema: Schema, payload: Json) -> bool:
    """Whether a payload is valid; false if that cannot be said."""
    try:
        return schema.is_valid(payload)
    except CheckCrashed:
        return False
