"""What `like` compares a payload with: shapes, and the places where a value departs from one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from harness.checks.check import Finding
from harness.checks.diff import named_difference
from harness.checks.matcher import Matcher, all_expected
from harness.checks.pairing import unpaired
from harness.checks.placeholders import Placeholder
from harness.core import Json, Path, counted, nearest_word, show, value_class
from harness.formats.json_path import path_text

MOST_COMPARED = 1000
"""Items of a list of which the nearest is looked for."""


class Shape(Protocol):
    """What a value must be like."""

    @property
    def expected(self) -> str:
        """Stands behind "expected": `a number from 1 to 5`."""

    def fits(self, value: Json) -> bool:
        """Whether a value is like this."""

    def departures(self, value: Json, at: Path) -> Iterator[Finding]:
        """Where it is not; none where it is."""


def _departure(where: str, message: str, expected: str, actual: str, hint: str = "") -> Finding:
    return Finding(
        message=message,
        expected=f"{where}: {expected}",
        actual=f"{where}: {actual}",
        lines=(hint,) if hint else (),
    )


def _wrong(at: Path, value: Json, expected: str) -> Finding:
    where = path_text(at)
    message = f"{where} is {show(value)}, expected {expected}"
    return _departure(where, message, expected, show(value))


@value_class(frozen=True, slots=True)
class Leaf:
    """A placeholder, matchers, or a value that must be equal."""

    placeholder: Placeholder | None
    matchers: tuple[Matcher, ...]

    @property
    def expected(self) -> str:
        """What the placeholder and all matchers ask for."""
        placed = self.placeholder.expected if self.placeholder else ""
        parts = (placed if placed != "anything" else "", all_expected(self.matchers))
        return ", ".join(filter(None, parts)) or "anything"

    def fits(self, value: Json) -> bool:
        """Whether the placeholder and all matchers hold."""
        if self.placeholder is not None and not self.placeholder.holds(value):
            return False
        return not any(matcher.complain(value, ()) for matcher in self.matchers)

    def departures(self, value: Json, at: Path) -> Iterator[Finding]:
        """The value itself, where it does not fit."""
        if self.fits(value):
            return
        wanted = [one for matcher in self.matchers for one in matcher.literal]
        named = [line for one in wanted for line in named_difference(one, value)]
        yield replace(_wrong(at, value, self.expected), lines=("; ".join(named),) if named else ())


@value_class(frozen=True, slots=True)
class Object:
    """A mapping with these keys; others may stand beside them."""

    keys: Mapping[str, Shape]

    @property
    def expected(self) -> str:
        """What every key must be like."""
        parts = ", ".join(f"{key}: {shape.expected}" for key, shape in self.keys.items())
        return f"an object with {{{parts}}}" if parts else "an object"

    def fits(self, value: Json) -> bool:
        """Whether every key is there with a value that fits."""
        return isinstance(value, Mapping) and all(
            key in value and shape.fits(value[key]) for key, shape in self.keys.items()
        )

    def departures(self, value: Json, at: Path) -> Iterator[Finding]:
        """The keys that are missing, and where the others depart."""
        if not isinstance(value, Mapping):
            yield _wrong(at, value, self.expected)
            return
        for key, shape in self.keys.items():
            if key in value:
                yield from shape.departures(value[key], (*at, key))
            else:
                yield _missing((*at, key), shape, value)


def _missing(at: Path, shape: Shape, around: Mapping[str, Json]) -> Finding:
    where = path_text(at)
    message = f"{where} is missing, expected {shape.expected}"
    near = nearest_word(str(at[-1]), around)
    return _departure(where, message, shape.expected, "nothing", near)


@value_class(frozen=True, slots=True, kw_only=True)
class List:
    """A list of these items, in this order or in any."""

    items: Sequence[Shape]
    is_ordered: bool

    @property
    def expected(self) -> str:
        """What the items must be like."""
        shown = f"[{', '.join(one.expected for one in self.items)}]"
        return f"the list {shown}" if self.is_ordered else f"the items {shown} in any order"

    def fits(self, value: Json) -> bool:
        """Whether the items fit, one to one."""
        if not isinstance(value, list | tuple) or len(value) != len(self.items):
            return False
        if self.is_ordered:
            return all(map(_fits, self.items, value))
        return not unpaired(self.items, value, _fits)[0]

    def departures(self, value: Json, at: Path) -> Iterator[Finding]:
        """How the number of items differs, and which items depart."""
        if not isinstance(value, list | tuple):
            yield _wrong(at, value, self.expected)
            return
        if len(value) != len(self.items):
            yield _of_length(value, len(self.items), at)
        if not self.is_ordered:
            yield from self._unpaired(value, at)
            return
        for index, (shape, item) in enumerate(zip(self.items, value, strict=False)):
            yield from shape.departures(item, (*at, index))

    def _unpaired(self, value: Sequence[Json], at: Path) -> Iterator[Finding]:
        alone, left = unpaired(self.items, value, _fits)
        if len(alone) == len(left) == 1:
            # What is left over is what was meant, so it is told what is wrong with it.
            yield from self.items[alone[0]].departures(value[left[0]], (*at, left[0]))
            return
        where, actual = path_text(at), show([value[one] for one in left])
        for expected in (self.items[index].expected for index in alone):
            message = f"no item of {where} is {expected}"
            yield _departure(where, message, expected, actual)


def _fits(shape: Shape, value: Json) -> bool:
    return shape.fits(value)


def _of_length(value: Sequence[Json], wanted: int, at: Path) -> Finding:
    where, number = path_text(at), len(value)
    found = counted(number, "item")
    message = f"{where} has {found}, expected {wanted}"
    return _departure(where, message, counted(wanted, "item"), found)


@value_class(frozen=True, slots=True, kw_only=True)
class Items:
    """A list of which every item, or at least one, is like this; it has at least one."""

    item: Shape
    is_some: bool

    @property
    def expected(self) -> str:
        """What every item, or one, must be like."""
        which = "a list with an item that is" if self.is_some else "a list whose every item is"
        return f"{which} {self.item.expected}"

    def fits(self, value: Json) -> bool:
        """Whether every item fits, or one does."""
        if not isinstance(value, list | tuple) or not value:
            return False
        return (any if self.is_some else all)(self.item.fits(one) for one in value)

    def departures(self, value: Json, at: Path) -> Iterator[Finding]:
        """Where items depart; of one that is looked for, the nearest."""
        if self.fits(value):
            return
        if not isinstance(value, list | tuple) or not value:
            yield _wrong(at, value, self.expected)
            return
        if self.is_some:
            yield self._nearest(value, at)
            return
        for index, one in enumerate(value):
            yield from self.item.departures(one, (*at, index))

    def _nearest(self, items: Sequence[Json], at: Path) -> Finding:
        """That no item is like this, with what the one lacks that departs least."""
        looked_at = enumerate(items[:MOST_COMPARED])
        departures = [list(self.item.departures(one, (*at, n))) for n, one in looked_at]
        nearest = min(departures, key=len)
        rest = len(nearest) - 1
        more = f" (and {rest} more)" if rest else ""
        where, number = path_text(at), len(items)
        message = f"no item of {where} is {self.item.expected}"
        hint = f"the nearest item: {nearest[0].message}{more}"
        return _departure(where, message, self.expected, counted(number, "item"), hint)
