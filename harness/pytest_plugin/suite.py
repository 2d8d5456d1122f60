"""One pytest run over a project: what was collected, how it is played, what came of it."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.engine.drift.drift import Drift
from harness.engine.loading import entry_of
from harness.engine.plan import Entry, Mode, Play, amount_problem
from harness.engine.project import EARLY_SCENARIOS, Project
from harness.engine.result import ScenarioResult
from harness.engine.runner import Runner
from harness.errors import AuthoringError, ConfigurationError, Problem, ScenarioError
from harness.parsed_cache import ParsedCache
from harness.pytest_plugin.entries import Entries
from harness.pytest_plugin.keys import SUITE
from harness.pytest_plugin.options import fail_on
from harness.reports.tally import Tally
from harness.scenario import is_scenario_file

PROVIDER_CONCURRENCY = 8
"""Conversations at once with a provider, where neither its entry nor the option says how many."""

if TYPE_CHECKING:
    from harness.engine.players import Players
    from harness.engine.slots import Slots
    from harness.evaluation import Takes
    from harness.pytest_plugin.replays import Replays, Told
    from harness.pytest_plugin.reporting import RunReports
    from harness.scenario import Waiver

GARBAGE = (10_000, 20, 100)
"""Python's limits for collecting garbage while scenarios are played: one makes thousands of values
that live as long as it, so looking for cycles at every 700 of them takes a tenth of a replay."""

STOP_SECONDS = 0.8
"""What stopping may take, closing steps included; Ctrl-C shall end within a second."""

__all__ = ["SUITE", "Suite", "open_suite"]


class Suite:
    """One pytest run over a project."""

    def __init__(
        self, config: pytest.Config, project: Project, mode: Mode, fail_on: Collection[Drift]
    ) -> None:
        self.project = project
        self.mode = mode
        # Recorded times are no news.
        self.tally = Tally(keeps_latencies=mode.is_live)
        self._config = config
        self._folder = f"{project.config.scenarios}{os.sep}"
        self._chosen: Sequence[str] = config.getoption("--harness-provider")
        self._seen: dict[str, Path] = {}
        """The file that each id was first collected from."""
        self._marks: dict[str, pytest.MarkDecorator] = {}
        holding = config.getoption("--harness-holding")
        self.runner = Runner(
            project,
            mode,
            share=_workers(config),
            fail_on=fail_on,
            holding=Path(config.invocation_params.dir, holding) if holding else None,
        )
        self.entries = Entries(project, config)
        self._garbage = gc.get_threshold()
        self._players: Players | None = None
        self._replays: Replays | None = None
        self.reports = _reports(config, project, mode)
        self._slots = self._shared_slots()

    def holds(self, file: Path, *, is_named: bool) -> bool:
        """Whether a YAML file is a scenario."""
        if is_named:
            return True
        return str(file).startswith(self._folder) and is_scenario_file(
            file, self.project.config.scenarios
        )

    def plays_of(self, file: Path, entry: Entry) -> Iterator[Play]:
        """What is to be played of a file.

        Raises `ScenarioError` where its id is taken, or it makes too many conversations.
        """
        self._claim(file, entry)
        providers = self.project.providers_of(entry.providers, self._chosen)
        if message := amount_problem(len(entry.rows), entry.takes, len(providers)):
            hint = "choose fewer with --harness-provider"
            raise self._bad_entry("too-many-conversations", file, entry, message, hint)
        for provider in providers:
            for row in entry.rows:
                yield Play(file=file, scenario=entry.scenario, provider=provider, row=row)

    def waived(self, play: Play, waivers: Sequence[Waiver]) -> list[Waiver]:
        """Those of a scenario's waivers that are about a play."""
        environment = self.project.environment
        return [
            waiver
            for waiver in waivers
            if waiver.applies(
                provider=play.provider, mode=self.mode, row=play.row, environment=environment
            )
        ]

    def mark_of(self, tag: str) -> pytest.MarkDecorator:
        """The marker of a tag; one for all scenarios, because there may be 10,000."""
        mark = self._marks.get(tag)
        if mark is None:
            meaning = (self.project.config.tags or {}).get(tag, "a tag of scenarios")
            self._config.addinivalue_line("markers", f"{tag}: {meaning}")
            mark = self._marks[tag] = getattr(pytest.mark, tag)
        return mark

    def collected(self) -> None:
        """Collection is over; what it left behind stays until the end."""
        self.entries.stop()
        self.project.cache.flush()
        self.project.room_for_early = 0
        gc.freeze()
        gc.set_threshold(*GARBAGE)

    @contextmanager
    def playing(self, items: Sequence[pytest.Item]) -> Iterator[None]:
        """Play ahead while pytest runs its items; stop when it stops."""
        # Workers of xdist get their items one by one, so there is nothing to play ahead.
        is_worker = hasattr(self._config, "workerinput")
        if not self.mode.is_live:
            with self._replaying_ahead(items):
                yield
            return
        from harness.pytest_plugin.stopping import ending_at_sigterm  # noqa: PLC0415  # a replay opens nothing

        with ending_at_sigterm():
            if is_worker:
                yield
            else:
                with self._playing_ahead(items):
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
        from harness.engine.players import Players  # noqa: PLC0415  # a replay plays inline

        asked = [item for item in items if item.get_closest_marker("skip") is None]
        plays = [play for item in asked for play in getattr(item, "plays", ())]
        total, limits = self._concurrency()
        self._players = Players(self.runner.run, plays, concurrency=total, limits=limits)
        # Late, as above.
        from harness.pytest_plugin.progress import showing_progress  # noqa: PLC0415

        self._players.start()
        try:
            with showing_progress(self._config, self._players, self.mode.value):
                yield
        finally:
            self.runner.stop()
            self._players.stop(STOP_SECONDS)

    def told(self, play: Play) -> Told | None:
        """What another process told of a play that passed; None where it is to be played here."""
        return None if self._replays is None else self._replays.told(play)

    def result(self, play: Play) -> ScenarioResult:
        """What came of a play: played ahead, or played now."""
        players = self._players
        if players is not None and players.has(play):
            return players.result(play)
        if self.mode is Mode.REPLAY:
            return self.runner.run(play)
        with self._slots.taken(play.provider) if self._slots else nullcontext():
            return self.runner.run(play)

    def report(self, item: pytest.Item, play: Play, result: ScenarioResult) -> None:
        """Tell reporters that write while a test runs."""
        if self.reports is not None:
            self.reports.add(item, play, result)

    def report_told(self, item: pytest.Item, told: Told) -> None:
        """The same of a scenario that another process played."""
        if self.reports is not None and told.record is not None:
            self.reports.add_record(item, told.record)

    def report_chats(self, item: pytest.Item, results: Sequence[ScenarioResult]) -> None:
        """The same of the conversations of a Python test."""
        if self.reports is not None:
            self.reports.add_chats(item, results)
        allure = self._config.pluginmanager.get_plugin("harness_allure")
        if allure is not None:
            allure.add_chats(results)

    def report_takes(self, item: pytest.Item, play: Play, takes: Takes) -> None:
        """The same of a repeated scenario."""
        if self.reports is not None:
            self.reports.add_takes(item, play, takes)

    def close(self) -> None:
        """Give back what the run held."""
        # Where collecting was broken off, it goes on elsewhere.
        self.entries.stop()
        gc.set_threshold(*self._garbage)
        self.project.cache.close()

    def _concurrency(self) -> tuple[int, dict[str, int]]:
        """Conversations at once, over all providers and with each."""
        config = self.project.config
        wanted = self._config.getoption("--harness-concurrency")
        otherwise = wanted or PROVIDER_CONCURRENCY
        limits = {name: one.concurrency or otherwise for name, one in config.providers.items()}
        return wanted or config.concurrency, limits

    def _shared_slots(self) -> Slots | None:
        """Places that the workers of xdist share; None where there is room for all of them."""
        workers = _workers(self._config)
        if not self.mode.is_live or workers == 1:
            return None
        from harness.engine.slots import ALL, Slots  # noqa: PLC0415  # only for these workers

        total, limits = self._concurrency()
        counts = {n: count for n, count in {**limits, ALL: total}.items() if count < workers}
        kept = _cache_file(self._config)
        run = self._config.workerinput["testrunuid"]  # type: ignore[attr-defined]  # xdist sets it
        folder = kept.parent if kept else Path(tempfile.gettempdir(), f"harness-{run}")
        return Slots(folder, counts) if counts else None

    def _claim(self, file: Path, entry: Entry) -> None:
        key = entry.scenario.casefold()
        first = self._seen.setdefault(entry.scenario if key == entry.scenario else key, file)
        if first == file:
            return
        line = entry_of(self.project, first).line
        where = f"{self.project.config.shown(first)}:{line}"
        message = f"the id '{entry.scenario}' is taken by {where}"
        hint = "ids name cassettes, so each is used once, whatever its case"
        raise self._bad_entry("duplicate-scenario", file, entry, message, hint)

    def _bad_entry(self, code: str, file: Path, entry: Entry, message: str, hint: str) -> Exception:
        where = f"{self.project.config.shown(file)}:{entry.line}"
        return ScenarioError(Problem(code=code, message=message, where=where, hint=hint))


