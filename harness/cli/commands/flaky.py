"""`harness flaky`: where the takes of a scenario part, and which reply goes with the failures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from harness.cli.terminal import echo, show
from harness.core import ConfigurationError, Problem, did_you_mean
from harness.evaluation.parting import Parting, find_parting
from harness.evaluation.takes import Takes
from harness.plans import Plan, plan
from harness.play.recording_files import recording_path
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.scenario.repeats import MOST_TAKES, all_of


def find_flaky_turns(
    name: str, *, providers: Sequence[str], row: str, as_json: bool
) -> Sequence[Parting]:
    """Replay all recorded takes of a scenario, and print where they part.

    `name` is a scenario's id or its file. Raises `ConfigurationError` if there are fewer than two
    takes.
    """
    planned = plan_of(name, providers)
    project = Project.at(planned.config)
    runner = Runner(project, Mode.REPLAY)
    found: dict[str, Parting] = {}
    for one in planned.scenarios:
        if row and one.play.row != row:
            continue
        count = _recorded(project, one.play)
        if count > 1:
            results = tuple(map(runner.run, one.play.takes(count)))
            found[one.play.name] = find_parting(Takes.of(results, all_of(count)))
    if not found:
        raise ConfigurationError(
            Problem(
                code="no-takes",
                where=name,
                message="fewer than two takes are recorded, so there is nothing to compare",
                hint=f"harness run --mode record --repeat 10 {name}",
            )
        )
    if as_json:
        echo(json.dumps([parting.json(shown) for shown, parting in found.items()], indent=2))
    else:
        show([parting.section(shown) for shown, parting in found.items()])
    return tuple(found.values())


def plan_of(name: str, providers: Sequence[str]) -> Plan:
    """The plan of one scenario."""
    if Path(name).exists():
        return plan(name, providers=providers)
    whole = plan(providers=providers)
    scenarios = tuple(one for one in whole.scenarios if one.play.scenario == name)
    if not scenarios:
        known = {one.play.scenario for one in whole.scenarios}
        raise ConfigurationError(
            Problem(
                code="unknown-scenario",
                where=name,
                message="there is no scenario with this id, and no such file",
                hint=did_you_mean(name, known),
            )
        )
    return Plan(config=whole.config, scenarios=scenarios)


def _recorded(project: Project, play: Play) -> int:
    """How many takes have a recording, without a gap, from the first."""
    for number in range(1, MOST_TAKES + 1):
        if not recording_path(project, play.as_take(number)).is_file():
            return number - 1
    return MOST_TAKES
