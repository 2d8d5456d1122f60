"""A pytest session that plays scenarios: of which projects, and what listens to it."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.core import AuthoringError
from harness.formats.parsed_cache import ParsedCache
from harness.parallel.workers import Workers
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import EARLY_SCENARIOS, Project
from harness.project_file import find_config
from harness.pytest_plugin.attempts import Attempts
from harness.pytest_plugin.no_effect import note_providers, note_repeats
from harness.pytest_plugin.options import fail_on, judging_of
from harness.pytest_plugin.red_tests import RedTests
from harness.pytest_plugin.run_budget import budget_of, require_counted
from harness.pytest_plugin.suite import Suite
from harness.reports.run_events import (
    Event,
    FileUnread,
    Identity,
    Listener,
    ReportsMade,
    ScenarioFinished,
)
from harness.reports.tally import Tally

if TYPE_CHECKING:
    from harness.checks.goldens import GoldenLedger
    from harness.evaluation import Takes
    from harness.parallel.part_of_plan import ChosenPart
    from harness.parallel.slots import Slots
    from harness.reports.results import Record

GARBAGE = (10_000, 20, 100)
"""Python's limits for collecting garbage from the opening of a project on: reading and playing a
scenario makes thousands of values that live as long as it, so looking for cycles at every 700 of
them takes a tenth of a replay."""


class ScenarioSession:
    """The part of a pytest session that plays scenarios, of one project or of several."""

    def __init__(self, config: pytest.Config, mode: Mode, *, named: Path | None = None) -> None:
        """`named` is the harness.yaml of all files, where one is named.

        Raises `pytest.UsageError` where an option is wrong.
        """
        self.mode = mode
        self.judging = judging_of(config, mode)
        self.is_live = mode.is_live or self.judging.asks
        """Whether servers are asked: bots, or models that judge them."""
        # Recorded times were seen before.
        self.tally = Tally(keeps_latencies=mode.is_live)
        self.listeners: list[Listener] = [self.tally.listen, self._note_reports]
        """They are called with each event, in this order."""
        self.attempts = Attempts(config)
        self.red_tests = RedTests()
        self.record_of: Callable[[Identity, ScenarioResult | Takes], Record] | None = None
        """Makes the record of what finished; None if no reporter writes any."""
        self.problem = ""
        """Why a report could not be made; empty if all were."""
        self.players: Workers[Play, ScenarioResult] | None = None
        """Threads that hold conversations ahead; None if there are none."""
        self.replays: Workers[Play, ScenarioFinished] | None = None
        """Processes that replay scenarios ahead, and hand over those that passed."""
        self.slots: Slots | None = None
        """Places that the workers of xdist share; None if there is room for all of them."""
        self.ledger: GoldenLedger | None = None
        """Collects the goldens that are rewritten; None if they are only read."""
        self.part: ChosenPart | None = None
        """The part that is played of what was collected; None if all of it is."""
        self.cache = ParsedCache(cache_file(config))
        self._config = config
        self._named = named
        self._fail_on = fail_on(config)
        self.budget = budget_of(config) if self.is_live else None
        """What live conversations and judges may spend together; None for no limit."""
        self._opened: dict[Path, Suite | AuthoringError] = {}
        self._above: dict[str, Path | None] = {}
        """The harness.yaml above each folder that was asked for."""
        self.shown_wrong: set[Path] = set()
        """Each wrong harness.yaml that stands in the place of its scenarios."""
        self._garbage = gc.get_threshold()

    @property
    def suites(self) -> list[Suite]:
        """The projects that were opened, in this order."""
        return [suite for suite in self._opened.values() if isinstance(suite, Suite)]

    def open(self, file: Path) -> Suite | AuthoringError:
        """The project of a harness.yaml, which is read once; or what is wrong with it."""
        suite = self._opened.get(file)
        if suite is None:
            # One project at a time is read by several processes.
            for other in self.suites:
                other.entries.stop()
            gc.set_threshold(*GARBAGE)
            try:
                suite = self._suite(file)
            except AuthoringError as error:
                suite = error
            self._opened[file] = suite
        return suite

    @property
    def notes(self) -> list[str]:
        """What people should know although nothing failed, of providers first."""
        return [*self.provider_notes, *self.tally.notes]

    @property
    def provider_notes(self) -> list[str]:
        """The notes about providers that this process used."""
        return [note for suite in self.suites for note in suite.runner.contexts.notes]

    @property
    def providers(self) -> Collection[str]:
        """Names of all providers of the opened projects."""
        return {name for suite in self.suites for name in suite.project.config.providers}

    def sources(self) -> Iterator[str]:
        """Texts of the harness.yaml files of the opened projects; one comes once a provider."""
        for suite in self.suites:
            for provider in suite.project.config.providers.values():
                yield provider.node.place.source.text

    def file_above(self, file: str) -> Path | None:
        """The nearest harness.yaml above a file, or the one that is named for all of them."""
        folder = file.rpartition(os.sep)[0]
        if folder not in self._above:
            self._above[folder] = self._named or find_config(Path(folder))
        return self._above[folder]

    def suite_above(self, file: str) -> Suite | AuthoringError | None:
        """The project that a file lies in; None if there is no harness.yaml above it."""
        found = self.file_above(file)
        return None if found is None else self.open(found)

    def suite_for(self, file: str) -> Suite | AuthoringError | None:
        """The project that a file lies in, or else that of pytest's root or the current folder."""
        here = (self._config.rootpath, self._config.invocation_params.dir)
        found = map(self.suite_above, (file, *(str(folder / "_") for folder in here)))
        return next((suite for suite in found if suite is not None), None)

    def collected(self) -> None:
        """Collection is over; its objects live until the end of the run."""
        if any(suite.planner.has_scenarios for suite in self.suites):
            providers = set().union(*(suite.planner.providers for suite in self.suites))
            note_providers(self._config, providers)
            note_repeats(self._config)
            if self.budget is not None:
                require_counted(self._config, self.budget, self.suites)
        for suite in self.suites:
            suite.entries.stop()
            suite.project.room_for_early = 0
        self.cache.flush()
        gc.freeze()

    @pytest.hookimpl
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Emit that a file could not be collected."""
        if report.failed and not hasattr(self._config, "workerinput"):
            self.emit(FileUnread(file=report.nodeid, message=str(report.longrepr)))

    def emit(self, event: Event) -> None:
        """Call every listener with an event."""
        for listen in self.listeners:
            listen(event)

    def with_record(
        self, event: ScenarioFinished, identity: Identity, result: ScenarioResult | Takes
    ) -> ScenarioFinished:
        """What finished, with its record if one is written."""
        if self.record_of is None:
            return event
        return replace(event, record=self.record_of(identity, result))

    def finish(
        self, event: ScenarioFinished, identity: Identity, result: ScenarioResult | Takes
    ) -> None:
        """Emit what finished. If it cannot be recorded, the record says why, and that is raised."""
        try:
            finished = self.with_record(event, identity, result)
        except Exception as error:
            # Late: it happens seldom.
            from harness.reports.results import crashed_record  # noqa: PLC0415

            self.emit(replace(event, record=crashed_record(identity, result, error)))
            raise
        self.emit(finished)

    def finished_elsewhere(self, play: Play) -> ScenarioFinished | None:
        """The event of another process that played it; None if it is to be played here."""
        return None if self.replays is None else self.replays.result(play)

    def result(
        self, suite: Suite, play: Play, run: Callable[[Play], ScenarioResult]
    ) -> ScenarioResult:
        """The result of a play: played ahead, or run now."""
        ahead = None if self.players is None else self.players.result(play)
        if ahead is not None:
            return ahead
        with self.slots.taken(suite.lanes.of(play.provider)) if self.slots else nullcontext():
            return run(play)

    def close(self) -> None:
        """Close what the run opened."""
        # If collection was interrupted, other processes are still reading.
        for suite in self.suites:
            suite.entries.stop()
        gc.set_threshold(*self._garbage)
        self.cache.close()

    def _suite(self, file: Path) -> Suite:
        here = self._config.invocation_params.dir
        shown = file.relative_to(here).as_posix() if file.is_relative_to(here) else file.name
        project = Project.at(file, cache=self.cache, shown=shown)
        project.room_for_early = 0 if self._config.option.collectonly else EARLY_SCENARIOS
        project.goldens.ledger = self.ledger
        holding = self._config.getoption("--harness-holding")
        runner = Runner(
            project,
            self.mode,
            share=worker_count(self._config),
            fail_on=self._fail_on,
            holding=Path(here, holding, self._prefix(file.parent)) if holding else None,
            budget=self.budget,
            judging=self.judging,
        )
        return Suite(self._config, project, runner)

    @property
    def limits(self) -> dict[str, int]:
        """Conversations at once in each lane of the opened projects."""
        return {lane: n for suite in self.suites for lane, n in suite.lanes.limits.items()}

    def _prefix(self, root: Path) -> Path:
        """A project's folder below that of new recordings, as several may name theirs alike.

        Empty for the project that pytest runs in, and for one that is named for the whole run.
        """
        here = self._config.invocation_params.dir
        if self._named is not None or here.is_relative_to(root):
            return Path()
        above = next(
            (one for one in (here, self._config.rootpath) if root.is_relative_to(one)), None
        )
        return root.relative_to(above) if above is not None else Path(root.name)

    def _note_reports(self, event: Event) -> None:
        if isinstance(event, ReportsMade):
            self.problem = event.problem


def cache_file(config: pytest.Config) -> Path | None:
    """The file of the cache of parsed files; None if there is no cache."""
    # The cache plugin can be switched off with -p no:cacheprovider; then nothing is stored.
    cache = getattr(config, "cache", None)
    try:
        return None if cache is None else cache.mkdir("harness") / "parsed.sqlite"
    except OSError:
        # The project is read-only or the disk is full, of which pytest warns.
        return None


def worker_count(config: pytest.Config) -> int:
    """How many workers of xdist play, if this process is one of them; otherwise 1."""
    return int(getattr(config, "workerinput", {}).get("workercount", 1))
