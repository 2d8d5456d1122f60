"""Drift as values: the differences between a conversation and its recording."""

from __future__ import annotations

from enum import StrEnum

from harness.core import Place, did_you_mean, quote, value_class
from harness.providers.session import CLOSING

CHECK = "drift"
"""The name of the check that a gated turn fails."""


class Drift(StrEnum):
    """How a turn differs from the recorded one, from the least to the most serious kind."""

    SAME = "same"
    WORDING = "wording"
    """A text differs."""
    LATENCY = "latency"
    """The turn is slower than the recorded one."""
    SHAPE = "shape"
    """A payload has other keys, or values of other types."""
    STATE = "state"
    """Another status, a refusal instead of a reply, or another number of messages or buttons."""

    @property
    def gravity(self) -> int:
        """How serious the kind is, from 0 for `same`."""
        return list(Drift).index(self)


@value_class(frozen=True, slots=True, kw_only=True)
class Difference:
    """A difference of one kind."""

    kind: Drift
    lines: tuple[str, ...]
    """What was recorded and what was received, as messages."""


@value_class(frozen=True, slots=True, kw_only=True)
class TurnDrift:
    """A turn compared with the recorded one."""

    turn: int
    """The number of the turn, from 1; `CLOSING` for the closing steps."""
    differences: tuple[Difference, ...] = ()
    recorded: tuple[str, ...] = ()
    """The texts of the recorded reply; empty if there was none."""

    @property
    def name(self) -> str:
        """`turn 2`, or `closing`."""
        return "closing" if self.turn == CLOSING else f"turn {self.turn}"

    @property
    def kind(self) -> Drift:
        """The most serious kind of the differences; `same` if there are none."""
        return max(self.kinds, key=lambda kind: kind.gravity, default=Drift.SAME)

    @property
    def kinds(self) -> tuple[Drift, ...]:
        """The kinds of the differences, the most serious first."""
        found = {difference.kind for difference in self.differences}
        return tuple(kind for kind in reversed(Drift) if kind in found)

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines of all differences, the most serious first."""
        ordered = sorted(self.differences, key=lambda one: one.kind.gravity, reverse=True)
        return tuple(line for difference in ordered for line in difference.lines)


@value_class(frozen=True, slots=True, kw_only=True)
class ComparedTurn:
    """A compared turn, with its name and place for reports."""

    play: str
    """The play as pytest shows it, such as `pink-dress[connectly-daughter]`."""
    place: Place
    """The place of the turn in its scenario."""
    drift: TurnDrift

    def __str__(self) -> str:
        where = f"{self.place.source.path}:{self.place.line}"
        return f"{where}: {self.play} {self.drift.name}: {self.drift.kind}"


def kinds_named(words: str) -> frozenset[Drift]:
    """The kinds in a list such as `shape,state`. Raises ValueError with a message."""
    known = {kind.value: kind for kind in Drift if kind is not Drift.SAME}
    found = set()
    for word in (one.strip() for one in words.split(",")):
        if word not in known:
            hint = did_you_mean(word, known)
            raise ValueError(
                f"{quote(word)} is not a kind of drift" + (f"; {hint}" if hint else "")
            )
        found.add(known[word])
    return frozenset(found)
