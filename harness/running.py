"""Plans and plays scenarios without pytest: `harness.plan` and `harness.run`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from harness.config import find_config, unknown_tag
from harness.core import (
    AuthoringError,
    ConfigurationError,
    Problem,
    ScenarioError,
    did_you_mean,
    no_such_file,
    value_class,
)
from harness.evaluation import Takes
from harness.parallel.process_workers import ProcessWorkers
from harness.parallel.thread_workers import ThreadWorkers
from harness.parallel.workers import Lanes, Workers, further_processes
from harness.play.broken import ESCAPED, unread
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.loading import entry_of
from harness.project.near_paths import nearest_path
from harness.project.plan import Entry, Mode, Play
from harness.project.planning import Planner, repeat_of, waivers_of
from harness.project.project import Project
from harness.reports.results import Record, expected_record, record_of, skipped_record
from harness.reports.run_events import (
    Event,
    Identity,
    Listener,
    PlayBegan,
    PlayEnded,
    PlayingBegan,
    PlayingEnded,
    ScenarioSkipped,
)
from harness.scenario import Waiver, WaiverKind, is_scenario_file


@value_class(frozen=True, slots=True, kw_only=True)
class PlannedScenario:
    """A scenario to be played: in a plan once for each provider and row of its matrix."""

    id: str
    """As records have it: `scenarios/hello.yaml::hello[shop]`."""
    play: Play
    """File, provider and row; the first of its takes."""
    entry: Entry
    """What its file says beside its turns: tags, title, takes, `skip` and `xfail`."""


@value_class(frozen=True, slots=True, kw_only=True)
class Plan:
    """What there is to play of a project. It pickles, so that parts can be played elsewhere."""

    config: Path
    """The project's harness.yaml."""
    scenarios: tuple[PlannedScenario, ...]
    """In the order of their files."""


def plan(
    *paths: str | os.PathLike[str],
    config: str | os.PathLike[str] | None = None,
    providers: Iterable[str] = (),
    tags: Iterable[str] = (),
) -> Plan:
    """Read scenarios and say what there is to play of them.

    `paths` are scenario files, and folders of such; all scenarios of the project if left out.
    `config` is the project's harness.yaml, by default the nearest one above the current folder.
    `providers` are those to play against, as `--harness-provider` names them. Of `tags` a scenario
    has at least one. Either can be a single name.

    Raises `AuthoringError` with all that is wrong with these files, and for a provider or tag that
    nothing has.
    """
    file = find_config(Path.cwd()) if config is None else Path(config).resolve()
    if file is None:
        message = "there is no harness.yaml in the current folder or above"
        hint = "change into a project, or start one: harness init"
        raise ConfigurationError(Problem(code="no-project", message=message, hint=hint))
    project = Project.at(file)
    chosen, wanted = _names(providers), _names(tags)
    unknown = [name for name in chosen if name not in project.config.providers]
    if unknown:
        raise ConfigurationError(map(project.unknown_provider, unknown))
    planned: list[PlannedScenario] = []
    problems: list[Problem] = []
    planner = Planner(project, chosen)
    for path in _files(project, paths):
        try:
            planned += _planned(project, planner, path)
        except AuthoringError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    known = {*(project.config.tags or ()), *(tag for one in planned for tag in one.entry.tags)}
    if missing := [tag for tag in wanted if tag not in known]:
        raise ConfigurationError(unknown_tag(tag, known) for tag in missing)
    scenarios = (one for one in planned if not wanted or {*wanted} & {*one.entry.tags})
    return Plan(config=file, scenarios=tuple(scenarios))


def run(
    plan: Plan, *, mode: str = "replay", concurrency: int | None = None, processes: int = 1
) -> Iterator[dict[str, Any]]:
    """Play a plan. Gives the record of each scenario, in the plan's order.

    A record is what `results.json` holds of a conversation. `mode` is replay, record, refresh, live
    or drift. In all modes but replay, `concurrency` is how many conversations are held at once; as
    many as harness.yaml says if left out. `processes` is how many replay together, where this one
    can be forked. Closing the iterator ends the run.

    Raises `ValueError` for an unknown mode, and for a number that is below 1 or has no effect in
    the mode; `AuthoringError` if harness.yaml is wrong. What is wrong with a scenario only when it
    is played is in its record.
    """
    if mode not in set(Mode):
        raise ValueError(f"unknown mode {mode!r}; {did_you_mean(mode, Mode)}")
    known = Mode(mode)
    if processes < 1 or (concurrency is not None and concurrency < 1):
        raise ValueError("'concurrency' and 'processes' are at least 1")
    if known.is_live and processes > 1:
        raise ValueError(f"'processes' has no effect in the mode {mode}; use 'concurrency'")
    if not known.is_live and concurrency is not None:
        raise ValueError(f"'concurrency' has no effect in the mode {mode}; use 'processes'")
    return records_of(plan, Project.at(plan.config), known, concurrency, processes)


def _ignored(_event: Event) -> None:
    """For a run that nobody watches."""


