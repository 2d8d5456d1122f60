"""Divides plays into parts by the seconds of their takes."""

from __future__ import annotations

from collections.abc import Mapping

from harness.cassettes.recorded_seconds import RecordedTakes, estimated_seconds
from harness.core import value_class
from harness.parallel.dividing import divide


@value_class(frozen=True, slots=True, kw_only=True)
class DividedPlays:
    """Which part plays which takes of which plays."""

    seconds: Mapping[str, float]
    """Of what stays together: a play, or a single take, by its name."""
    takes: Mapping[str, tuple[int, ...]]
    """The part of each take of a play, by the play's name."""

    def of_part(self, number: int) -> dict[str, tuple[int, ...]]:
        """By the name of each play that the part has: the numbers of its takes; empty for all."""
        found: dict[str, tuple[int, ...]] = {}
        for name, parts in self.takes.items():
            mine = tuple(take for take, part in enumerate(parts, 1) if part == number)
            if mine:
                found[name] = mine if len(mine) < len(parts) else ()
        return found


def divided(takes: Mapping[str, RecordedTakes], parts: int) -> DividedPlays:
    """Place plays, and single takes of those that are divisible."""
    estimated = estimated_seconds(takes)
    units: dict[str, float] = {}
    for name, one in takes.items():
        if one.is_divisible:
            units |= {take_key(name, take): s for take, s in enumerate(estimated[name], 1)}
        else:
            units[name] = round(sum(estimated[name]), 6)
    placed = divide(units, parts)
    return DividedPlays(
        seconds=units,
        takes={
            name: tuple(
                placed[take_key(name, take) if one.is_divisible else name]
                for take in range(1, len(one.seconds) + 1)
            )
            for name, one in takes.items()
        },
    )


def take_key(name: str, take: int) -> str:
    """The name of one take of a play."""
    return f"{name}#{take}"
