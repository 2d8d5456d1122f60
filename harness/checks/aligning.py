"""Which of the expected things were found, where some may be missing or stand in another order."""

from __future__ import annotations

from collections.abc import Sequence

from harness.core.values import value_class

Fits = Sequence[Sequence[bool]]
"""A row for each expected thing, in it whether each found one fits."""


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
    """The alignment that meets the most required things, then the most things at all.

    Every found one, of `count`, meets one expected thing at most.
    """
    pairs = _in_order(fits, required, count) if in_order else _in_any_order(fits, required, count)
    met = {wanted for wanted, _ in pairs}
    taken = {found for _, found in pairs}
    return Alignment(
        pairs=tuple(sorted(pairs)),
        missing=tuple(i for i, must in enumerate(required) if must and i not in met),
        surplus=tuple(i for i in range(count) if i not in taken),
    )


def _in_order(fits: Fits, required: Sequence[bool], count: int) -> list[tuple[int, int]]:
    """The longest common subsequence, in which a required thing outweighs the others."""
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


def _in_any_order(fits: Fits, required: Sequence[bool], count: int) -> list[tuple[int, int]]:
    """A largest matching, by augmenting paths; required things come first and stay met."""
    owner: dict[int, int] = {}

    def find_room(wanted: int, seen: set[int]) -> bool:
        for found in range(count):
            if fits[wanted][found] and found not in seen:
                seen.add(found)
                if found not in owner or find_room(owner[found], seen):
                    owner[found] = wanted
                    return True
        return False

    for wanted in sorted(range(len(fits)), key=lambda index: not required[index]):
        find_room(wanted, set())
    return [(wanted, found) for found, wanted in owner.items()]
