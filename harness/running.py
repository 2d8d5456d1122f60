"""Plays scenarios without pytest: `harness.run`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from harness.core import did_you_mean
from harness.evaluation import Takes
from harness.parallel.process_workers import ProcessWorkers
from harness.parallel.thread_workers import ThreadWorkers
from harness.parallel.workers import Lanes, Workers, further_processes
from harness.plans import Plan, PlannedScenario
from harness.play.broken import ESCAPED, unread
from harness.play.budget import Budget
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.planning import repeat_of, waivers_of
from harness.project.project import Project
from harness.project_file import JudgeMode
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
from harness.scenario import Waiver, WaiverKind, repeat_from


def run(
    plan: Plan,
    *,
    mode: str = "replay",
    judge: str | None = None,
    concurrency: int | None = None,
    processes: int = 1,
    budget: str | None = None,
) -> Iterator[dict[str, Any]]:
    """Play a plan. Gives the record of each scenario, in the plan's order.

    A record is what `results.json` holds of a conversation. `mode` is replay, record, refresh, live
    or drift. In all modes but replay, `concurrency` is how many conversations are held at once; as
    many as harness.yaml says if left out. `processes` is how many replay together, where this one
    can be forked. `judge` is where answers of judges come from: replay, record, refresh, live or
    off; by default as the mode says. `budget` is what may be spent, such as `2.50USD` or
    `100000tokens`; what is not played because of it is BROKEN. Closing the iterator ends the run.

    Raises `ValueError` for an unknown mode, for a number that is below 1 or has no effect in the
    mode, and for a budget that is not one or counts nothing; `AuthoringError` if harness.yaml is
    wrong. What is wrong with a scenario only when it is played is in its record.
    """
    if mode not in set(Mode):
        raise ValueError(f"unknown mode {mode!r}; {did_you_mean(mode, Mode)}")
    if judge is not None and judge not in set(JudgeMode):
        raise ValueError(f"unknown mode of judges {judge!r}; {did_you_mean(judge, JudgeMode)}")
    known = Mode(mode)
    if processes < 1 or (concurrency is not None and concurrency < 1):
        raise ValueError("'concurrency' and 'processes' are at least 1")
    if known.is_live and processes > 1:
        raise ValueError(f"'processes' has no effect in the mode {mode}; use 'concurrency'")
    if not known.is_live and concurrency is not None:
        raise ValueError(f"'concurrency' has no effect in the mode {mode}; use 'processes'")
    project = Project.at(plan.config)
    project.repeat = repeat_from(plan.repeat) if plan.repeat else None
    judging = JudgeMode(judge) if judge is not None else None
    limit = None if budget is None else _budget(budget, plan, project, known, judging)
    return records_of(plan, project, known, concurrency, processes, judging=judging, budget=limit)


def _budget(
    text: str, plan: Plan, project: Project, mode: Mode, judging: JudgeMode | None
) -> Budget:
    """The budget of a run. Raises `ValueError` if nothing that it counts can be spent."""
    budget = Budget.parse(text)
    if not mode.is_live and not (judging or JudgeMode.following(mode)).asks:
        raise ValueError(f"'budget' has no effect in the mode {mode}, which costs nothing")
    counted = budget.counted_in(project, {one.play.provider for one in plan.scenarios})
    if plan.scenarios and not any(counts for _, counts in counted):
        raise ValueError(f"the budget {budget} counts the costs of no provider of the plan")
    return budget


def _ignored(_event: Event) -> None:
    """For a run that nobody watches."""


def records_of(  # noqa: PLR0913  # one parameter an option
    plan: Plan,
    project: Project,
    mode: Mode,
    concurrency: int | None = None,
    processes: int = 1,
    *,
    judging: JudgeMode | None = None,
    budget: Budget | None = None,
    listen: Listener = _ignored,
) -> Iterator[Record]:
    """The records of a plan, as `run` gives them, for a project that is open already.

    `listen` is told how far the conversations are that threads of this process hold.
    """
    runner = Runner(project, mode, judging=judging, budget=budget)
    player = PlanPlayer(project, runner, mode, listen)
    record = player.record
    workers: Workers[PlannedScenario, Record] | None = None
    if mode.is_live or runner.consulting.asking.mode.asks:
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
            result = Takes.played(
                repeat, lambda one: self._take(play.as_take(one), entry.line), scenario.takes
            )
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


def _nothing() -> None:
    """What there is to do before and after a process's work."""
