"""Pairs the items of two lists whose order does not matter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Wanted = TypeVar("Wanted")
Found = TypeVar("Found")


def unpaired(
    wanted: Sequence[Wanted], found: Sequence[Found], fits: Callable[[Wanted, Found], bool]
) -> tuple[list[int], list[int]]:
    """The indexes that are left over on both sides, after as many as can be are paired.

    An item that fits several is given to the one that makes room for the others.
    """
    fitting = [[at for at, one in enumerate(found) if fits(item, one)] for item in wanted]
    owner: dict[int, int] = {}
    alone = [index for index in range(len(wanted)) if not _settle(index, fitting, owner)]
    return alone, [at for at in range(len(found)) if at not in owner]


def _settle(start: int, fitting: Sequence[Sequence[int]], owner: dict[int, int]) -> bool:
    """Give an item a partner, moving others on to another of theirs where that is needed."""
    came_from: dict[int, int] = {}
    waiting = [start]
    for index in waiting:
        for at in fitting[index]:
            if at in came_from:
                continue
            came_from[at] = index
            if at in owner:
                waiting.append(owner[at])
                continue
            _hand_on(at, came_from, owner)
            return True
    return False


def _hand_on(last: int, came_from: dict[int, int], owner: dict[int, int]) -> None:
    """Walk back from a free partner; everybody on the way moves on by one."""
    held = {index: at for at, index in owner.items()}
    at: int | None = last
    while at is not None:
        index = came_from[at]
        owner[at] = index
        at = held.get(index)
