# ruff: noqa: RUF001  # the table is typeset
"""The row about `harness accept`: what judging again costs beside replaying."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

from benchmarks import ours
from benchmarks.measuring import Command, reported
from benchmarks.row import Bench, Figure, Row, Sizes
from benchmarks.words import TURNS
from benchmarks.workload import HERE


def accept_rows(sizes: Sizes) -> Sequence[Row]:
    """An expectation of all conversations, accepted: it is judged before and after it changes."""
    return (
        Row(
            name="accept",
            work=f"one expectation of {sizes.played:,} × {TURNS} accepted, judged before and after",
            beside="the same conversations read and replayed once",
            ours=partial(_command, kind="accept"),
            theirs=partial(_command, kind="replay"),
            figures=(Figure(quantity=reported, unit="s", target=1.5, digits=2),),
        ),
    )


def _command(bench: Bench, *, kind: str) -> Command:
    count = bench.sizes.played
    folder = ours.recorded_project(count)
    return Command(
        arguments=(sys.executable, "-m", "benchmarks.accepting", kind, str(folder)),
        folder=HERE.parent,
        proof=f"{count} conversations",
    )
