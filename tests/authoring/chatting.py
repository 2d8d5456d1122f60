"""A project whose provider is an emulator on loopback, and chats with it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from typer.testing import CliRunner

from harness.cli.app import app
from harness.core import HarnessError
from harness.emulators import serving
from harness.formats.yaml import read
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.loading import load_scenario
from harness.project.plan import Mode, Play
from harness.project.project import Project
from tests.authoring.library_desk import CONFIG, DEFINITION, KEY, Desk, library_desk
from tests.emulated import providers_yaml

TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}
    for name in ("get_weather", "book_table")
]


@dataclass(frozen=True)
class Talked:
    """What a chat printed, and its exit status."""

    status: int
    text: str
    lines: tuple[str, ...]

    def after(self, typed: str) -> str:
        """What was printed between a typed line and the prompt of the next one."""
        following = self.lines[self.lines.index(typed) + 1 :]
        rest = self.text.partition(f"> {typed}\n")[2]
        until = f"> {following[0]}\n" if following else "> "
        return rest.partition(until)[0].rpartition("\n")[0]


@dataclass
class ChatProject:
    """A project, with the variables of the emulators that run."""

    folder: Path
    environment: dict[str, str]

    def chat(self, *lines: str, options: tuple[str, ...] = ()) -> Talked:
        """Chat with these lines as standard input."""
        typed = "".join(f"{line}\n" for line in lines)
        with patch.dict(os.environ, self.environment):
            result = CliRunner().invoke(app, ["chat", *options], input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            if not isinstance(result.exception, HarnessError):
                raise result.exception
            return Talked(2, f"{result.output}{result.exception}\n", lines)
        return Talked(result.exit_code, result.output, lines)

    def play(self, name: str, mode: Mode = Mode.REPLAY) -> ScenarioResult:
        """Play a scenario by its path below `scenarios`; a replay has no variables."""
        project = Project.at(self.folder / "harness.yaml")
        project.environment = {} if mode is Mode.REPLAY else self.environment
        file = self.folder / f"scenarios/{name}.yaml"
        scenario = load_scenario(project, file)
        play = Play(file=file, scenario=scenario.id, provider=scenario.providers[0])
        return Runner(project, mode).run(play)

    def lint(self) -> str:
        """What `harness lint` says; it must end with 0."""
        result = CliRunner().invoke(app, ["lint"])
        assert result.exit_code == 0, result.output
        return result.output

    def turns(self, name: str) -> list[dict]:
        """The turns of a scenario."""
        file = self.folder / f"scenarios/{name}.yaml"
        return read(file.read_bytes(), name).value["turns"]

    def write(self, path: str, content: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)

    def files(self) -> set[str]:
        """Every file of the project."""
        found = (file for file in self.folder.rglob("*") if file.is_file())
        return {file.relative_to(self.folder).as_posix() for file in found}


@contextmanager
def chatting(folder: Path, *names: str, **settings: str) -> Iterator[ChatProject]:
    """A project in a folder, with an entry of each definition whose emulator runs."""
    with serving(names) as running:
        config = providers_yaml(*names, **settings)
        if names == ("openai-chat",):
            tools = f"settings: {{tools: {json.dumps(TOOLS)}, "
            config = config.replace("settings: {", tools)
        (folder / "harness.yaml").write_text(config)
        (folder / "scenarios").mkdir()
        yield ChatProject(folder, running.environment)


@contextmanager
def chatting_at_the_library(folder: Path) -> Iterator[tuple[ChatProject, Desk]]:
    """A project for a chat API that is not built in, and the server."""
    with library_desk() as desk:
        project = ChatProject(folder, {"LIBRARY_URL": desk.url, "LIBRARY_KEY": KEY})
        project.write("harness.yaml", CONFIG)
        project.write("definitions/library/provider.yaml", DEFINITION)
        (folder / "scenarios").mkdir()
        yield project, desk
