"""How many schemas judge one value, told from the schemas alone.

A schema whose `allOf` refers ten times to one that does the same doubles nothing on paper and
multiplies the work by ten at each step; the validator cannot be interrupted once it has begun.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

MOST_APPLIED = 10_000
"""Schemas that may judge one value, each counted as often as it is referred to."""

Site = TypeVar("Site")


def costly(edges: Mapping[Site, Sequence[Site]], order: Iterable[Site]) -> tuple[Site, int] | None:
    """The first schema that applies too many to one value, and how many; None where none does.

    `edges` lead from a schema to those that judge the same value, which come first in `order`.
    """
    applied: dict[Site, int] = {}
    for site in order:
        count = applied[site] = 1 + sum(applied.get(one, 1) for one in edges.get(site, ()))
        if count > MOST_APPLIED:
            return site, count
    return None