def records_of(
    plan: Plan,
    project: Project,
    mode: Mode,
    concurrency: int | None = None,
    processes: int = 1,
    *,
    listen: Listener = _ignored,
) -> Iterator[Record]:
    """The records of a plan, as `run` gives them, for a project that is open already.

    `listen` is told how far the conversations are that threads of this process hold.
    """
    runner = Runner(project, mode)
    player = PlanPlayer(project, runner, mode, listen)
    record = player.record
    workers: Workers[PlannedScenario, Record] | None = None
    if mode.is_live:
        lanes = Lanes(project.config, concurrency)
        workers = ThreadWorkers(
            record,
            plan.scenarios,
            concurrency=concurrency or project.config.concurrency,
            limits=lanes.limits,
            lanes=lambda scenario: lanes.of(scenario.play.provider),
        )
        listen(PlayingBegan(plays=sum(map(player.plays, plan.scenarios))))
    elif further := further_processes(len(plan.scenarios), processes):
        workers = ProcessWorkers(
            record, plan.scenarios, processes=further, begin=_nothing, end=_nothing
        )
    try:
        for scenario in plan.scenarios:
            ahead = workers.result(scenario) if workers is not None else None
            yield ahead if ahead is not None else record(scenario)
    finally:
        runner.stop()
        if workers is not None:
            workers.stop()
        listen(PlayingEnded())


class PlanPlayer:
    """Plays scenarios, each with all its takes. Safe for threads."""

    def __init__(
        self, project: Project, runner: Runner, mode: Mode, listen: Listener = _ignored
    ) -> None:
        self._project = project
        self._runner = runner
        self._mode = mode
        self._listen = listen

    def plays(self, scenario: PlannedScenario) -> int:
        """How many conversations a scenario has at most; 0 if it is skipped."""
        if self._skips(scenario):
            return 0
        return repeat_of(self._project, scenario.entry, self._mode).takes

    def record(self, scenario: PlannedScenario) -> Record:
        """The record of a scenario, as pytest counts it where it is skipped or expected to fail."""
        return self.played(scenario)[0]

    def played(self, scenario: PlannedScenario) -> tuple[Record, ScenarioResult | Takes | None]:
        """The record of a scenario, and its result; None if it is skipped."""
        play, entry = scenario.play, scenario.entry
        waivers = self._waivers(scenario)
        if skips := self._skips(scenario):
            skipped = ScenarioSkipped(id=scenario.id, play=play, line=entry.line, reason=skips[-1])
            return skipped_record(skipped), None
        repeat = repeat_of(self._project, entry, self._mode)
        result: ScenarioResult | Takes
        if repeat.is_repeated:
            result = Takes.played(repeat, lambda one: self._take(play.as_take(one), entry.line))
            self._runner.drop_takes(play, result.unplayed)
        else:
            result = self._result(self._runner.run, play, entry.line)
        record = record_of(Identity(id=scenario.id, row=play.row), result)
        if waivers:
            record = expected_record(record, waivers[0].reason, is_strict=waivers[0].strict)
        return record, result

    def _waivers(self, scenario: PlannedScenario) -> Sequence[Waiver]:
        """What its file says about skipping it, or that it is expected to fail."""
        entry, play = scenario.entry, scenario.play
        return waivers_of(entry, play, self._mode, self._project.environment)

    def _skips(self, scenario: PlannedScenario) -> list[str]:
        """Why it is skipped; nothing if it is played."""
        waivers = self._waivers(scenario)
        return [waiver.reason for waiver in waivers if waiver.kind is WaiverKind.SKIP]

    def _take(self, play: Play, line: int) -> ScenarioResult:
        return self._result(self._runner.run_take, play, line)

    def _result(
        self, run: Callable[[Play], ScenarioResult], play: Play, line: int
    ) -> ScenarioResult:
        self._listen(PlayBegan(play=play))
        try:
            result = run(play)
        except ESCAPED as error:
            result = unread(play, self._project.config.shown(play.file), line, error)
        self._listen(PlayEnded(play=play, turns=len(result.transcript.turns)))
        return result


def _names(given: Iterable[str]) -> tuple[str, ...]:
    """Names as a program gives them; a text is one name, not its letters."""
    return (given,) if isinstance(given, str) else tuple(given)


def _planned(project: Project, planner: Planner, path: Path) -> list[PlannedScenario]:
    entry, shown = entry_of(project, path), project.config.shown(path)
    return [
        PlannedScenario(id=f"{shown}::{play.name}", play=play, entry=entry)
        for play in planner.plays_of(path, entry)
    ]


def _files(project: Project, paths: Sequence[str | os.PathLike[str]]) -> Iterator[Path]:
    """The scenario files among paths, and below the folders among them; each once."""
    folder = project.config.scenarios
    found: dict[Path, None] = {}
    for given in paths or (folder,):
        path = Path(given).resolve()
        if given is not folder and not path.exists():
            raise no_such_file(str(given), nearest_path(str(given), folder))
        # A file that is named is a scenario, wherever it lies.
        inside = sorted(path.rglob("*")) if path.is_dir() else ()
        named = () if path.is_dir() else (path,)
        found |= dict.fromkeys(named)
        found |= dict.fromkeys(file for file in inside if is_scenario_file(file, folder))
    yield from found


def _nothing() -> None:
    """What there is to do before and after a process's work."""
