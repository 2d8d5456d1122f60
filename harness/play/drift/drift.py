"""Drift, as values: what differs between a conversation and its recording."""

from __future__ import annotations

from enum import StrEnum

from harness.core import Place, did_you_mean, quote, value_class
from harness.providers.session import CLOSING

CHECK = "drift"
"""The name of the check that a gated turn fails."""


class Drift(StrEnum):
    """How a turn differs from the recorded one; a graver kind stands further down."""

    SAME = "same"
    WORDING = "wording"
    """A text differs; shape and state are equal."""
    LATENCY = "latency"
    """Slower than the recorded one."""
    SHAPE = "shape"
    """A payload has other keys, or values of other types."""
    STATE = "state"
    """Another status, a refusal for a reply, more or fewer messages, buttons or products."""

    @property
    def gravity(self) -> int:
        """0 for `same`; the higher, the graver."""
        return list(Drift).index(self)


@value_class(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that differs."""

    kind: Drift
    lines: tuple[str, ...]
    """What was recorded and what came, for people."""


@value_class(frozen=True, slots=True, kw_only=True)
class TurnDrift:
    """One turn against the recorded one."""

    turn: int
    """From 1; that of the closing steps is `CLOSING`."""
    differences: tuple[Difference, ...] = ()
    recorded: tuple[str, ...] = ()
    """Texts of the recorded reply; empty where there was none."""

    @property
    def name(self) -> str:
        """`turn 2`, or `closing`."""
        return "closing" if self.turn == CLOSING else f"turn {self.turn}"

    @property
    def kind(self) -> Drift:
        """The gravest kind of its differences; `same` where there are none."""
        return max(self.kinds, key=lambda kind: kind.gravity, default=Drift.SAME)

    @property
    def kinds(self) -> tuple[Drift, ...]:
        """Every kind that was found, the gravest first."""
        found = {difference.kind for difference in self.differences}
        return tuple(kind for kind in reversed(Drift) if kind in found)

    @property
    def lines(self) -> tuple[str, ...]:
        """All differences, the gravest first."""
        ordered = sorted(self.differences, key=lambda one: one.kind.gravity, reverse=True)
        return tuple(line for difference in ordered for line in difference.lines)


@value_class(frozen=True, slots=True, kw_only=True)
class ComparedTurn:
    """A turn that was compared, with what a report needs to name it."""

    play: str
    """As pytest shows it: `pink-dress[connectly-daughter]`."""
    place: Place
    """Of the turn in its scenario."""
    drift: TurnDrift

    def __str__(self) -> str:
        where = f"{self.place.source.path}:{self.place.line}"
        return f"{where}: {self.play} {self.drift.name}: {self.drift.kind}"


def kinds_named(words: str) -> frozenset[Drift]:
    """The kinds of a list such as `shape,state`. Raises ValueError with a sentence."""
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
