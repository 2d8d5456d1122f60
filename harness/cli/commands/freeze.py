"""`harness freeze`: a recorded conversation of a simulated user as a plain scenario."""

from __future__ import annotations

from collections.abc import Sequence

from harness.authoring.freezing import Frozen, freeze
from harness.cli.commands.flaky import plan_of
from harness.cli.terminal import echo
from harness.core import ConfigurationError, Problem
from harness.formats.yaml import read
from harness.project.project import Project


def freeze_simulation(
    name: str, *, take: int, row: str, providers: Sequence[str], new_name: str
) -> Frozen:
    """Write a take of a scenario as a plain scenario, and print where it is.

    `name` is a scenario's id or its file. Raises `ConfigurationError` if several conversations
    could be meant, and `ScenarioError` if it cannot be written.
    """
    planned = plan_of(name, providers)
    project = Project.at(planned.config)
    plays = [one.play for one in planned.scenarios if not row or one.play.row == row]
    if len(plays) != 1:
        raise ConfigurationError(
            Problem(
                code="several-conversations" if plays else "unknown-row",
                where=name,
                message=f"{len(plays)} conversations are meant, one can be frozen",
                hint="choose one with --row or --provider",
            )
        )
    play = plays[0].as_take(take)
    document = read(project.files.read(play.file), project.config.shown(play.file))
    frozen = freeze(project, play, document.at(), new_name or f"{play.scenario}-frozen")
    echo(f"{frozen.scenario}: written, {frozen.turns} turns")
    if frozen.cassette:
        echo(f"{frozen.cassette}: written")
    else:
        echo(f"next: harness run --mode record {frozen.scenario}")
    return frozen
