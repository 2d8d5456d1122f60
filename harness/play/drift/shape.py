"""The shape of a JSON payload: its keys and the types of its values, never the values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.core import Json, describe
from harness.formats.json_path import path_text

DEEPEST = 60
"""Levels that are compared. Deeper parts count as equal."""

ANY_KEY = "*"
"""Replaces keys that are values: ids, numbers, dates."""

_VALUE_KEY = re.compile(
    r"\d+"
    r"|(?:[A-Za-z]+[-_])?(?:[0-9a-f]{16,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"|[0-9A-HJKMNP-TV-Z]{26}"
    r"|\d{4}-\d\d-\d\d(?:[T ].*)?",
    re.IGNORECASE,
)


@dataclass(slots=True, kw_only=True)
class PayloadShape:
    """The values at one place of a payload. The elements of a list are one place."""

    types: set[str] = field(default_factory=set)
    """The types in an author's words, such as `a text`."""
    objects: int = 0
    """The number of mappings at this place."""
    keys: dict[str, PayloadShape] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    """For each key, the number of mappings that have it."""
    elements: PayloadShape | None = None
    """The shape of the elements of lists at this place; None if all lists were empty."""

    def is_required(self, key: str) -> bool:
        """Whether all mappings have a key."""
        return key != ANY_KEY and self.seen.get(key) == self.objects


def shape_of(payload: Json, *, is_xml: bool = False) -> PayloadShape:
    """Infer a payload's shape.

    Integers and other numbers are one type. XML has no lists: an element that occurs once has the
    shape of one that occurs several times.
    """
    shape = PayloadShape()
    _see(shape, payload, DEEPEST, is_xml=is_xml)
    return shape


def shape_differences(recorded: PayloadShape, now: PayloadShape) -> tuple[str, ...]:
    """The differences of a new shape from the recorded one, a line each.

    A list that is empty on one side, a key that some recorded elements lack, or a type that only
    some recorded elements have, is not a difference.
    """
    return tuple(_compare(recorded, now, "$"))


def without_items(payload: Json, items: Iterable[Json]) -> Json:
    """The payload without these items of its lists, each removed once. Other values stay."""
    left = [item for item in items if isinstance(item, Mapping) and item]
    return _without(payload, left, DEEPEST) if left else payload


def _without(value: Json, left: list[Mapping[str, Json]], depth: int) -> Json:
    """The value without those items that are left; what is removed is taken from `left`."""
    if not left or not depth:
        return value
    if isinstance(value, Mapping):
        return {key: _without(one, left, depth - 1) for key, one in value.items()}
    if not isinstance(value, Sequence) or isinstance(value, str):
        return value
    kept = []
    # From the end: of equal items, those are removed that came last.
    for item in reversed(value):
        if item in left:
            left.remove(item)
        else:
            kept.append(_without(item, left, depth - 1))
    return kept[::-1]


def with_events_read(payload: Json) -> Json:
    """The payload of a stream with its events parsed, if they are JSON."""
    if not isinstance(payload, Mapping) or not isinstance(payload.get("events"), list):
        return payload
    return {**payload, "events": [_event(one) for one in payload["events"]]}  # type: ignore[union-attr]  # a list, as asked above


def _event(event: Json) -> Json:
    if not isinstance(event, str) or not event.startswith(("{", "[")):
        return event
    try:
        opened: Json = json.loads(event)
    except (ValueError, RecursionError):
        return event
    return opened


def _see(shape: PayloadShape, value: Json, depth: int, *, is_xml: bool) -> None:
    if not depth:
        return
    if isinstance(value, Sequence) and not isinstance(value, str):
        inner = shape
        if not is_xml:
            shape.types.add(describe(value))
            if not value:
                return
            inner = shape.elements = shape.elements or PayloadShape()
        for element in value:
            _see(inner, element, depth - 1, is_xml=is_xml)
        return
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    shape.types.add("a number" if is_number else describe(value))
    if isinstance(value, Mapping):
        shape.objects += 1
        names = {ANY_KEY if _VALUE_KEY.fullmatch(key) else key for key in value}
        for name in names:
            shape.seen[name] = shape.seen.get(name, 0) + 1
        for key, one in value.items():
            name = ANY_KEY if _VALUE_KEY.fullmatch(key) else key
            _see(shape.keys.setdefault(name, PayloadShape()), one, depth - 1, is_xml=is_xml)


def _compare(old: PayloadShape, new: PayloadShape, path: str) -> Iterator[str]:
    added = sorted(new.types - old.types)
    if old.types and added:
        yield f"{path}: recorded {_listed(old.types)}, now {_listed(new.types)}"
    if old.elements is not None and new.elements is not None:
        yield from _compare(old.elements, new.elements, f"{path}[*]")
    if not old.objects or not new.objects:
        return
    for key in dict.fromkeys([*old.keys, *new.keys]):
        at = f"{path}.*" if key == ANY_KEY else f"{path}{path_text((key,))[1:]}"
        yield from _compare_key(old, new, key, at)
        if key in old.keys and key in new.keys:
            yield from _compare(old.keys[key], new.keys[key], at)


def _compare_key(old: PayloadShape, new: PayloadShape, key: str, at: str) -> Iterator[str]:
    """The difference in whether mappings have a key."""
    if key not in old.keys:
        if key != ANY_KEY:
            yield f"{at}: not recorded, now {_listed(new.keys[key].types)}"
    elif key not in new.keys:
        if old.is_required(key):
            yield f"{at}: recorded {_listed(old.keys[key].types)}, now missing"
    elif old.is_required(key) and not new.is_required(key):
        yield f"{at}: recorded everywhere, now missing in places"


def _listed(types: set[str]) -> str:
    return " or ".join(sorted(types)) or "nothing"
