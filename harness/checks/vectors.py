"""The vectors of texts: read from a model's answer, and compared."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import fsum, sqrt

from harness.checks.arguments import is_number
from harness.conversation import ProviderAnswer
from harness.core import Json, describe, shorten, show

MOST_NUMBERS = 100_000
"""Numbers of a vector that are read."""

Vector = Sequence[float]


class NotAVector(ValueError):
    """An answer has no vector that can be compared. The text is a clause that says why."""


def vector_in(answer: ProviderAnswer) -> Vector:
    """The vector of an answer: its text as JSON, or what its message was read from.

    Raises `NotAVector`.
    """
    value = answer.payload
    if answer.text.strip():
        try:
            value = json.loads(answer.text)
        except (ValueError, RecursionError):
            shown = shorten(answer.text, 50)
            raise NotAVector(f"the answer is {shown!r}, expected a list of numbers") from None
    if not isinstance(value, list) or not value:
        raise NotAVector(f"the answer is {_described(value)}, expected a list of numbers")
    if len(value) > MOST_NUMBERS:
        raise NotAVector(f"the vector has more than {MOST_NUMBERS:,} numbers")
    return _numbers(value)


def _described(value: Json) -> str:
    if value is None:
        return "not one vector"
    return "an empty list" if value == [] else describe(value)


def _numbers(value: Sequence[Json]) -> Vector:
    numbers = []
    for at, one in enumerate(value, 1):
        # An integer of JSON may be too large for a float.
        if not is_number(one) or not -_LARGEST <= one <= _LARGEST:
            raise NotAVector(f"number {at} of the vector is {show(one)}")
        numbers.append(float(one))
    if not any(numbers):
        raise NotAVector("all numbers of the vector are 0, which has no direction")
    return numbers


_LARGEST = 1e300
"""The largest number of a vector; none of a model is near it."""


def cosine(one: Vector, other: Vector) -> float:
    """The cosine of the angle between two vectors: 1 for the same direction, at least -1.

    The sums are exact, so that it is the same on every machine. Raises `NotAVector` if the lengths
    differ.
    """
    if len(one) != len(other):
        sizes = f"{len(one):,} and {len(other):,} numbers"
        raise NotAVector(f"the vectors have {sizes}, so that they cannot be compared")
    one, other = _scaled(one), _scaled(other)
    product = fsum(a * b for a, b in zip(one, other, strict=True))
    length = sqrt(fsum(a * a for a in one)) * sqrt(fsum(b * b for b in other))
    return max(-1.0, min(1.0, product / length))


def _scaled(vector: Vector) -> Vector:
    """The vector with 1 as its largest number, so that no square is too large or too small."""
    largest = max(map(abs, vector))
    return [one / largest for one in vector]
