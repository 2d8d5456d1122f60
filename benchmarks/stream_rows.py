# the table is typeset
"""The rows about streams: long lines, first tokens, many events, and very long streams."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from benchmarks.measuring import Command, Measured, Pair, reported
from benchmarks.row import Bench, Commands, Figure, Row, memory_at_most
from benchmarks.workload import HERE, WORK

TIMES = 100
"""How often a process reads the line."""
LONG = 200_000
"""Tokens."""
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
        *_token_rows(),
    )


def _token_rows() -> Sequence[Row]:
    """Chat Completions beside a plain httpx loop that parses and joins the same events."""
    plain = "a plain httpx loop over the same stream"
    long = f"a stream of {LONG:,} tokens, processor time"
    return (
        Row(
            name="first-token",
            work="from the sending of a first token until it is read",
            beside=plain,
            ours=partial(_tokens, who="ours", what="first"),
            theirs=partial(_tokens, who="httpx", what="first"),
            figures=(Figure(quantity=reported, unit="ms", target=2.0, digits=2),),
        ),
        Row(
            name="streamed-ratio",
            work="processor time of streamed answers of 20 events, by that of whole answers",
            beside="the same of a plain httpx loop",
            ours=partial(_tokens, who="ours", what="cpu"),
            theirs=partial(_tokens, who="httpx", what="cpu"),
            figures=(Figure(quantity=reported, unit="times", target=1.3, digits=2),),
        ),
        Row(
            name="long-stream",
            work=f"{long}, per token",
            beside=f"the same of {LONG // 10:,} tokens",
            ours=partial(_tokens, who="ours", what="long", count=LONG),
            theirs=partial(_tokens, who="ours", what="long", count=LONG // 10),
            convert=_per_token,
            figures=(Figure(quantity=reported, unit="µs", target=1.5, digits=1),),
        ),
        Row(
            name="long-stream-plain",
            work=long,
            beside=f"{plain} that keeps the events",
            ours=partial(_tokens, who="ours", what="long", count=LONG),
            theirs=partial(_tokens, who="httpx", what="long", count=LONG),
            figures=(
                Figure(quantity=reported, unit="ms", target=None, is_speedup=True),
                memory_at_most(3.0),
            ),
        ),
    )


def _per_token(pair: Pair) -> Pair:
    """Milliseconds of both streams as microseconds of one token."""
    mine, other = pair.ours.reported / LONG, pair.beside.reported / (LONG // 10)
    return Pair(
        ours=replace(pair.ours, reported=mine * 1000),
        beside=replace(pair.beside, reported=other * 1000),
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


def _tokens(_bench: Bench, *, who: str, what: str, count: int = 20) -> Command:
    arguments = ("benchmarks.token_streams", who, what, str(count))
    return Command(
        arguments=(sys.executable, "-m", *arguments),
        folder=WORK,
        environment={"PYTHONPATH": str(HERE.parent)},
        proof="measured ",
    )
