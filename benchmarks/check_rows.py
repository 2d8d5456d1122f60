# ruff: noqa: RUF001  # the table is typeset
"""The rows about checks: what six of them cost in a turn, above playing it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

from benchmarks import ours, peers
from benchmarks.measuring import Command, Measured, Pair
from benchmarks.row import Bench, Figure, Row, Sizes
from benchmarks.words import TURNS
from benchmarks.workload import HERE, WORK, Checks

LIMIT = 0.3
"""Milliseconds of processor time that six checks of a turn may cost."""
SIX = "contains, matches, schema, json, status, max_words"


def check_rows(sizes: Sizes) -> Sequence[Row]:
    """Ours beside the limit and beside plain Python. All figures are of processor time."""
    six = partial(_replay, checks=Checks.SIX)
    none = partial(_replay, checks=Checks.NONE)
    work = f"six checks a turn ({SIX}), replay of {sizes.played:,} × {TURNS}, above `expect: none`"
    return (
        Row(
            name="checks",
            work=work,
            beside=f"the limit, {LIMIT} ms a turn",
            ours=six,
            without_ours=none,
            theirs=None,
            figures=(_figure(sizes.played, 1.0),),
            convert=partial(_beside_limit, turns=sizes.played * TURNS),
        ),
        Row(
            name="checks-plain",
            work=work,
            beside="the same assertions in plain Python, in one loop",
            ours=six,
            without_ours=none,
            theirs=partial(_plain, is_checked=True),
            without_theirs=partial(_plain, is_checked=False),
            figures=(_figure(sizes.played, None),),
        ),
    )


def check_peers(sizes: Sizes) -> Sequence[Row]:
    """Ours beside Tavern, which asserts live."""
    return (
        Row(
            name="checks-tavern",
            work=f"six checks a turn ({SIX}), above none",
            beside="Tavern, live, above asserting nothing",
            ours=partial(_replay, checks=Checks.SIX),
            without_ours=partial(_replay, checks=Checks.NONE),
            theirs=lambda bench: peers.tavern(bench.sizes.played, bench.address, Checks.SIX),
            without_theirs=lambda b: peers.tavern(b.sizes.played, b.address, Checks.NONE),
            figures=(_figure(sizes.played, None, is_speedup=True),),
            is_peer=True,
            runs=1,
        ),
    )


def _figure(conversations: int, target: float | None, *, is_speedup: bool = False) -> Figure:
    return Figure(
        quantity=partial(_milliseconds, turns=conversations * TURNS),
        unit="ms a turn",
        target=target,
        is_speedup=is_speedup,
        digits=3,
    )


def _milliseconds(measured: Measured, *, turns: int) -> float:
    return measured.cpu_seconds / turns * 1000


def _replay(bench: Bench, *, checks: Checks) -> Command:
    count = bench.sizes.played
    return ours.replay(ours.recorded_project(count, checks), count, is_cached=True)


def _plain(bench: Bench, *, is_checked: bool) -> Command:
    count = bench.sizes.played
    unchecked = () if is_checked else ("--unchecked",)
    return Command(
        arguments=(sys.executable, "-m", "benchmarks.plain_checks", str(count), *unchecked),
        folder=WORK,
        environment={"PYTHONPATH": str(HERE.parent)},
        proof=f"{count * TURNS} turns",
    )


def _beside_limit(pair: Pair, *, turns: int) -> Pair:
    limit = LIMIT / 1000 * turns
    return Pair(ours=pair.ours, beside=Measured(seconds=limit, cpu_seconds=limit, mebibytes=0.0))
