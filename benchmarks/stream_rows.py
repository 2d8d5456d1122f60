# the table is typeset
"""The rows about streams: what reading a long line costs, however it is cut into chunks."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

from benchmarks.measuring import Command, Measured
from benchmarks.row import Bench, Commands, Figure, Row
from benchmarks.workload import HERE, WORK

TIMES = 100
"""How often a process reads the line."""
SMALL, LARGE = 1, 64
"""Kibibytes of a chunk."""


def stream_rows() -> Sequence[Row]:
    """Small chunks beside large ones, and beside joining their bytes. All of processor time."""
    small, large = partial(_reading, kibibytes=SMALL), partial(_reading, kibibytes=LARGE)
    work = f"a line of 8 MiB in a stream of chunks of {SMALL} KiB"
    return (
        _row("stream-chunks", work, f"the same in chunks of {LARGE} KiB", small, large, 4.0),
        _row(
            *("stream-joined", work, "joining the chunks' bytes"),
            *(small, partial(_reading, kibibytes=SMALL, is_joined=True), 10.0),
        ),
    )


def _row(name: str, work: str, beside: str, ours: Commands, theirs: Commands, target: float) -> Row:
    nothing = partial(_reading, kibibytes=SMALL, count=0)
    return Row(
        name=name,
        work=work,
        beside=beside,
        ours=ours,
        theirs=theirs,
        without_ours=nothing,
        without_theirs=nothing,
        figures=(Figure(quantity=_milliseconds, unit="ms", target=target, digits=2),),
    )


def _milliseconds(measured: Measured) -> float:
    return measured.cpu_seconds / TIMES * 1000


def _reading(
    _bench: Bench, *, kibibytes: int, count: int = TIMES, is_joined: bool = False
) -> Command:
    joined = ("--joined",) if is_joined else ()
    arguments = ("benchmarks.reading_line", str(count), str(kibibytes), *joined)
    return Command(
        arguments=(sys.executable, "-m", *arguments),
        folder=WORK,
        environment={"PYTHONPATH": str(HERE.parent)},
        proof=f"{count} times",
    )
