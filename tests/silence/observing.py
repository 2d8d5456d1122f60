"""What a project's author sees: of lint, and of a replay."""

from __future__ import annotations

import contextlib
import io
import os
from dataclasses import dataclass
from pathlib import Path

from harness.cli.commands.lint import lint_files
from harness.config import read_config
from harness.core.errors import AuthoringError
from harness.play.runner import Runner
from harness.project.loading import entry_of
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.scenario import is_scenario_file

NOWHERE = {"BOT_URL": "http://127.0.0.1:9", "BOT_KEY": "k-5up3r-s3cret"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What lint and a replay say."""

    lint: str
    replay: tuple[str, ...]

    @property
    def is_green(self) -> bool:
        """Nobody has anything to say."""
        return "0 problems" in self.lint and all(line.endswith("passed []") for line in self.replay)


def observe(folder: Path) -> Seen:
    """Lint a project, and replay all of it."""
    return Seen(lint(folder), replay(folder))


def replay(folder: Path) -> tuple[str, ...]:
    """Replay all that a project holds; one line a conversation."""
    return play(folder, Mode.REPLAY, NOWHERE)


def play(folder: Path, mode: Mode, environment: dict[str, str]) -> tuple[str, ...]:
    """Play all that a project holds; one line a conversation."""
    lines = []
    try:
        project = Project(read_config(folder / "harness.yaml"), environment=environment)
    except AuthoringError as error:
        return (str(error),)
    runner = Runner(project, mode)
    top = project.config.scenarios
    for file in sorted(top.rglob("*.yaml")):
        if not is_scenario_file(file, top):
            continue
        try:
            entry = entry_of(project, file)
            for provider in project.providers_of(entry.providers, ()):
                for row in entry.rows:
                    whole = Play(file=file, scenario=entry.scenario, provider=provider, row=row)
                    for one in whole.takes(entry.takes):
                        result = runner.run(one)
                        bad = [
                            str(check.message) for check in result.checks if check.outcome.is_bad
                        ]
                        said = [*result.notes, *bad, *([str(result.error)] if result.error else [])]
                        lines.append(f"{one.name} {one.take} {result.outcome.value} {said}")
        except AuthoringError as error:
            lines.append(str(error))
    return tuple(lines)


def lint(folder: Path) -> str:
    """What lint says of a project."""
    before = Path.cwd()
    environment = dict(os.environ)
    said = io.StringIO()
    os.chdir(folder)
    os.environ.update(NOWHERE)
    try:
        with contextlib.redirect_stdout(said):
            lint_files([], strict=True)
    except AuthoringError as error:
        said.write(str(error))
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(environment)
    return said.getvalue()
