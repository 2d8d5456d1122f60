"""A project whose one provider is a server on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from tests.transport.conftest import Server, Visit

_HARNESS = """\
providers:
  desk:
    definition: definitions/desk
    timeout: %s
    settings: {base_url: '${env.URL}'}
"""
_DEFINITION = "definition: desk\nsettings: {base_url: {type: string, required: true}}\n"


@dataclass(frozen=True, slots=True)
class Desk:
    """The project, with its server's address."""

    folder: Path
    url: str
    project: Project

    @property
    def cassettes(self) -> Path:
        """The provider's folder of recordings."""
        return self.folder / "cassettes/desk"

    @property
    def cassette(self) -> Path:
        """Where the recording of a scenario stands."""
        return self.cassettes / "x.yaml"

    @property
    def journal(self) -> Path:
        """Where what was heard stands until then."""
        return self.cassettes / ".x.yaml.journal"

    def play(self, turns: str, mode: Mode) -> ScenarioResult:
        """Write a scenario of these turns, and play it; as a run of its own."""
        file = self.folder / "scenarios/x.yaml"
        file.write_text(f"scenario: x\nturns:\n{turns}")
        play = Play(file=file, scenario="x", provider="desk")
        return Runner(self.project, mode).run(play)


def write_desk(folder: Path, steps: str, *, timeout: str = "20s") -> None:
    """Write harness.yaml, the definition of these steps, and a folder for scenarios."""
    (folder / "definitions/desk").mkdir(parents=True, exist_ok=True)
    (folder / "definitions/desk/provider.yaml").write_text(_DEFINITION + steps)
    (folder / "harness.yaml").write_text(_HARNESS % timeout)
    (folder / "scenarios").mkdir(exist_ok=True)


@contextmanager
def serving_desk(
    folder: Path, script: Callable[[Visit], None], steps: str, *, timeout: str = "20s"
) -> Iterator[Desk]:
    """Make the folder such a project, and serve the script."""
    write_desk(folder, steps, timeout=timeout)
    project = Project.at(folder / "harness.yaml")
    server = Server(script)
    server.start()
    project.environment = {"URL": server.url}
    try:
        yield Desk(folder, server.url, project)
    finally:
        server.stop()
