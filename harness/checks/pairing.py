"""Pairs what was expected with what was found, in the same order or in any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from harness.core import value_class

Wanted = TypeVar("Wanted")
Found = TypeVar("Found")

Fits = Sequence[Sequence[bool]]
"""A row for each expected thing, with a flag for each found thing that fits it."""


@value_class(frozen=True, slots=True, kw_only=True)
class Alignment:
    """Indexes of what was expected and of what was found."""

    pairs: tuple[tuple[int, int], ...]
    """Expected and found."""
    missing: tuple[int, ...]
    """Expected, required, and not found."""
    surplus: tuple[int, ...]
    """Found and not expected."""


def align(fits: Fits, required: Sequence[bool], count: int, *, in_order: bool) -> Alignment:
    """The alignment with the most required things, and among those the most things.

    Each of the `count` found things is paired with at most one expected thing.
    """
    pairs = _in_order(fits, required, count) if in_order else _in_any_order(fits, required)
    met = {wanted for wanted, _ in pairs}
    taken = {found for _, found in pairs}
    return Alignment(
        pairs=tuple(sorted(pairs)),
        missing=tuple(i for i, must in enumerate(required) if must and i not in met),
        surplus=tuple(i for i in range(count) if i not in taken),
    )


def unpaired(
    wanted: Sequence[Wanted], found: Sequence[Found], fits: Callable[[Wanted, Found], bool]
) -> tuple[Sequence[int], Sequence[int]]:
    """The indexes that are left over on both sides, if as many as possible are paired."""
    rows = [[fits(item, one) for one in found] for item in wanted]
    alignment = align(rows, [True] * len(rows), len(found), in_order=False)
    return alignment.missing, alignment.surplus


def _in_order(fits: Fits, required: Sequence[bool], count: int) -> list[tuple[int, int]]:
    """The longest common subsequence, in which a required thing counts more than all others."""
    wanted = len(fits)
    best = [[(0, 0)] * (count + 1) for _ in range(wanted + 1)]
    for i in range(wanted - 1, -1, -1):
        for j in range(count - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1])
            if fits[i][j]:
                most, all_ = best[i + 1][j + 1]
                best[i][j] = max(best[i][j], (most + required[i], all_ + 1))
    pairs, i, j = [], 0, 0
    while i < wanted and j < count:
        most, all_ = best[i + 1][j + 1]
        if fits[i][j] and best[i][j] == (most + required[i], all_ + 1):
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _in_any_order(fits: Fits, required: Sequence[bool]) -> list[tuple[int, int]]:
    """A largest matching, by augmenting paths; required things come first and stay met."""
    owner: dict[int, int] = {}
    for wanted in sorted(range(len(fits)), key=lambda index: not required[index]):
        _settle(wanted, fits, owner)
    return [(wanted, found) for found, wanted in owner.items()]


def _settle(start: int, fits: Fits, owner: dict[int, int]) -> None:
    """Pair an expected thing, and move others to another partner if necessary."""
    came_from: dict[int, int] = {}
    waiting = [start]
    for wanted in waiting:
        for found, does_fit in enumerate(fits[wanted]):
            if not does_fit or found in came_from:
                continue
            came_from[found] = wanted
            if found in owner:
                waiting.append(owner[found])
                continue
            _hand_on(found, came_from, owner)
            return


def _hand_on(last: int, came_from: dict[int, int], owner: dict[int, int]) -> None:
    """Walk back from a free partner, and move each thing on the way to its next partner."""
    held = {wanted: found for found, wanted in owner.items()}
    found: int | None = last
    while found is not None:
        wanted = came_from[found]
        owner[found] = wanted
        found = held.get(wanted)
