"""A project whose one provider is a server on loopback."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

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
    settings: {base_url: '${env.URL}'%s}
"""
_DEFINITION = "definition: desk\nsettings:\n  base_url: {type: string, required: true}\n"
_SECRET = "  %s: {type: string, secret: true}\n"


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

    def edited(self, old: str, new: str) -> Desk:
        """A copy of the project in which a text of the definition, which it must hold, is new."""
        folder = self.folder.with_name(f"{self.folder.name}-edited")
        shutil.copytree(self.folder, folder)
        file = folder / "definitions/desk/provider.yaml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        project = Project.at(folder / "harness.yaml")
        project.environment = self.project.environment
        return replace(self, folder=folder, project=project)


def write_desk(
    folder: Path, steps: str, *, timeout: str = "20s", secrets: Iterable[str] = ()
) -> None:
    """Write harness.yaml, the definition of these steps, and a folder for scenarios.

    `secrets` are names of settings, whose values are those of the variables in capitals.
    """
    (folder / "definitions/desk").mkdir(parents=True, exist_ok=True)
    definition = _DEFINITION + "".join(_SECRET % name for name in secrets) + steps
    (folder / "definitions/desk/provider.yaml").write_text(definition)
    given = "".join(f", {name}: '${{env.{name.upper()}}}'" for name in secrets)
    (folder / "harness.yaml").write_text(_HARNESS % (timeout, given))
    (folder / "scenarios").mkdir(exist_ok=True)


@contextmanager
def serving_desk(
    folder: Path,
    script: Callable[[Visit], None],
    steps: str,
    *,
    timeout: str = "20s",
    secrets: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Desk]:
    """Make the folder such a project, and serve the script."""
    write_desk(folder, steps, timeout=timeout, secrets=secrets)
    project = Project.at(folder / "harness.yaml")
    server = Server(script)
    server.start()
    project.environment = {"URL": server.url}
    project.environment |= {name.upper(): value for name, value in secrets.items()}
    try:
        yield Desk(folder, server.url, project)
    finally:
        server.stop()
