"""What is to be played: a scenario file's entries, and one play of one of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from harness.core import counted, value_class
from harness.project_file import Mode
from harness.scenario import ONCE, Repeat, Waiver

__all__ = ["MOST_CONVERSATIONS", "Entry", "Mode", "Play", "amount_problem"]

MOST_CONVERSATIONS = 100_000
"""Of one scenario: its rows, takes and providers multiplied."""


def amount_problem(rows: int, takes: int, providers: int) -> str:
    """Why a scenario makes too many conversations; empty if it does not."""
    count = rows * takes * providers
    if count <= MOST_CONVERSATIONS:
        return ""
    return (
        f"the scenario makes {count:,} conversations, the limit is {MOST_CONVERSATIONS:,}:"
        f" {counted(rows, 'row')}, {counted(takes, 'take')}, {counted(providers, 'provider')}"
    )


@value_class(frozen=True, slots=True, kw_only=True)
class Play:
    """One conversation to play: a take of a scenario, a provider and a row of the matrix."""

    file: Path
    scenario: str
    provider: str
    row: str = ""
    take: int = 1
    """From 1."""

    @property
    def name(self) -> str:
        """As pytest shows it: `pink-dress[connectly-daughter]`."""
        return f"{self.scenario}[{'-'.join(part for part in (self.provider, self.row) if part)}]"

    def takes(self, count: int) -> tuple[Play, ...]:
        """The takes of this play, numbered from 1 to `count`."""
        return tuple(map(self.as_take, range(1, count + 1)))

    def as_take(self, number: int) -> Play:
        """One of the takes of this play."""
        return replace(self, take=number)


@value_class(frozen=True, slots=True)
class Entry:
    """What collection needs of a scenario file; small, because there may be 10,000."""

    scenario: str
    line: int
    """Of the scenario's id, from 1."""
    tags: tuple[str, ...]
    providers: tuple[str, ...]
    rows: tuple[str, ...]
    title: str = ""
    repeat: Repeat = ONCE
    waivers: tuple[Waiver, ...] = ()

    @property
    def takes(self) -> int:
        """How often it is played, at most."""
        return self.repeat.takes
