"""Says where the time of one row goes: the 25 most expensive functions of our process."""

from __future__ import annotations

import io
import pstats
import sys
from dataclasses import replace

from benchmarks.measuring import Command, measure
from benchmarks.ours import PYTEST
from benchmarks.row import Bench, Row
from benchmarks.workload import HERE, WORK

COUNT = 25


def profile_row(row: Row, bench: Bench) -> str:
    """Run our command of a row once under cProfile, which makes it two to three times slower."""
    command = row.ours(bench)
    measure(command)
    file = WORK / f"{row.name}.pstats"
    measure(_under_profiler(command, str(file)))
    text = io.StringIO()
    stats = pstats.Stats(str(file), stream=text)
    stats.sort_stats("tottime").print_stats(COUNT)
    stats.sort_stats("cumulative").print_stats(r"harness|_pytest|pluggy|yaml|json", COUNT * 2)
    shown = text.getvalue().replace(f"{HERE.parent}/", "").replace(f"{sys.prefix}/", "")
    (WORK / f"{row.name}.profile.txt").write_text(shown)
    return shown


def _under_profiler(command: Command, file: str) -> Command:
    pytest_arguments = command.arguments[len(PYTEST[:3]) :]
    is_live = any(argument.startswith("--harness-concurrency") for argument in pytest_arguments)
    kept = [a for a in pytest_arguments if not a.startswith("--harness-concurrency")]
    where = ("players", *kept, "--harness-concurrency=1") if is_live else ("main", *kept)
    return replace(
        command,
        arguments=(sys.executable, "-m", "benchmarks.profiled", file, *where),
        environment={**command.environment, "PYTHONPATH": str(HERE.parent)},
    )
