# ruff: noqa: RUF001  # the table is typeset
"""The rows about judging recordings again: `harness whatif` and `harness strength`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

from benchmarks import ours
from benchmarks.desk_rows import HARNESS
from benchmarks.measuring import Command, Measured, reported
from benchmarks.row import Bench, Figure, Row, Sizes, memory_at_most
from benchmarks.words import MOST_WORDS, TURNS
from benchmarks.workload import HERE, Checks

THRESHOLD = f"max_words={MOST_WORDS + 1},{MOST_WORDS + 2}"
TIMES = 4
"""How many times as many mutants are beside few of them."""
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
        *_strength(sizes.waiting),
    )


def _strength(count: int) -> Sequence[Row]:
    """A mutant beside a conversation, and a number of mutants beside a quarter of them."""
    what = f"`harness strength`, {count:,} × {TURNS}, six checks a turn"
    few = count // TIMES
    return (
        Row(
            name="strength",
            work=f"{what}, processor time of one mutant",
            beside="of the replay of one conversation",
            ours=partial(_judging, kind="mutants"),
            theirs=partial(_judging, kind="replays"),
            figures=(Figure(quantity=reported, unit="ms", target=3.0, digits=2),),
        ),
        Row(
            name="strength-memory",
            work=what,
            beside=f"with a quarter of the mutants, {few:,} × {TURNS}",
            ours=partial(_mutants, count=count),
            theirs=partial(_mutants, count=few),
            figures=(memory_at_most(1.1),),
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


def _judging(bench: Bench, *, kind: str) -> Command:
    count = bench.sizes.waiting
    folder = ours.recorded_project(count, Checks.SIX)
    return Command(
        arguments=(sys.executable, "-m", "benchmarks.judging_mutants", kind, str(folder)),
        folder=HERE.parent,
        proof=f"{count} conversations",
    )


def _mutants(_: Bench, *, count: int) -> Command:
    return Command(
        arguments=(HARNESS, "strength", "scenarios", "--processes", "1"),
        folder=ours.recorded_project(count, Checks.SIX),
        proof=f"{count} conversations, ",
        forget=("reports",),
    )
