from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from harness.cli.app import app
from harness.core import HarnessError
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project


@dataclass(frozen=True)
class Command:
    """The command line in a folder of its own."""

    folder: Path

    def call(self, *words: str, typed: str | None = None) -> Result:
        """Run a command; `typed` is what the user types. Raises its error."""
        result = CliRunner().invoke(app, words, input=typed)
        if isinstance(result.exception, HarnessError):
            raise result.exception
        return result

    def play(self, name: str, mode: Mode, **environment: str) -> ScenarioResult:
        """Play the first scenario of a provider."""
        project = Project.at(self.folder / "harness.yaml")
        project.environment = environment
        file = self.folder / f"scenarios/{name}/first.yaml"
        play = Play(file=file, scenario=f"{name}-first", provider=name)
        return Runner(project, mode).run(play)

    def text(self, path: str) -> str:
        """The text of a file."""
        return (self.folder / path).read_text()

    def texts(self) -> dict[str, str]:
        """Every file by its path."""
        files = sorted(file for file in self.folder.rglob("*") if file.is_file())
        return {str(file.relative_to(self.folder)): file.read_text() for file in files}


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return Command(tmp_path)


@pytest.fixture
def written(command: Command) -> Callable[[str, str], str]:
    """Write a file, and give its path."""

    def write(name: str, content: str) -> str:
        (command.folder / name).write_text(content)
        return name

    return write
