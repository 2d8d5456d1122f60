"""The judge that a command names, and its calibration."""

from __future__ import annotations

from pathlib import Path

from harness.calibration import Requirement, built_in_labels
from harness.checks.judge import JudgeSettings
from harness.cli.commands.recorded_plays import recorded_plays
from harness.cli.here import config_here
from harness.cli.terminal import no_project, writing
from harness.config import Config
from harness.core import ConfigurationError, Problem, did_you_mean, quote
from harness.evaluation.calibrating.recorded_rulings import RecordedRulings, rulings_in
from harness.formats.yaml import Node
from harness.project.judge_calibration import (
    Calibration,
    calibration_of,
    calibration_path,
    identity_of,
)
from harness.project.project import Project


def judge_here(
    name: str, *, makes_file: bool = False, needs_file: bool = True
) -> tuple[Project, JudgeSettings]:
    """A judge of the project of the current folder; the default one if the name is empty.

    With `makes_file`, the file with the labels is made if it does not exist. Raises
    `ConfigurationError`.
    """
    config = config_here()
    if config is None:
        raise no_project()
    named = _named(config, name)
    node = config.judges[named]
    if needs_file and not node.has("calibration"):
        raise ConfigurationError(
            Problem(
                code="missing-key",
                message=f"the judge {quote(named)} has no file for labels",
                place=node.key_place,
                hint=f"add 'calibration: calibration/{named}.jsonl'",
            )
        )
    if makes_file:
        _make(calibration_path(config, named, node))
    project = Project(config)
    judges = project.vocabulary.judges
    return project, judges.named[named]


def calibration_here(project: Project, judge: JudgeSettings) -> Calibration:
    """The labels of a judge. Raises `ConfigurationError`."""
    node: Node = project.config.judges[judge.name]
    return calibration_of(judge, node, project.config, project.files, project.environment)


def built_in_calibration(project: Project, judge: JudgeSettings) -> Calibration:
    """The labels of the package. What is asked about them is recorded in the project."""
    folder = project.config.root / "calibration" / judge.name
    return Calibration(
        path=folder / "built-in.jsonl",
        labels=built_in_labels(),
        requirement=Requirement(),
        now=identity_of(judge, project.config, project.environment),
    )


def recorded_rulings(project: Project, judge: JudgeSettings) -> RecordedRulings:
    """What a judge decided about all recorded conversations of the project."""
    plays, _ = recorded_plays(project, (), (), ())
    return rulings_in(project, (one.play for one in plays), judge)


def _named(config: Config, name: str) -> str:
    known = config.judges
    if name and name not in known:
        hint = did_you_mean(name, known) or "add it under 'judges:' in harness.yaml"
        problem = Problem(code="no-judge", message=f"there is no judge {quote(name)}", hint=hint)
        raise ConfigurationError(problem)
    if found := name or config.judge:
        return found
    if known:
        message = f"which judge? There are {', '.join(known)}"
        raise ConfigurationError(Problem(code="no-judge", message=message, hint="name one"))
    message = "the project has no judge"
    hint = "add 'judges: {careful: {provider: NAME}}' to harness.yaml"
    raise ConfigurationError(Problem(code="no-judge", message=message, hint=hint))


def _make(path: Path) -> None:
    if not path.exists():
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
