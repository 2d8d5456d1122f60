"""A project whose bot on loopback says what a test wants, and `harness accept` in its folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from typer.testing import CliRunner, Result

from harness.cli.app import app
from harness.conversation import Outcome
from harness.core import HarnessError
from harness.play.runner import Runner
from harness.project.loading import entry_of
from harness.project.plan import Mode, Play
from harness.project.project import Project
from tests.json_server import JsonHandler, serving_json

DEFINITION = """\
definition: desk
settings: {base_url: {type: string, required: true}, name: {type: string}}
send:
  - request: {post: '/${settings.name}', json: {text: '${message.text}'}}
    reply:
      messages: $.messages[*]
      text: $.text
      messages_optional: true
      actions: $.buttons
      products: $.products[*]
      attachments: $.files[*].name
      tools: {path: '$.calls[*]'}
      usage: $.usage
history:
  - request: {post: '/${settings.name}', json: {text: history}}
"""
CONFIG = """\
provider: one
providers:
  one: {definition: definitions/desk, settings: {base_url: '${env.DESK_URL}', name: one}}
  two: {definition: definitions/desk, settings: {base_url: '${env.DESK_URL}', name: two}}
"""


@dataclass
class Bot:
    """What the bot says."""

    url: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    """By the message, or by `provider message`: a text, a payload, or a list of them, one a take.

    Without an answer, it says the message."""
    status: int = 200

    def answer(self, provider: str, text: str) -> Any:
        """The payload for a message."""
        found = self.answers.get(f"{provider} {text}", self.answers.get(text, text))
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        return {"messages": [{"text": found}]} if isinstance(found, str) else found


@contextmanager
def serving() -> Iterator[Bot]:
    """Serve a bot on loopback."""
    bot = Bot()

    class Handler(JsonHandler):
        def do_POST(self) -> None:  # noqa: N802  # http.server's name
            said = bot.answer(self.path[1:], self.given()["text"])
            self.answer(bot.status, said, X_Release="release-7")

    with serving_json(Handler) as bot.url:
        yield bot


@dataclass
class Desk:
    """The project, which is the current folder."""

    folder: Path
    bot: Bot

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def text(self, name: str) -> str:
        """The text of a file, its line ends as they are."""
        return (self.folder / name).read_bytes().decode()

    def project(self) -> Project:
        """The project, with the address of the bot."""
        project = Project.at(self.folder / "harness.yaml")
        project.environment = {"DESK_URL": self.bot.url}
        return project

    def record(self, *names: str, providers: tuple[str, ...] = ("one",)) -> list[Outcome]:
        """Record all plays of scenarios; what came of each."""
        project = self.project()
        runner = Runner(project, Mode.REFRESH)
        return [runner.run(play).outcome for play in self._plays(project, names, providers)]

    def replay(self, *names: str, providers: tuple[str, ...] = ("one",)) -> list[Outcome]:
        """Replay all plays of scenarios; what came of each."""
        project = self.project()
        runner = Runner(project, Mode.REPLAY)
        return [runner.run(play).outcome for play in self._plays(project, names, providers)]

    def _plays(
        self, project: Project, names: tuple[str, ...], providers: tuple[str, ...]
    ) -> Iterator[Play]:
        for name in names:
            file = (self.folder / name).resolve()
            entry = entry_of(project, file)
            for provider in project.providers_of(entry.providers, providers):
                for row in entry.rows:
                    play = Play(file=file, scenario=entry.scenario, provider=provider, row=row)
                    yield from play.takes(entry.takes)

    def accept(self, *words: str, typed: str | None = None) -> Result:
        """Run the command; `typed` is what the user types. Raises its error."""
        agreed = () if typed is not None else ("--yes",)
        result = CliRunner().invoke(app, ["accept", *words, *agreed], input=typed)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def refused(self, *words: str) -> str:
        """Why the command cannot run."""
        try:
            result = self.accept(*words)
        except HarnessError as error:
            return str(error)
        raise AssertionError(result.output)

    def expected(self, name: str, turn: int = 0) -> Any:
        """The `expect:` of a turn, as YAML has it."""
        return yaml.safe_load(self.text(name))["turns"][turn]["expect"]
