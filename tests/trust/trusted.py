"""Runs `harness trust` in the folder of a desk."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from typer.testing import CliRunner, Result

from harness.cassettes.inventory import take_inventory
from harness.cassettes.recording_check import Checking
from harness.cli.app import app
from harness.core import HarnessError
from harness.evaluation.strength import StrengthMeter
from harness.evaluation.trust import ScenarioTrust, TrustMeter, trust_of
from harness.project.loading import entry_of
from harness.project.planning import Planner
from harness.project.project import Project

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def trust(*words: str) -> Result:
    """Run the command. Raises its error."""
    result = CliRunner().invoke(app, ["trust", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def refused(*words: str) -> str:
    """Why the command cannot run."""
    try:
        result = trust(*words)
    except HarnessError as error:
        return str(error)
    assert result.exit_code == 2
    return result.output


def scenarios(*words: str) -> dict[str, Any]:
    """What `--json` says of each scenario, by its name."""
    said = json.loads(trust("--json", *words).stdout)
    return {one["scenario"]: one for one in said["scenarios"]}


def measured(project: Project) -> list[ScenarioTrust]:
    """What is known of each scenario of a project, without the command."""
    config = project.config
    recordings = Checking(take_inventory(project), now=NOW, max_age=config.max_age)
    planner, plays = Planner(project, ()), {}
    for file in sorted(config.scenarios.glob("*.yaml")):
        plays[file] = list(planner.plays_of(file, entry_of(project, file)))
    every = [play for of_file in plays.values() for play in of_file]
    meter = TrustMeter(project, StrengthMeter(project, every), recordings)
    return [
        trust_of(project, file, [meter.measured(play) for play in of_file])
        for file, of_file in plays.items()
    ]


def named_in(project: Project) -> list[tuple[str, str]]:
    """Code and place of every finding: file and line."""
    return [
        (finding.code, finding.where.rpartition(":")[0])
        for one in measured(project)
        for finding in one.findings
    ]
