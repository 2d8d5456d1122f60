# ruff: noqa: RUF001  # the table is typeset
"""The rows of the table: what is measured, beside what, and what is to be reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from benchmarks import floors, ours, peers
from benchmarks.accept_rows import accept_rows
from benchmarks.check_rows import check_peers, check_rows
from benchmarks.desk_rows import desk_rows
from benchmarks.measuring import Command, Measured, Pair
from benchmarks.part_rows import part_rows
from benchmarks.recorded_rows import recorded_rows
from benchmarks.report_rows import report_rows
from benchmarks.row import WAIT, Bench, Commands, Row, Sizes, at_least, at_most, memory_at_most
from benchmarks.stream_rows import stream_rows

LIMIT = 1.0
"""Seconds that five answers of the slow server take, however many conversations are held."""
CONCURRENCY = 1
"""Conversations at once without delay: nothing is waited for, so more threads only get in each
other's way (measured: 2 take a tenth more processor time, 8 a quarter)."""


def rows_of(sizes: Sizes) -> Sequence[Row]:
    """All rows, in the order of the table."""
    return (
        *_replays(sizes),
        *check_rows(sizes),
        *recorded_rows(sizes),
        *report_rows(sizes),
        *part_rows(sizes),
        *accept_rows(sizes),
        *stream_rows(),
        *desk_rows(sizes),
        *_lives(sizes),
        *_collections(sizes),
        *_peers(sizes),
        *check_peers(sizes),
    )


def _replays(sizes: Sizes) -> Sequence[Row]:
    count = sizes.played
    what = f"replay, {count:,} scenarios × 5 turns, schema-checked"
    empty = f"plain pytest, {count:,} empty tests"
    return (
        Row(
            name="replay",
            work=f"{what}, nothing cached",
            beside=empty,
            ours=partial(_replay, is_cached=False),
            theirs=lambda bench: floors.empty_tests(bench.outside, count, is_cached=False),
            figures=(at_most(3.0),),
        ),
        Row(
            name="replay-again",
            work=f"{what}, second run",
            beside=empty,
            ours=partial(_replay, is_cached=True),
            theirs=lambda bench: floors.empty_tests(bench.outside, count, is_cached=True),
            figures=(at_most(1.6),),
        ),
        Row(
            name="recording",
            work=f"{what}, nothing cached",
            beside="pytest-recording replaying the same messages, unchecked",
            ours=partial(_replay, is_cached=False),
            theirs=lambda _: peers.pytest_recording(count),
            figures=(at_least(2.5),),
        ),
    )


def _lives(sizes: Sizes) -> Sequence[Row]:
    return (
        Row(
            name="live-wait",
            work=f"live, {sizes.waiting} conversations × 5 turns at once, answers after {WAIT} ms,"
            " start-up apart",
            beside=f"the limit, {LIMIT} s",
            ours=_wait,
            theirs=lambda _: ours.collect(
                ours.plain_project(sizes.waiting), sizes.waiting, is_cached=True
            ),
            figures=(at_most(1.6),),
            convert=_beyond_start_up,
        ),
        Row(
            name="live",
            work=f"live, no delay, {sizes.played:,} × 5, whole process, nothing cached",
            beside="a plain httpx loop sending the same requests",
            ours=_live,
            theirs=lambda bench: floors.httpx_loop(bench.address, sizes.played),
            figures=(at_most(2.0),),
        ),
    )


def _collections(sizes: Sizes) -> Sequence[Row]:
    count = sizes.collected
    trivial = f"plain pytest, {count:,} YAML items, files not opened"
    return tuple(
        Row(
            name="collect-again" if is_cached else "collect",
            work=f"collecting {count:,} scenario files, "
            + ("second run" if is_cached else "nothing cached"),
            beside=trivial,
            ours=lambda _, is_cached=is_cached: ours.collect(  # type: ignore[misc]  # bound early by the default
                ours.plain_project(count), count, is_cached=is_cached
            ),
            theirs=lambda bench, is_cached=is_cached: floors.trivial_items(  # type: ignore[misc]  # the same
                bench.outside, count, is_cached=is_cached
            ),
            figures=(at_most(1.5 if is_cached else 4.0), memory_at_most(1.5)),
        )
        for is_cached in (False, True)
    )


def _peers(sizes: Sizes) -> Sequence[Row]:
    waiting, played = sizes.waiting, sizes.played
    one_by_one = "promptfoo, one message at a time (`_conversation`)"
    unordered = "promptfoo -j 100, messages without order"
    slow = f"live, {waiting} conversations × 5 turns, answers after {WAIT} ms"
    fast = f"live, no delay, {played:,} × 5"
    return (
        _peer("tavern-wait", slow, "Tavern, one after the other", _wait, _slow(peers.tavern)),
        _peer("promptfoo-wait", slow, one_by_one, _wait, _slow(peers.promptfoo_conversations)),
        _peer("promptfoo-wait-unordered", slow, unordered, _wait, _slow(peers.promptfoo_unordered)),
        _peer(
            "tavern",
            fast,
            "Tavern",
            _live,
            lambda bench: peers.tavern(played, bench.address),
        ),
        _peer(
            "promptfoo",
            fast,
            unordered,
            _live,
            lambda bench: peers.promptfoo_unordered(played, bench.address),
        ),
    )


def _peer(name: str, work: str, beside: str, mine: Commands, theirs: Commands) -> Row:
    return Row(
        name=name,
        work=f"{work}, whole process",
        beside=beside,
        ours=mine,
        theirs=theirs,
        figures=(at_least(None),),
        is_peer=True,
        runs=1,
    )


def _slow(theirs: Callable[[int, str], Command]) -> Commands:
    return lambda bench: theirs(bench.sizes.waiting, bench.slow_address)


def _replay(bench: Bench, *, is_cached: bool) -> Command:
    count = bench.sizes.played
    return ours.replay(ours.recorded_project(count), count, is_cached=is_cached)


def _wait(bench: Bench) -> Command:
    count = bench.sizes.waiting
    project = ours.plain_project(count)
    return ours.live(project, count, bench.slow_address, count, is_cached=True)


def _live(bench: Bench) -> Command:
    count = bench.sizes.played
    project = ours.plain_project(count)
    return ours.live(project, count, bench.address, CONCURRENCY, is_cached=False)


def _beyond_start_up(pair: Pair) -> Pair:
    """The start-up is what collecting alone takes; the limit takes the other's place."""
    start_up = pair.beside
    played = replace(
        pair.ours,
        seconds=pair.ours.seconds - start_up.seconds,
        cpu_seconds=pair.ours.cpu_seconds - start_up.cpu_seconds,
    )
    limit = Measured(seconds=LIMIT, cpu_seconds=0.0, mebibytes=start_up.mebibytes)
    return Pair(ours=played, beside=limit)
