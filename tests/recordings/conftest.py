from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from harness.cassettes.inventory import take_inventory
from harness.cli.app import app
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.transport.cassette import dump_cassette
from harness.transport.cassette.cassette_reading import parse_cassette
from harness.transport.journal import Journal
from tests.plugin.echo_bot import API_KEY, EchoBot, serving_echo
from tests.plugin.project import write_project
from tests.recordings.importer import Importer, empty_project

TRIP = """\
scenario: trip
turns:
  - user: My number is ${uuid()}
    expect: {contains: You said}
  - id: place
    user: I go to Oslo
    expect: {contains: Oslo}
    capture: {words: $.reply.words}
  - user: That was ${words} words
    expect: {contains: 4 words}
"""


@pytest.fixture(scope="session")
def bot() -> EchoBot:
    """A chat API on loopback."""
    with serving_echo() as serving:
        yield serving


@pytest.fixture(scope="session")
def recorded(bot, tmp_path_factory) -> Path:
    """A project whose every play against its default provider is recorded."""
    folder = tmp_path_factory.mktemp("recorded")
    write_project(folder)
    (folder / "scenarios/trip.yaml").write_text(TRIP)
    project = Project.at(folder / "harness.yaml")
    project.environment = {"ECHO_URL": bot.url, "ECHO_API_KEY": API_KEY}
    runner = Runner(project, Mode.RECORD)
    for slot in take_inventory(project).slots.values():
        if slot.is_wanted:
            runner.run(slot.play)
    return folder


@dataclass(frozen=True, slots=True)
class Here:
    """A copy of the recorded project, which is the current folder."""

    folder: Path

    def call(self, *arguments: str, answer: str = "") -> Result:
        """`harness cassettes …`, inside this process."""
        return CliRunner().invoke(app, ["cassettes", *arguments], input=answer)

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text in a file, which must hold it."""
        file = self.folder / name
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    def rehead(self, name: str, **changes: str) -> None:
        """Change what the head of a cassette says, as a recording that says so would."""
        file = self.folder / name
        cassette = parse_cassette(file.read_bytes(), name)
        head = replace(cassette.head, **changes)
        file.write_text(dump_cassette(replace(cassette, head=head)))

    def journal(self, name: str, count: int, broken: str = "", *, recorded_at: str = "") -> Path:
        """What a killed run leaves that had heard so many interactions of a cassette."""
        path = self.folder / name
        cassette = parse_cassette(path.read_bytes(), name)
        journal = Journal(path, recorded_at or cassette.head.recorded_at)
        journal.write_head(cassette.head)
        for row in cassette.interactions.plain[:count]:
            journal.add(row)
        if broken:
            journal.add(cassette.interactions.plain[count], broken)
        journal.close()
        return path.with_name(f".{path.name}.journal")

    def runner(self, bot: EchoBot) -> tuple[Project, Play]:
        """What holds the conversation of `greet` live."""
        project = Project.at(self.folder / "harness.yaml")
        project.environment = {"ECHO_URL": bot.url, "ECHO_API_KEY": API_KEY}
        file = self.folder / "scenarios/greet.yaml"
        return project, Play(file=file, scenario="greet", provider="echo")


@pytest.fixture
def here(recorded, tmp_path, monkeypatch) -> Here:
    """The recorded project, free to be changed; nothing in the environment leads to its API."""
    for name in ("ECHO_URL", "ECHO_API_KEY", "HARNESS_MODE"):
        monkeypatch.delenv(name, raising=False)
    shutil.copytree(recorded, tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    return Here(tmp_path / "project")


@pytest.fixture
def importer(tmp_path, monkeypatch) -> Importer:
    """An empty project with the example suite's providers, which is the current folder."""
    monkeypatch.delenv("HARNESS_MODE", raising=False)
    monkeypatch.chdir(tmp_path)
    return empty_project(tmp_path)
