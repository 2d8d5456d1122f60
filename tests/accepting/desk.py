"""A project whose bot on loopback says what a test wants, and `harness accept` in its folder."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"]
            body = json.dumps(bot.answer(self.path[1:], text)).encode()
            self.send_response(bot.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("X-Release", "release-7")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    bot.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield bot
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


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
