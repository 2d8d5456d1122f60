"""What a row of the table is: what is measured, beside what, and what is to be reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.measuring import Command, Measured, Pair, Quantity, measure, mebibytes, seconds

WAIT = 200
"""Milliseconds after which the slow server answers a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many conversations the rows have."""

    played: int
    """Replayed, and held live without delay."""
    waiting: int
    """Held live at once with the slow server."""
    collected: int


FULL = Sizes(played=1000, waiting=100, collected=10_000)
QUICK = Sizes(played=100, waiting=10, collected=1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What the rows are measured with."""

    sizes: Sizes
    address: str
    """Of the bench server."""
    outside: Path
    """An empty folder that no harness.yaml lies above."""

    @property
    def slow_address(self) -> str:
        """The server where it answers late."""
        return f"{self.address}/wait/{WAIT}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A ratio of two quantities, and what it shall reach."""

    quantity: Quantity
    unit: str
    target: float | None
    """None where a peer stands beside us for comparison only."""
    is_speedup: bool = False
    """The ratio is theirs over ours and shall be at least the target; else at most."""
    label: str = ""
    """Added to the row's work."""
    digits: int = 0
    """Behind the point, of quantities other than seconds."""

    def ratio(self, pair: Pair) -> float:
        """Of one pair of runs."""
        mine, other = self.quantity(pair.ours), self.quantity(pair.beside)
        return other / mine if self.is_speedup else mine / other


Commands = Callable[[Bench], Command]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing to measure."""

    name: str
    work: str
    beside: str
    ours: Commands
    theirs: Commands | None
    """None where `convert` puts a limit there."""
    figures: tuple[Figure, ...]
    without_ours: Commands | None = None
    """The same without what is to be measured; what it costs is taken off."""
    without_theirs: Commands | None = None
    convert: Callable[[Pair], Pair] | None = None
    is_peer: bool = False
    runs: int | None = None
    """Pairs at the most; a slow peer is not run as often."""


def at_most(target: float) -> Figure:
    """Our seconds over theirs."""
    return Figure(quantity=seconds, unit="s", target=target)


def at_least(target: float | None) -> Figure:
    """Their seconds over ours."""
    return Figure(quantity=seconds, unit="s", target=target, is_speedup=True)


def memory_at_most(target: float) -> Figure:
    """Our peak memory over theirs."""
    return Figure(quantity=mebibytes, unit="MiB", target=target, label="peak memory")


def measure_row(row: Row, bench: Bench, runs: int) -> tuple[Pair, ...]:
    """Run ours and the other in turns, so that both meet the same state of the machine."""
    mine, other = row.ours(bench), row.theirs(bench) if row.theirs else None
    less = row.without_ours(bench) if row.without_ours else None
    less_other = row.without_theirs(bench) if row.without_theirs else None
    if not row.is_peer:
        # Once before: bytecode, the file system's cache, and our own where it is kept.
        for command in filter(None, (mine, other, less, less_other)):
            measure(command)
    pairs = tuple(
        Pair(ours=_above(mine, less), beside=_above(other, less_other) if other else NOTHING)
        for _ in range(min(runs, row.runs or runs))
    )
    return tuple(map(row.convert, pairs)) if row.convert else pairs


NOTHING = Measured(seconds=0.0, cpu_seconds=0.0, mebibytes=0.0)


def _above(command: Command, less: Command | None) -> Measured:
    whole = measure(command)
    if less is None:
        return whole
    part = measure(less)
    return replace(
        whole,
        seconds=whole.seconds - part.seconds,
        cpu_seconds=whole.cpu_seconds - part.cpu_seconds,
    )
