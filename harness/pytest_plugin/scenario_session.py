"""A pytest session that plays scenarios: of which projects, how, and what came of them."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.conversation import Outcome
from harness.core.errors import AuthoringError
from harness.core.project_file import find_config
from harness.formats.parsed_cache import ParsedCache
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import EARLY_SCENARIOS, Project
from harness.pytest_plugin.attempts import Attempts
from harness.pytest_plugin.classes import Classes
from harness.pytest_plugin.no_effect import note_providers, note_repeats
from harness.pytest_plugin.options import fail_on
from harness.pytest_plugin.suite import Suite
from harness.reports.earlier import Earlier
from harness.reports.tally import Tally

if TYPE_CHECKING:
    from harness.checks.golden_ledger import GoldenLedger
    from harness.evaluation import Takes
    from harness.parallel.players import Players
    from harness.parallel.slots import Slots
    from harness.pytest_plugin.replays import PassedSummary, Replays
    from harness.pytest_plugin.reporting import RunReports

GARBAGE = (10_000, 20, 100)
"""Python's limits for collecting garbage from the opening of a project on: reading and playing a
scenario makes thousands of values that live as long as it, so looking for cycles at every 700 of
them takes a tenth of a replay."""

REPLAYED_AGAIN = (
    "it was run again from its recording, which cannot come out otherwise; play it with --mode live"
)

STOP_SECONDS = 0.8
"""What stopping may take, closing steps included; Ctrl-C shall end within a second."""


class ScenarioSession:
    """The part of a pytest session that plays scenarios, of one project or of several."""

    def __init__(self, config: pytest.Config, mode: Mode, *, named: Path | None = None) -> None:
        """`named` is the harness.yaml of all files, where one is named.

        Raises `pytest.UsageError` where an option is wrong.
        """
        self.mode = mode
        # Recorded times are no news.
        self.tally = Tally(keeps_latencies=mode.is_live)
        self.attempts = Attempts(config)
        self.classes = Classes()
        self.reports: RunReports | None = None
        self.ledger: GoldenLedger | None = None
        """Takes the goldens that are rewritten; None where they are only read."""
        self.cache = ParsedCache(_cache_file(config))
        self._config = config
        self._named = named
        self._fail_on = fail_on(config)
        self._opened: dict[Path, Suite | AuthoringError] = {}
        self._above: dict[str, Path | None] = {}
        """The harness.yaml above each folder that was asked for."""
        self.told_wrong: set[Path] = set()
        """Each wrong harness.yaml that was told where its scenarios are collected."""
        self._garbage = gc.get_threshold()
        self._players: Players | None = None
        self._replays: Replays | None = None
        self._slots: Slots | None = None

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
        of_providers = [note for suite in self.suites for note in suite.runner.contexts.notes]
        return [*of_providers, *self.tally.notes]

    @property
    def providers(self) -> Collection[str]:
        """Names of all that the opened projects know."""
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
        """The project that a file lies in; None where it lies in none."""
        found = self.file_above(file)
        return None if found is None else self.open(found)

    def suite_for(self, file: str) -> Suite | AuthoringError | None:
        """The same; for what lies in none, that of pytest's root folder or the current folder."""
        here = (self._config.rootpath, self._config.invocation_params.dir)
        for place in (file, *(str(folder / "_") for folder in here)):
            found = self.suite_above(place)
            if found is not None:
                return found
        return None

    def collected(self) -> None:
        """Collection is over; what it left behind stays until the end."""
        if any(suite.has_scenarios for suite in self.suites):
            note_providers(self._config, {name for one in self.suites for name in one.played})
            note_repeats(self._config)
        for suite in self.suites:
            suite.entries.stop()
            suite.project.room_for_early = 0
        self.cache.flush()
        gc.freeze()

    @contextmanager
    def playing(self, items: Sequence[pytest.Item]) -> Iterator[None]:
        """Play ahead while pytest runs its items; stop when it stops."""
        # Workers of xdist get their items one by one, so there is nothing to play ahead.
        is_worker = hasattr(self._config, "workerinput")
        if not self.mode.is_live:
            with self._replaying_ahead(items):
                yield
            return
        self._slots = self._shared_slots()
        with nullcontext() if is_worker else self._playing_ahead(items):
            yield

    @contextmanager
    def _replaying_ahead(self, items: Sequence[pytest.Item]) -> Iterator[None]:
        from harness.pytest_plugin.replays import replays_of  # noqa: PLC0415  # it imports this

        self._replays = replays_of(self, items, self._config)
        try:
            yield
        finally:
            if self._replays is not None:
                self._replays.stop()

    @contextmanager
    def _playing_ahead(self, items: Sequence[pytest.Item]) -> Iterator[None]:
        from harness.parallel.players import Players  # noqa: PLC0415  # a replay plays inline

        asked = [item for item in items if item.get_closest_marker("skip") is None]
        owners: dict[Play, Suite] = {
            play: item.suite  # type: ignore[attr-defined]  # what has plays has a suite
            for item in asked
            for play in getattr(item, "plays", ())
        }
        wanted: int | None = self._config.getoption("--harness-concurrency")
        each = sum(suite.project.config.concurrency for suite in self.suites)
        self._players = Players(
            lambda play: owners[play].runner.run(play),
            owners,
            concurrency=wanted or each,
            limits=self._limits(),
            lanes=lambda play: owners[play].lanes(play.provider),
        )
        # Late, as above.
        from harness.pytest_plugin.progress import showing_progress  # noqa: PLC0415

        self._players.start()
        try:
            with showing_progress(self._config, self._players, self.mode.value):
                yield
        finally:
            for suite in self.suites:
                suite.runner.stop()
            self._players.stop(STOP_SECONDS)

    def told(self, play: Play) -> PassedSummary | None:
        """What another process told of a play that passed; None where it is to be played here."""
        return None if self._replays is None else self._replays.told(play)

    def result(self, suite: Suite, play: Play) -> ScenarioResult:
        """What came of a play: played ahead, or played now."""
        players = self._players
        if players is not None and players.has(play):
            return players.result(play)
        if self.mode is Mode.REPLAY:
            return suite.runner.run(play)
        lanes = suite.lanes(play.provider)
        with self._slots.taken(lanes) if self._slots else nullcontext():
            return suite.runner.run(play)

    def report(
        self,
        item: pytest.Item,
        play: Play,
        result: ScenarioResult,
        earlier: Sequence[Earlier] = (),
    ) -> None:
        """Count a conversation, and tell reporters that write while a test runs."""
        if earlier and result.transcript.is_recorded:
            result = replace(result, notes=(*result.notes, REPLAYED_AGAIN))
        self.tally.add(play.provider, result)
        self.tally.earlier += len(earlier)
        if self.reports is not None:
            self.reports.add(item, play, result, earlier)

    def report_told(self, item: pytest.Item, play: Play, told: PassedSummary) -> None:
        """The same of a scenario that another process played."""
        self.tally.add_counts(
            play.provider, outcome=Outcome.PASSED, turns=told.turns, checks=told.checks
        )
        if self.reports is not None and told.record is not None:
            self.reports.add_record(item, told.record)

    def report_chats(
        self, item: pytest.Item, results: Sequence[ScenarioResult], earlier: Sequence[Earlier] = ()
    ) -> None:
        """The same of the conversations of a Python test."""
        self.tally.earlier += len(earlier)
        if self.reports is not None:
            self.reports.add_chats(item, results, earlier)

    def report_takes(
        self, item: pytest.Item, play: Play, takes: Takes, earlier: Sequence[Earlier] = ()
    ) -> None:
        """The same of a repeated scenario."""
        self.tally.add_takes(play.provider, takes)
        self.tally.earlier += len(earlier)
        if self.reports is not None:
            self.reports.add_takes(item, play, takes, earlier)

    def close(self) -> None:
        """Give back what the run held."""
        # Where collecting was broken off, it goes on elsewhere.
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
            share=_worker_count(self._config),
            fail_on=self._fail_on,
            holding=Path(here, holding, self._prefix(file.parent)) if holding else None,
        )
        return Suite(self._config, project, self, runner)

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

    def _limits(self) -> dict[str, int]:
        return {lane: count for suite in self.suites for lane, count in suite.limits.items()}

    def _shared_slots(self) -> Slots | None:
        """Places that the workers of xdist share; None where there is room for all of them."""
        workers = _worker_count(self._config)
        if workers == 1:
            return None
        from harness.parallel.slots import Slots  # noqa: PLC0415  # only for these workers

        counts = {lane: count for lane, count in self._limits().items() if count < workers}
        kept = _cache_file(self._config)
        run = self._config.workerinput["testrunuid"]  # type: ignore[attr-defined]  # xdist sets it
        folder = kept.parent if kept else Path(tempfile.gettempdir(), f"harness-{run}")
        return Slots(folder, counts) if counts else None


def _cache_file(config: pytest.Config) -> Path | None:
    # The cache plugin can be switched off with -p no:cacheprovider; then nothing is kept.
    cache = getattr(config, "cache", None)
    try:
        return None if cache is None else cache.mkdir("harness") / "parsed.sqlite"
    except OSError:
        # The project is read-only or the disk is full, of which pytest warns.
        return None


def _worker_count(config: pytest.Config) -> int:
    return int(getattr(config, "workerinput", {}).get("workercount", 1))
