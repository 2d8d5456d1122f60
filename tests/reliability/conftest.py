from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.plugin.echo_bot import API_KEY, EchoBot, serving_echo
from tests.plugin.project import write_project
from tests.transport.conftest import ask, connect, serve

__all__ = ["ask", "connect", "serve"]

ROOT = Path(__file__).resolve().parents[2]
THREE = """\
scenario: three
provider: echo
turns:
  - {user: one, expect: {contains: one}}
  - {user: two, expect: {contains: two}}
  - {user: three, expect: {contains: three}}
"""
WAITING = THREE.replace("three\nprovider", "waiting\nprovider").replace(
    ": two,", ": '[[wait]] two',"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorders:
    """Processes that record scenarios of a project."""

    folder: Path
    process: subprocess.Popen[str]

    def start(self, scenario: str) -> int:
        """Begin to record; gives the process."""
        return self._tell(f"start {scenario}")

    def wait(self, process: int) -> int:
        """Wait for a recording's end; gives its exit status, a signal as a negative number."""
        return self._tell(f"wait {process}")

    def outcome(self, process: int) -> str:
        """How a recording ended; empty while it goes on."""
        file = self.folder / "outcomes" / str(process)
        return file.read_text() if file.exists() else ""

    def ended(self, processes: list[int], count: int) -> dict[int, str]:
        """Wait until so many of the recordings ended; gives how."""
        until = time.monotonic() + 20
        while True:
            outcomes = {one: self.outcome(one) for one in processes if self.outcome(one)}
            if len(outcomes) >= count or time.monotonic() > until:
                return outcomes
            time.sleep(0.002)

    def _tell(self, line: str) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@pytest.fixture(scope="module")
def bot() -> Iterator[EchoBot]:
    """A bot that repeats what it is told."""
    with serving_echo() as serving:
        yield serving


@pytest.fixture
def echo(bot) -> Iterator[EchoBot]:
    """The bot with nothing seen yet."""
    bot.forget()
    yield bot
    bot.settle()


@pytest.fixture(scope="module")
def folder(bot, tmp_path_factory) -> Path:
    """A project with scenarios of three turns, one of which waits for the test in its second."""
    folder: Path = tmp_path_factory.mktemp("project")
    write_project(folder)
    (folder / "scenarios/three.yaml").write_text(THREE)
    (folder / "scenarios/waiting.yaml").write_text(WAITING)
    return folder


@pytest.fixture(scope="module")
def recorders(bot, folder) -> Iterator[Recorders]:
    """Processes that record, and end with the module."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.reliability.recorder", str(folder)],
        cwd=ROOT,
        env={**os.environ, "ECHO_URL": bot.url, "ECHO_API_KEY": API_KEY},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Recorders(folder=folder, process=process)
