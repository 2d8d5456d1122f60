# ruff: noqa: RUF001  # the table is typeset
"""The rows about a suite in parts: what dividing it adds to a replay.

Each part starts pytest anew, so a suite of five times as many scenarios as elsewhere is divided.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace

from benchmarks import ours
from benchmarks.desk_rows import HARNESS
from benchmarks.measuring import Command
from benchmarks.recorded_rows import cpu_seconds
from benchmarks.row import Bench, Figure, Row, Sizes
from benchmarks.words import TURNS

PARTS = 4
TIMES = 5
PLAN = "reports/plan.json"


def part_rows(sizes: Sizes) -> Sequence[Row]:
    """Four processes, one after another, beside one; both with the same state of the cache."""
    count = sizes.played * TIMES
    work = f"replay of {count:,} × {TURNS} in four parts, processor time of all"
    return (
        Row(
            name="parts",
            work=f"{work} and of `harness plan`, second run",
            beside="the same in one run",
            ours=_of_plan,
            theirs=_whole,
            figures=(_AT_MOST,),
        ),
        Row(
            name="parts-without-plan",
            work=f"{work}, without a plan, second run",
            beside="the same in one run",
            ours=_of_selection,
            theirs=_whole,
            figures=(Figure(quantity=cpu_seconds, unit="s", target=None, digits=2),),
        ),
    )


_AT_MOST = Figure(quantity=cpu_seconds, unit="s", target=1.3, digits=2)


def _whole(bench: Bench) -> Command:
    count = bench.sizes.played * TIMES
    return ours.replay(ours.recorded_project(count), count, is_cached=True)


def _of_selection(bench: Bench) -> Command:
    return _one_by_one(_whole(bench), bench)


def _of_plan(bench: Bench) -> Command:
    whole = _whole(bench)
    made = shlex.join((HARNESS, "plan", "--parts", str(PARTS), "--out", PLAN))
    words = [word for word in whole.arguments if word != "scenarios"]
    command = replace(
        whole,
        arguments=(*words, f"--harness-plan={PLAN}"),
        forget=(*whole.forget, "reports"),
    )
    return _one_by_one(command, bench, f"mkdir -p reports && {made}")


def _one_by_one(command: Command, bench: Bench, *before: str) -> Command:
    """All parts in one shell, which ends with an error if one of them does."""
    parts = [
        shlex.join((*command.arguments, f"--harness-part={number}/{PARTS}"))
        for number in range(1, PARTS + 1)
    ]
    count = bench.sizes.played * TIMES
    return replace(
        command,
        arguments=("bash", "-c", " && ".join((*before, *parts))),
        proof=f"part {PARTS}/{PARTS}: {count // PARTS} of {count} plays",
    )
