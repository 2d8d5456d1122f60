from __future__ import annotations

import os
import subprocess
import threading

import pytest

from harness.transport.cassette import read_cassette
from tests.processes import PYTEST
from tests.recordings.desk import write_desk
from tests.transport.conftest import Server

PREPARE = """\
prepare:
  - request: {post: /make}
    capture: {place: $.place}
"""
SEND = """\
send:
  - request: {post: /talk, json: {text: '${message.text}'}}
    reply: {text: $.text}
"""
SCENARIO = "scenario: %s\nturns:\n  - {user: hello, expect: {contains: hello}}\n"
RUN = (*PYTEST, "-v", "-p", "no:cacheprovider")


class Desk:
    """Prepares only when two ask for it at once; answers only when it may."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.both = threading.Barrier(2, timeout=60)
        self.may_answer = threading.Event()

    def __call__(self, visit) -> None:
        path = visit.head.split(" ")[1]
        self.asked.append(path)
        if path == "/make":
            self.both.wait()
            visit.answer(b'{"place": "p1"}')
        elif self.may_answer.wait(60):
            visit.answer(b'{"text": "hello"}')


@pytest.fixture
def desk():
    desk = Desk()
    server = Server(desk)
    server.start()
    desk.url = server.url
    yield desk
    desk.may_answer.set()
    server.stop()


@pytest.fixture
def start(desk, tmp_path):
    """Starts pytest on a project with the desk; its output is read as it comes."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "HARNESS"))}
    made = []

    def run(*options: str, steps: str = SEND, names: str = "a") -> subprocess.Popen[str]:
        write_desk(tmp_path, steps)
        for name in names:
            (tmp_path / f"scenarios/{name}.yaml").write_text(SCENARIO % name)
        process = subprocess.Popen(
            [*RUN, *options],
            cwd=tmp_path,
            # Read while it is written.
            env={**kept, "URL": desk.url, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        made.append(process)
        return process

    yield run
    for process in made:
        process.kill()
        process.wait()
        process.stdout.close()


def test_two_workers_that_record_one_cassette(desk, start, tmp_path):
    """One of them records it; the other ends before its first request, and names its process."""
    process = start("-n2", "--dist=each", "--harness-mode=record")

    for line in process.stdout:
        if "ERROR" in line:
            break
    desk.may_answer.set()
    rest = process.stdout.read()
    process.wait(60)

    assert process.returncode == 1
    assert "[cassette-locked]" in rest
    assert "1 passed, 1 error" in rest
    assert desk.asked == ["/talk"]
    folder = tmp_path / "cassettes/desk"
    assert [one.name for one in folder.iterdir()] == ["a.yaml"]
    assert len(read_cassette(folder / "a.yaml").interactions) == 1


def test_two_workers_that_prepare_at_once(desk, start, tmp_path):
    """What a definition prepares is written by one of them, both record, and a replay passes."""
    desk.may_answer.set()
    steps = PREPARE + SEND

    recorded = start("-n2", "--harness-mode=record", steps=steps, names="ab")
    told = recorded.communicate(timeout=60)[0]
    replayed = start(steps=steps, names="ab")
    again = replayed.communicate(timeout=60)[0]

    assert "2 passed" in told, told
    assert "2 passed" in again, again
    assert sorted(desk.asked) == ["/make", "/make", "/talk", "/talk"]
    folder = tmp_path / "cassettes/desk"
    assert sorted(one.name for one in folder.iterdir()) == ["a.yaml", "b.yaml", "prepare.yaml"]
    assert len(read_cassette(folder / "prepare.yaml").interactions) == 1
