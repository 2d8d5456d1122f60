"""Checks scenario files, fragments and defaults without playing them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from harness.cli.here import project_here
from harness.counted import counted
from harness.engine.fitting_providers import skipped_notes
from harness.engine.loading import load_scenario
from harness.engine.parts import Parts
from harness.engine.project import Project
from harness.engine.verifying import problems_of
from harness.errors import AuthoringError, Problem, ScenarioError
from harness.scenario import FileKind, Scenario, kind_of, read_part, unused_names
from harness.yaml_reader import read

Files = dict[Path, FileKind]


def lint_files(paths: Sequence[str], *, strict: bool = False) -> int:
    """Print every problem of the files, of all in the folder of scenarios where none is named.

    A fragment that a scenario includes is told of with it. Where it is strict, names that are
    never used are problems too. Returns the number of problems.
    """
    project = project_here()
    files = _files(project, paths)
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    included: set[str] = set()
    for file, kind in sorted(files.items(), key=lambda one: one[1] is not FileKind.SCENARIO):
        try:
            if kind is FileKind.SCENARIO:
                scenario = load_scenario(project, file)
                included.update(shown for shown, _ in scenario.files)
                _require_new(scenario, seen)
                for note in skipped_notes(project, scenario):
                    typer.echo(f"note: {note}")
                if strict:
                    _require_use(project, file, scenario)
            elif project.config.shown(file) not in included:
                _lint_part(project, file, kind)
        except AuthoringError as error:
            new = [one for one in error.problems if _told(one) not in map(_told, problems)]
            problems += new
            if new:
                typer.echo(str(ScenarioError(new)))
    typer.echo(f"{_counted(files)}, {counted(len(problems), 'problem')}")
    return len(problems)


def _told(problem: Problem) -> tuple[str, str, str]:
    """A problem without why its file is read: several scenarios may include it."""
    return problem.code, problem.message, str(problem.place or problem.where)


def _require_new(scenario: Scenario, seen: dict[str, str]) -> None:
    first = seen.setdefault(scenario.id.casefold(), str(scenario.place))
    if first != str(scenario.place):
        problem = Problem(
            code="duplicate-scenario",
            message=f"the id '{scenario.id}' is taken by {first}",
            place=scenario.place,
            hint="ids name cassettes, so each is used once, whatever its case",
        )
        raise ScenarioError(problem)


def _require_use(project: Project, file: Path, scenario: Scenario) -> None:
    """Raise `ScenarioError` with all names that a scenario's own file defines for nothing."""
    document = read(file.read_bytes(), project.config.shown(file))
    problems = list(unused_names(scenario, document))
    if problems:
        raise ScenarioError(problems)


def _lint_part(project: Project, file: Path, kind: FileKind) -> None:
    """Raise `AuthoringError` with all that is wrong with a fragment or with defaults."""
    parts = Parts(project.config, project.cache, project.require_format)
    document = parts.parsed(project.config.shown(file), file.read_bytes(), kind)
    part, problems = read_part(document, kind, parts)
    problems += problems_of(project, part, parts.documents)
    if problems:
        raise ScenarioError(problems)


def _counted(files: Files) -> str:
    scenarios = sum(kind is FileKind.SCENARIO for kind in files.values())
    others = len(files) - scenarios
    told = counted(scenarios, "scenario file")
    return f"{told}, {counted(others, 'other file')}" if others else told


def _files(project: Project, paths: Sequence[str]) -> Files:
    top = project.config.scenarios.resolve()
    found: Files = {}
    for path in [Path(path) for path in paths] or [top]:
        resolved = path.resolve()
        if not resolved.exists():
            raise ScenarioError(
                Problem(code="no-such-file", message="there is no such file", where=str(path))
            )
        for file in sorted(resolved.rglob("*")) if resolved.is_dir() else (resolved,):
            kind = kind_of(file, top if file.is_relative_to(top) else resolved.parent)
            if kind is not None and not file.is_dir():
                found[file] = kind
            elif file == resolved:
                found[file] = FileKind.SCENARIO
    return found
