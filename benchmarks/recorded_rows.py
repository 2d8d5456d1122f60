# ruff: noqa: RUF001  # the table is typeset
"""The row about judging recordings again, beside their replay without pytest."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from benchmarks import ours
from benchmarks.desk_rows import HARNESS
from benchmarks.measuring import Command, Measured
from benchmarks.row import Bench, Figure, Row, Sizes
from benchmarks.words import MOST_WORDS, TURNS
from benchmarks.workload import Checks

THRESHOLD = f"max_words={MOST_WORDS + 1},{MOST_WORDS + 2}"
REPLAY = "import harness; print(len([*harness.run(harness.plan())]), 'replayed')"


def recorded_rows(sizes: Sizes) -> Sequence[Row]:
    """Whole processes, each reading the same files and recordings."""
    return (
        Row(
            name="whatif",
            work=f"`harness whatif`, two values of a threshold, {sizes.played:,} × {TURNS},"
            " six checks a turn",
            beside="their replay with `harness.run`, in one process; processor time of both",
            ours=_what_if,
            theirs=_replay,
            figures=(Figure(quantity=cpu_seconds, unit="s", target=1.5, digits=2),),
        ),
    )


def cpu_seconds(measured: Measured) -> float:
    """Of one process, which waits for nothing."""
    return measured.cpu_seconds


def _what_if(bench: Bench) -> Command:
    count = bench.sizes.played
    return Command(
        arguments=(HARNESS, "whatif", "scenarios", "--threshold", THRESHOLD, "--flips"),
        folder=ours.recorded_project(count, Checks.SIX),
        proof=f"{count} conversations judged",
    )


def _replay(bench: Bench) -> Command:
    count = bench.sizes.played
    return Command(
        arguments=(sys.executable, "-c", REPLAY),
        folder=ours.recorded_project(count, Checks.SIX),
        proof=f"{count} replayed",
    )
