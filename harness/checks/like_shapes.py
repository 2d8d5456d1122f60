"""What `like` compares a payload with: shapes, and the places where a value departs from one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from harness.checks.diff import named_difference
from harness.checks.matcher import Matcher
from harness.checks.pairing import unpaired
from harness.checks.verdict import Finding
from harness.core import Json, Path, counted, nearest_word, show, value_class
from harness.formats.json_path import path_text

MOST_COMPARED = 1000
"""Items of a list that are searched for the nearest one."""

Departure = Callable[[], Finding]
"""Describes a place that differs. Called only for places that are shown."""


class Shape(Protocol):
    """What a value must be like."""

    @property
    def expected(self) -> str:
        """The words after "expected": `a number from 1 to 5`."""

    def departures(self, value: Json, at: Path) -> Iterable[Departure]:
        """The places where a value differs from this; none if it does not."""


def fits(shape: Shape, value: Json) -> bool:
    """Whether a value is like a shape."""
    return next(iter(shape.departures(value, ())), None) is None


@value_class(frozen=True, slots=True)
class Leaf:
    """A value on which all matchers hold."""

    expected: str
    """The words after "expected": `a number from 1 to 5`."""
    matchers: tuple[Matcher, ...]

    def departures(self, value: Json, at: Path) -> Iterable[Departure]:
        """The value itself, if it does not fit."""
        for matcher in self.matchers:
            if matcher.complain(value, ()):
                return (partial(self._wrong, at, value),)
        return ()

    def _wrong(self, at: Path, value: Json) -> Finding:
        wanted = [text for matcher in self.matchers for text in matcher.literal]
        named = [line for text in wanted for line in named_difference(text, value)]
        return replace(_wrong(self, at, value), lines=("; ".join(named),) if named else ())


@value_class(frozen=True, slots=True)
class Object:
    """A mapping with these keys; it may have others."""

    keys: Mapping[str, Shape]

    @property
    def expected(self) -> str:
        """What every key must be like."""
        parts = ", ".join(f"{key}: {shape.expected}" for key, shape in self.keys.items())
        return f"an object with {{{parts}}}" if parts else "an object"

    def departures(self, value: Json, at: Path) -> Iterator[Departure]:
        """The keys that are missing, and the places that differ below the others."""
        if not isinstance(value, Mapping):
            yield partial(_wrong, self, at, value)
            return
        for key, shape in self.keys.items():
            if key in value:
                yield from shape.departures(value[key], (*at, key))
            else:
                yield partial(_missing, shape, (*at, key), value)


@value_class(frozen=True, slots=True, kw_only=True)
class List:
    """A list of these items, in this order or in any."""

    items: Sequence[Shape]
    is_ordered: bool

    @property
    def expected(self) -> str:
        """What the items must be like."""
        shown = f"[{', '.join(item.expected for item in self.items)}]"
        return f"the list {shown}" if self.is_ordered else f"the items {shown} in any order"

    def departures(self, value: Json, at: Path) -> Iterator[Departure]:
        """A wrong number of items, and the places that differ in the items."""
        if not isinstance(value, list | tuple):
            yield partial(_wrong, self, at, value)
            return
        if len(value) != len(self.items):
            yield partial(_of_length, value, len(self.items), at)
        if not self.is_ordered:
            yield from self._unpaired(value, at)
            return
        for index, (shape, item) in enumerate(zip(self.items, value, strict=False)):
            yield from shape.departures(item, (*at, index))

    def _unpaired(self, value: Sequence[Json], at: Path) -> Iterator[Departure]:
        missing, left = unpaired(self.items, value, fits)
        if len(missing) == len(left) == 1:
            # The item that is left over is the one that was meant.
            yield from self.items[missing[0]].departures(value[left[0]], (*at, left[0]))
            return
        for index in missing:
            yield partial(_no_item, self.items[index], at, [value[place] for place in left])


@value_class(frozen=True, slots=True, kw_only=True)
class Items:
    """A list, not empty, in which every item or at least one is like this."""

    item: Shape
    is_some: bool

    @property
    def expected(self) -> str:
        """What every item, or one, must be like."""
        which = "a list with an item that is" if self.is_some else "a list whose every item is"
        return f"{which} {self.item.expected}"

    def departures(self, value: Json, at: Path) -> Iterator[Departure]:
        """The places that differ in the items; if one item is enough, those of the nearest."""
        if not isinstance(value, list | tuple) or not value:
            yield partial(_wrong, self, at, value)
        elif not self.is_some:
            for index, element in enumerate(value):
                yield from self.item.departures(element, (*at, index))
        elif not any(fits(self.item, element) for element in value):
            yield partial(self._nearest, value, at)

    def _nearest(self, items: Sequence[Json], at: Path) -> Finding:
        compared = enumerate(items[:MOST_COMPARED])
        departures = [
            list(self.item.departures(element, (*at, index))) for index, element in compared
        ]
        nearest = min(departures, key=len)
        more = f" (and {len(nearest) - 1} more)" if len(nearest) > 1 else ""
        where = path_text(at)
        message = f"no item of {where} is {self.item.expected}"
        hint = f"the nearest item: {nearest[0]().message}{more}"
        return _finding(where, message, self.expected, counted(len(items), "item"), hint)


def _wrong(shape: Shape, at: Path, value: Json) -> Finding:
    where, expected = path_text(at), shape.expected
    message = f"{where} is {show(value)}, expected {expected}"
    return _finding(where, message, expected, show(value))


def _missing(shape: Shape, at: Path, siblings: Mapping[str, Json]) -> Finding:
    where, expected = path_text(at), shape.expected
    near = nearest_word(str(at[-1]), siblings)
    return _finding(where, f"{where} is missing, expected {expected}", expected, "nothing", near)


def _no_item(shape: Shape, at: Path, left: Sequence[Json]) -> Finding:
    where, expected = path_text(at), shape.expected
    return _finding(where, f"no item of {where} is {expected}", expected, show(left))


def _of_length(value: Sequence[Json], wanted: int, at: Path) -> Finding:
    where, found = path_text(at), counted(len(value), "item")
    message = f"{where} has {found}, expected {wanted}"
    return _finding(where, message, counted(wanted, "item"), found)


def _finding(where: str, message: str, expected: str, actual: str, hint: str = "") -> Finding:
    return Finding(
        message=message,
        expected=f"{where}: {expected}",
        actual=f"{where}: {actual}",
        lines=(hint,) if hint else (),
    )
