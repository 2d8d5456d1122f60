"""Checks scenario files without playing them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import typer

from harness.cli.here import project_here
from harness.engine.loading import load_scenario
from harness.engine.project import Project
from harness.errors import AuthoringError, Problem, ScenarioError
from harness.scenario import is_scenario_file


def lint_files(paths: Sequence[str]) -> int:
    """Print every problem of the files, of all scenarios where none is named.

    Returns the number of problems.
    """
    project = project_here()
    files = list(_files(project, paths))
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for file in files:
        try:
            scenario = load_scenario(project, file)
            first = seen.setdefault(scenario.id.casefold(), str(scenario.place))
            if first != str(scenario.place):
                message = f"the id '{scenario.id}' is taken by {first}"
                problem = Problem(
                    code="duplicate-scenario",
                    message=message,
                    place=scenario.place,
                    hint="ids name cassettes, so each is used once, whatever its case",
                )
                raise ScenarioError(problem)
        except AuthoringError as error:
            problems += error.problems
            typer.echo(str(error))
    found = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
    typer.echo(f"{len(files)} scenario file{'s' if len(files) != 1 else ''}, {found}")
    return len(problems)


def _files(project: Project, paths: Sequence[str]) -> Iterator[Path]:
    for path in [Path(path) for path in paths] or [project.config.scenarios]:
        resolved = path.resolve()
        if not resolved.exists():
            raise ScenarioError(
                Problem(code="no-such-file", message="there is no such file", where=str(path))
            )
        if resolved.is_dir():
            yield from sorted(f for f in resolved.rglob("*") if is_scenario_file(f, resolved))
        else:
            yield resolved