def open_suite(config: pytest.Config, file: Path, mode: str) -> Suite:
    """Read the project of a harness.yaml. Raises `pytest.UsageError` where it is wrong."""
    try:
        project = Project.at(file, cache=ParsedCache(_cache_file(config)))
        project.room_for_early = 0 if config.option.collectonly else EARLY_SCENARIOS
        for name in config.getoption("--harness-provider"):
            if name not in project.config.providers:
                raise ConfigurationError(project.unknown_provider(name))
    except AuthoringError as error:
        raise pytest.UsageError(f"\n{error}") from error
    return Suite(config, project, Mode(mode), fail_on(config))


def _reports(config: pytest.Config, project: Project, mode: Mode) -> RunReports | None:
    folder = config.getoption("--harness-reports")
    if not folder or config.option.collectonly:
        return None
    # Late: most runs of pytest alone ask for none.
    from harness.history.address import address_in  # noqa: PLC0415
    from harness.pytest_plugin.reporting import RunReports  # noqa: PLC0415

    here = config.invocation_params.dir
    given = config.getoption("--harness-history")
    try:
        history = address_in(
            project.config, Path(here, folder), project.environment, given=given, here=here
        )
    except AuthoringError as error:
        raise pytest.UsageError(f"\n{error}") from error
    name = project.config.root.name
    return RunReports(config, Path(here, folder), mode=mode, project=name, history=history)


def _cache_file(config: pytest.Config) -> Path | None:
    # The cache plugin can be switched off with -p no:cacheprovider; then nothing is kept.
    cache = getattr(config, "cache", None)
    return None if cache is None else cache.mkdir("harness") / "parsed.sqlite"


def _workers(config: pytest.Config) -> int:
    return int(getattr(config, "workerinput", {}).get("workercount", 1))
