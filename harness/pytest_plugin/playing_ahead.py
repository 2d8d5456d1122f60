"""Scenarios that are played ahead while pytest runs its items: by threads, or by processes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.conversation import Outcome
from harness.core import AuthoringError
from harness.parallel.workers import further_processes
from harness.play.result import ScenarioResult
from harness.project.plan import Play
from harness.providers.catalogue import definition_of
from harness.pytest_plugin.options import wanted_processes
from harness.pytest_plugin.scenario_items import ScenarioItem
from harness.pytest_plugin.scenario_session import ScenarioSession, cache_file, worker_count
from harness.pytest_plugin.suite import Suite
from harness.reports.run_events import (
    PlayBegan,
    PlayEnded,
    PlayingBegan,
    PlayingEnded,
    PlaysAdded,
    ScenarioFinished,
)

if TYPE_CHECKING:
    from harness.parallel.slots import Slots


@contextmanager
def playing_ahead(
    session: ScenarioSession, config: pytest.Config, items: Sequence[pytest.Item]
) -> Iterator[None]:
    """Play ahead until this is left."""
    if not session.is_live:
        with _replaying(session, config, items):
            yield
    elif hasattr(config, "workerinput"):
        # Workers of xdist get their items one by one, so there is nothing to play ahead.
        session.slots = _shared_slots(session, config)
        yield
    else:
        with _holding(session, config, items):
            yield


@contextmanager
def _holding(
    session: ScenarioSession, config: pytest.Config, items: Sequence[pytest.Item]
) -> Iterator[None]:
    """Hold conversations in threads."""
    # Late: a replay starts no threads, and does not load them.
    from harness.parallel.thread_workers import ThreadWorkers  # noqa: PLC0415

    owners: dict[Play, ScenarioItem] = {
        play: item
        for item in items
        if isinstance(item, ScenarioItem) and item.get_closest_marker("skip") is None
        for play in item.plays
    }

    def hold(play: Play) -> ScenarioResult:
        session.emit(PlayBegan(play=play))
        turns = 0
        try:
            result = owners[play].played(play)
            turns = len(result.transcript.turns)
        finally:
            session.emit(PlayEnded(play=play, turns=turns))
        return result

    def following(play: Play, result: ScenarioResult) -> Sequence[Play]:
        item = owners[play]
        further = item.further(play, result)
        if further:
            owners.update(dict.fromkeys(further, item))
            session.emit(PlaysAdded(plays=len(further)))
        return further

    session.emit(PlayingBegan(plays=len(owners)))
    workers: ThreadWorkers[Play, ScenarioResult] = ThreadWorkers(
        hold,
        tuple(owners),
        concurrency=config.getoption("--harness-concurrency")
        or sum(suite.project.config.concurrency for suite in session.suites),
        limits=session.limits,
        lanes=lambda play: owners[play].suite.lanes.of(play.provider),
        following=following,
    )
    session.players = workers
    try:
        yield
    finally:
        for suite in session.suites:
            suite.runner.stop()
        session.players.stop()
        session.emit(PlayingEnded())


@contextmanager
def _replaying(
    session: ScenarioSession, config: pytest.Config, items: Sequence[pytest.Item]
) -> Iterator[None]:
    """Replay scenarios in other processes, if there are many.

    They hand over what passed and needs no explanation. Any other scenario is played again in
    pytest's process, which needs its whole result, so that a failure always reads the same.
    """
    wanted = wanted_processes(config)
    processes = 0
    if further_processes(len(items), wanted) and not _needs_results(config):
        plain = {item.play: item for item in _plain_items(items)}
        processes = further_processes(len(plain), wanted)
    if not processes:
        yield
        return
    # Late: a small run shares nothing, and starts without multiprocessing.
    from harness.parallel.process_workers import ProcessWorkers  # noqa: PLC0415

    def replay(play: Play) -> ScenarioFinished | None:
        item = plain[play]
        try:
            result = session.result(item.suite, play, item.played)
            return item.finished(result) if _is_plain(result) else None
        except Exception:  # noqa: BLE001  # it is played again in a process in which pytest sees the error
            return None

    session.replays = ProcessWorkers(
        replay,
        list(plain),
        processes=processes,
        begin=session.cache.reopen,
        end=session.cache.close,
    )
    try:
        yield
    finally:
        session.replays.stop()


def _shared_slots(session: ScenarioSession, config: pytest.Config) -> Slots | None:
    """Places that the workers of xdist share; None if there is room for all of them."""
    workers = worker_count(config)
    counts = {lane: count for lane, count in session.limits.items() if count < workers}
    if not counts:
        return None
    # Late: only such workers load the locks.
    from harness.parallel.slots import Slots  # noqa: PLC0415

    cache = cache_file(config)
    run = config.workerinput["testrunuid"]  # type: ignore[attr-defined]  # xdist sets it
    return Slots(cache.parent if cache else Path(tempfile.gettempdir(), f"harness-{run}"), counts)


def _needs_results(config: pytest.Config) -> bool:
    """Whether a plugin needs the whole result of a passed scenario, or a play writes goldens."""
    plugins = ("harness_allure_seat", "harness_conversation_view")
    return config.getoption("--harness-update") or any(
        map(config.pluginmanager.has_plugin, plugins)
    )


def _plain_items(items: Sequence[pytest.Item]) -> Iterator[ScenarioItem]:
    """Items that are played once and run no code of the project, which may print or count."""
    runs_code: dict[tuple[Suite, str], bool] = {}
    for item in items:
        if type(item) is not ScenarioItem or item.get_closest_marker("skip") is not None:
            continue
        key = (item.suite, item.play.provider)
        if key not in runs_code:
            runs_code[key] = _runs_code(*key)
        if not runs_code[key]:
            yield item


def _runs_code(suite: Suite, provider: str) -> bool:
    project = suite.project
    if project.has_own_checks:
        return True
    try:
        definition = definition_of(project.config, project.provider_config(provider))
    except AuthoringError:
        # It is raised again when the scenario is played.
        return True
    return definition.client is not None


def _is_plain(result: ScenarioResult) -> bool:
    return result.outcome is Outcome.PASSED and not (result.notes or result.skips)
