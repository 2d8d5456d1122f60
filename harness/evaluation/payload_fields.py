"""The fields of recorded payloads: where they are, how often, and what they held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from harness.core import Json, Path
from harness.evaluation.strength.json_changes import EVERY, pattern_of
from harness.formats.json_schema import type_of

MOST_EXAMPLES = 3
DEEPEST = 50
"""Levels of a payload in which fields are told apart."""


@dataclass(slots=True, kw_only=True)
class Field:
    """One field of the payloads of a provider."""

    name: str
    """As a JSONPath, with `[*]` for the elements of a list."""
    payloads: int = 0
    """How many payloads have it."""
    values: int = 0
    """How many values it has in all of them."""
    parents: int = 0
    """How many values could have it: objects, or elements of a list."""
    types: Counter[str] = field(default_factory=Counter)
    examples: list[Json] = field(default_factory=list)
    """The first different values that are not objects or lists."""

    @property
    def is_always_there(self) -> bool:
        """Whether everything that could have it has it."""
        return self.values == self.parents


class FieldCounts:
    """Counts the fields of payloads, which it does not keep."""

    def __init__(self) -> None:
        self._found: dict[str, Field] = {}
        self._objects = Counter[str]()

    def add(self, payload: Json) -> None:
        """Count the fields of a payload."""
        seen: set[str] = set()
        for path, value in parts_of(payload):
            name = pattern_of(path)
            if isinstance(value, Mapping):
                self._objects[name] += 1
            one = self._found.setdefault(name, Field(name=name))
            _count(one, value)
            if name not in seen:
                seen.add(name)
                one.payloads += 1

    def fields(self) -> dict[str, Field]:
        """The fields by name, in the order in which they were first seen."""
        for name, one in self._found.items():
            is_member = name != "$" and not name.endswith(EVERY)
            one.parents = self._objects[parent_of(name)] if is_member else one.values
        return self._found


def fields_of(payloads: Iterable[Json]) -> dict[str, Field]:
    """The fields of all payloads by name, in the order in which they were first seen."""
    counts = FieldCounts()
    for payload in payloads:
        counts.add(payload)
    return counts.fields()


def parts_of(value: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """A value and all values in it, with their paths; parts that are nested too deeply are not."""
    yield path, value
    if len(path) >= DEEPEST:
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from parts_of(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from parts_of(inner, (*path, index))


def parent_of(name: str) -> str:
    """The name of the field that a field is in; empty for the whole payload."""
    if name == "$":
        return ""
    if name.endswith("']"):
        return name[: name.rindex("['")]
    return name[: max(name.rfind("."), name.rfind("["))]


def _count(one: Field, value: Json) -> None:
    one.values += 1
    one.types[type_of(value)] += 1
    is_example = not isinstance(value, Mapping | list | tuple) and value not in one.examples
    if is_example and len(one.examples) < MOST_EXAMPLES:
        one.examples.append(value)
