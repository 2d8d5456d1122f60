"""Divides what there is to play into parts that take about as long as each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from heapq import heapify, heappop, heappush

from harness.core import Json, value_class

MOST_PARTS = 1000
_PART = re.compile(r"([1-9]\d{0,3})/([1-9]\d{0,3})")


@value_class(frozen=True, slots=True, kw_only=True)
class PartNumber:
    """One part of a number of parts."""

    number: int
    """From 1."""
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def json(self) -> dict[str, Json]:
        """As the results have it."""
        return {"number": self.number, "of": self.count}


def part_from(text: str) -> PartNumber:
    """The value of the option `--part`, such as `3/10`. Raises `ValueError` with what is wrong."""
    match = _PART.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is not a part; write 3/10 for the third of ten")
    part = PartNumber(number=int(match[1]), count=int(match[2]))
    if part.number > part.count:
        raise ValueError(f"there is no part {part.number} of {part.count}")
    if part.count > MOST_PARTS:
        raise ValueError(f"'{text}' has {part.count} parts; there can be {MOST_PARTS}")
    return part


def divide(seconds: Mapping[str, float], parts: int) -> dict[str, int]:
    """The part of each name, from 1.

    The longest is placed first, each into the part that is the shortest so far. The same names
    with the same seconds have the same parts, whatever their order.
    """
    placed: dict[str, int] = {}
    shortest = [(0.0, 0, number) for number in range(1, parts + 1)]
    heapify(shortest)
    for name in sorted(seconds, key=lambda name: (-seconds[name], name)):
        total, count, number = heappop(shortest)
        placed[name] = number
        heappush(shortest, (total + seconds[name], count + 1, number))
    return placed
