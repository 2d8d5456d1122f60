"""Limits what an expression may make and use, for the sandbox."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import wraps

from jinja2 import StrictUndefined
from jinja2.utils import missing

from harness.formats.template.filters import MOST
from harness.formats.template.lookup import not_a_value
from harness.formats.template.template_error import CHARACTERS, WEIGHT, too_long


class Absent(Exception):
    """An undefined value was used."""

    def __init__(self, value: object, name: object) -> None:
        self.value = value
        self.name = name


class Missing(StrictUndefined):
    """A name or member that does not exist. Using it raises Absent."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: object = missing,
        name: object = None,
        exc: object = None,
    ) -> None:
        del exc
        super().__init__(hint, obj, str(name), lambda _: Absent(obj, name))  # type: ignore[arg-type] # it is only called


def guarded(do: Callable[..., object]) -> Callable[..., object]:
    """A filter that refuses what is absent or too large."""

    @wraps(do)
    def guarded(*args: object, **options: object) -> object:
        weight(*args)
        return do(*args, **options)

    return guarded


def weight(*values: object) -> int:
    """The number of characters and values, at all depths. Raises Fault if it is too large."""
    total = 0
    rest = list(values)
    while rest:
        value = rest.pop()
        use(value)
        if isinstance(value, str):
            total += len(value)
        elif isinstance(value, Mapping):
            rest.extend(value.values())
        elif isinstance(value, Sequence):
            rest.extend(value)
        total += 1
        if total + len(rest) > MOST + len(values):
            unit = CHARACTERS if all(isinstance(one, str) for one in values) else WEIGHT
            raise too_long("a value", MOST, unit)
    return total


def use(*values: object) -> None:
    """Raise Absent for a value that does not exist."""
    for value in values:
        if isinstance(value, Missing):
            value._fail_with_undefined_error()  # noqa: SLF001 - Jinja's hook for subclasses


def as_value(value: object) -> object:
    """A result as JSON. Raises Fault for a value that is not JSON, at any depth."""
    if isinstance(value, Mapping):
        return {key: as_value(element) for key, element in value.items()}
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Sequence):
        return [as_value(element) for element in value]
    is_finite = isinstance(value, float) and math.isfinite(value)
    if value is None or isinstance(value, int) or is_finite:
        return value
    raise not_a_value(value)


def size_after(operator: str, left: object, right: object) -> int:
    """The weight of the text or list that an operator would make; 0 for a number."""
    sides = (left, right)
    weighed = [
        len(side) if isinstance(side, str) else weight(side)
        for side in sides
        if isinstance(side, str | list | tuple)
    ]
    if operator == "*" and weighed:
        return weighed[0] * max((side for side in sides if isinstance(side, int)), default=0)
    return sum(weighed) if operator == "+" else 0


def bits_after(operator: str, left: object, right: object) -> int:
    """The approximate number of bits of the integer that an operator would make."""
    if not (isinstance(left, int) and isinstance(right, int)):
        return 0
    if operator == "**":
        return left.bit_length() * right
    return left.bit_length() + right.bit_length() if operator == "*" else 0
