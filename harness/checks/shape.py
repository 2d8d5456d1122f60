"""Values with placeholders in them, as `like` takes them, and where a value departs from one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from harness.checks.check import BadExpectation, Options
from harness.checks.diff import named_difference
from harness.checks.matcher import Matcher, all_expected
from harness.checks.matchers import compile_matchers
from harness.checks.pairing import unpaired
from harness.checks.placeholders import (
    Placeholder,
    placeholder_name,
    placeholder_of,
    require_alone,
)
from harness.checks.value_matchers import equal_to
from harness.checks.values import path_text
from harness.core.counted import counted
from harness.core.errors import did_you_mean
from harness.core.typing import Json, Path, describe
from harness.core.values import value_class
from harness.formats.json_schema.wording import show

UNORDERED, EVERY, SOME = "<unordered>", "<every>", "<some>"
_LISTS = (UNORDERED, EVERY, SOME)
MOST_COMPARED = 1000
"""Items of a list of which the nearest is looked for."""


@value_class(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """One place where a value is not like the shape."""

    where: str
    """As a JSONPath."""
    message: str
    expected: str
    actual: str
    hint: str = ""


class Shape(Protocol):
    """What a value must be like."""

    expected: str

    def fits(self, value: Json) -> bool:
        """Whether a value is like this."""

    def departures(self, value: Json, at: Path) -> Iterator[Mismatch]:
        """Where it is not; none where it is."""


def shape_of(value: Json, options: Options) -> Shape:
    """Read a shape. Raises `BadExpectation`, its path within the value."""
    if isinstance(value, Mapping):
        return _of_mapping(value, options)
    if isinstance(value, list | tuple):
        return _List(_several(value, options))
    placeholder = placeholder_of(value) if isinstance(value, str) else None
    if placeholder is not None:
        return _Leaf(placeholder, ())
    if isinstance(value, str):
        require_alone(value)
    return _Leaf(None, (equal_to(value, options),))


def _of_mapping(value: Mapping[str, Json], options: Options) -> Shape:
    marks = [key for key in value if placeholder_name(key)]
    if not marks:
        return _Object({key: _below(key, one, options) for key, one in value.items()})
    mark = marks[0]
    if len(value) > 1:
        message = f"'{mark}' stands alone in its mapping"
        others = ", ".join(f"'{key}'" for key in value if key != mark)
        hint = f"take out {others}"
        raise BadExpectation("wrong-value", message, hint, (mark,), is_of_key=True)
    inner = value[mark]
    if mark not in _LISTS:
        return _placeholder_with_matchers(mark, inner, options)
    if mark != UNORDERED:
        return _Items(_below(mark, inner, options), is_some=mark == SOME)
    if not isinstance(inner, list | tuple):
        message = f"{describe(inner)} stands where a list is wanted"
        raise BadExpectation("wrong-value", message, path=(mark,))
    try:
        return _Unordered(_several(inner, options))
    except BadExpectation as error:
        raise error.below(mark) from error


def _placeholder_with_matchers(mark: str, value: Json, options: Options) -> Shape:
    try:
        placeholder = placeholder_of(mark)
    except BadExpectation as error:
        known = [mark, *_LISTS]
        near = did_you_mean(mark, known[1:])
        hint = near if near.startswith("did") else error.hint
        raise BadExpectation(error.code, error.message, hint, (mark,), is_of_key=True) from error
    try:
        return _Leaf(placeholder, compile_matchers(value, options))
    except BadExpectation as error:
        raise error.below(mark) from error


def _below(step: str | int, value: Json, options: Options) -> Shape:
    try:
        return shape_of(value, options)
    except BadExpectation as error:
        raise error.below(step) from error


def _several(values: Sequence[Json], options: Options) -> tuple[Shape, ...]:
    return tuple(_below(index, one, options) for index, one in enumerate(values))


def _wrong(at: Path, value: Json, expected: str) -> Mismatch:
    where = path_text(at)
    message = f"{where} is {show(value)}, expected {expected}"
    return Mismatch(where=where, message=message, expected=expected, actual=show(value))


class _Leaf:
    """A placeholder, matchers, or a value that must be equal."""

    __slots__ = ("_matchers", "_placeholder", "expected")

    def __init__(self, placeholder: Placeholder | None, matchers: tuple[Matcher, ...]) -> None:
        self._placeholder = placeholder
        self._matchers = matchers
        parts = [placeholder.expected] if placeholder and placeholder.expected != "anything" else []
        parts += [all_expected(matchers)] if matchers else []
        self.expected = ", ".join(parts) or "anything"

    def fits(self, value: Json) -> bool:
        if self._placeholder is not None and not self._placeholder.holds(value):
            return False
        return not any(matcher.complain(value, ()) for matcher in self._matchers)

    def departures(self, value: Json, at: Path) -> Iterator[Mismatch]:
        if self.fits(value):
            return
        wanted = [one for matcher in self._matchers for one in matcher.literal]
        named = [line for one in wanted for line in named_difference(one, value)]
        yield replace(_wrong(at, value, self.expected), hint="; ".join(named))


class _Object:
    """A mapping with these keys; others may stand beside them."""

    __slots__ = ("_keys", "expected")

    def __init__(self, keys: Mapping[str, Shape]) -> None:
        self._keys = keys
        parts = ", ".join(f"{key}: {shape.expected}" for key, shape in keys.items())
        self.expected = f"an object with {{{parts}}}" if keys else "an object"

    def fits(self, value: Json) -> bool:
        return isinstance(value, Mapping) and all(
            key in value and shape.fits(value[key]) for key, shape in self._keys.items()
        )

    def departures(self, value: Json, at: Path) -> Iterator[Mismatch]:
        if not isinstance(value, Mapping):
            yield _wrong(at, value, self.expected)
            return
        for key, shape in self._keys.items():
            if key in value:
                yield from shape.departures(value[key], (*at, key))
            else:
                yield _missing((*at, key), shape, value)


def _missing(at: Path, shape: Shape, around: Mapping[str, Json]) -> Mismatch:
    where = path_text(at)
    near = did_you_mean(str(at[-1]), around)
    return Mismatch(
        where=where,
        message=f"{where} is missing, expected {shape.expected}",
        expected=shape.expected,
        actual="nothing",
        hint=near if near.startswith("did") else "",
    )


class _List:
    """A list of these items, in this order."""

    __slots__ = ("_items", "expected")

    def __init__(self, items: tuple[Shape, ...]) -> None:
        self._items = items
        self.expected = f"the list [{', '.join(one.expected for one in items)}]"

    def fits(self, value: Json) -> bool:
        if not isinstance(value, list | tuple) or len(value) != len(self._items):
            return False
        return all(map(_fits, self._items, value))

    def departures(self, value: Json, at: Path) -> Iterator[Mismatch]:
        if not isinstance(value, list | tuple):
            yield _wrong(at, value, self.expected)
            return
        if len(value) != len(self._items):
            yield _of_length(value, len(self._items), at)
        for index, (shape, item) in enumerate(zip(self._items, value, strict=False)):
            yield from shape.departures(item, (*at, index))


def _fits(shape: Shape, value: Json) -> bool:
    return shape.fits(value)


def _of_length(value: Sequence[Json], wanted: int, at: Path) -> Mismatch:
    where, number = path_text(at), len(value)
    found = counted(number, "item")
    return Mismatch(
        where=where,
        message=f"{where} has {found}, expected {wanted}",
        expected=counted(wanted, "item"),
        actual=found,
    )


class _Unordered:
    """A list of these items, in any order."""

    __slots__ = ("_items", "expected")

    def __init__(self, items: tuple[Shape, ...]) -> None:
        self._items = items
        parts = ", ".join(one.expected for one in items)
        self.expected = f"the items [{parts}] in any order"

    def fits(self, value: Json) -> bool:
        if not isinstance(value, list | tuple) or len(value) != len(self._items):
            return False
        return not unpaired(self._items, value, _fits)[0]

    def departures(self, value: Json, at: Path) -> Iterator[Mismatch]:
        if not isinstance(value, list | tuple):
            yield _wrong(at, value, self.expected)
            return
        alone, left = unpaired(self._items, value, _fits)
        if len(value) != len(self._items):
            yield _of_length(value, len(self._items), at)
        elif len(alone) == 1:
            # What is left over is what was meant, so it is told what is wrong with it.
            yield from self._items[alone[0]].departures(value[left[0]], (*at, left[0]))
            return
        where = path_text(at)
        for index in alone:
            expected = self._items[index].expected
            message = f"no item of {where} is {expected}"
            actual = show([value[one] for one in left])
            yield Mismatch(where=where, message=message, expected=expected, actual=actual)


class _Items:
    """A list of which every item, or at least one, is like this; it has at least one."""

    __slots__ = ("_is_some", "_item", "expected")

    def __init__(self, item: Shape, *, is_some: bool) -> None:
        self._item = item
        self._is_some = is_some
        which = "a list with an item that is" if is_some else "a list whose every item is"
        self.expected = f"{which} {item.expected}"

    def fits(self, value: Json) -> bool:
        if not isinstance(value, list | tuple) or not value:
            return False
        return (any if self._is_some else all)(self._item.fits(one) for one in value)

    def departures(self, value: Json, at: Path) -> Iterator[Mismatch]:
        if self.fits(value):
            return
        if not isinstance(value, list | tuple) or not value:
            yield _wrong(at, value, self.expected)
            return
        if self._is_some:
            yield self._nearest(value, at)
            return
        for index, one in enumerate(value):
            yield from self._item.departures(one, (*at, index))

    def _nearest(self, items: Sequence[Json], at: Path) -> Mismatch:
        """That no item is like this, with what the one lacks that departs least."""
        looked_at = enumerate(items[:MOST_COMPARED])
        departures = [list(self._item.departures(one, (*at, n))) for n, one in looked_at]
        nearest = min(departures, key=len)
        rest = len(nearest) - 1
        more = f" (and {rest} more)" if rest else ""
        where, number = path_text(at), len(items)
        return Mismatch(
            where=where,
            message=f"no item of {where} is {self._item.expected}",
            expected=self.expected,
            actual=counted(number, "item"),
            hint=f"the nearest: {nearest[0].message}{more}",
        )
