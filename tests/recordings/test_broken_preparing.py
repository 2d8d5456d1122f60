from __future__ import annotations

import json
import subprocess

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.conversation import Outcome
from harness.project.plan import Mode
from harness.transport.lock import WriterLock
from tests.processes import PYTEST
from tests.recordings.desk import serving_desk

STEPS = """\
prepare:
  - request: {post: /make}
    capture: {made: $.made}
  - request: {post: /deploy, json: {id: '${made}'}}
    capture: {place: $.place}
send:
  - request: {post: '/talk/${place}', json: {text: '${message.text}'}}
    reply: {text: $.text}
"""
TURNS = "  - {user: hello, expect: {contains: hello}}\n"
MADE = "bluehorse"


class Desk:
    """Hangs up while it deploys, until it is mended."""

    def __init__(self) -> None:
        self.is_mended = False

    def __call__(self, visit) -> None:
        path = visit.head.split(" ")[1]
        if path in ("/make", "/create"):
            visit.answer(json.dumps({"made": MADE}).encode())
        elif path == "/deploy" and not self.is_mended:
            visit.raw(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"pla')
            visit.connection.close()
        elif path == "/deploy":
            visit.answer(b'{"place": "p1"}')
        else:
            visit.answer(b'{"text": "hello"}')


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def project(tmp_path, desk, monkeypatch):
    """A project with that API, which is the current folder."""
    monkeypatch.chdir(tmp_path)
    with serving_desk(tmp_path, desk, STEPS) as project:
        monkeypatch.setenv("URL", project.url)
        yield project


def test_a_break_while_preparing_is_kept_and_named(project):
    """The journal holds what was heard; `recover` says how to take it up."""
    result = project.play(TURNS, Mode.RECORD)
    journal = project.cassettes / ".prepare.yaml.journal"

    said = CliRunner().invoke(app, ["cassettes", "recover"])

    assert result.error.code == "connection-broken"
    assert MADE in journal.read_text()
    assert said.exit_code == 1
    assert "an answer was interrupted: http://127.0.0.1:" in said.output
    assert "recover --broken cassettes/desk/.prepare.yaml.journal" in said.output
    assert [one.name for one in project.cassettes.iterdir()] == [".prepare.yaml.journal"]


def test_a_break_while_a_secret_is_prepared_leaves_nothing(project, desk):
    """What captures a secret is held in memory until it is whole; the next run prepares anew."""
    definition = project.folder / "definitions/desk/provider.yaml"
    secret = "{made: {json: $.made, secret: true}}"
    definition.write_text(definition.read_text().replace("{made: $.made}", secret))
    broken = project.play(TURNS, Mode.RECORD)
    left = [one.name for one in project.cassettes.iterdir()]
    desk.is_mended = True

    recorded = project.play(TURNS, Mode.RECORD)
    prepared = (project.cassettes / "prepare.yaml").read_text()

    assert broken.error.code == "connection-broken"
    assert left == []
    assert recorded.outcome is Outcome.PASSED
    assert MADE not in prepared
    assert "<redacted:made>" in prepared


def test_a_break_while_preparing_is_taken_up_and_breaks_again(project, desk):
    """Every conversation is then BROKEN in replay, with the same fault; `refresh` replaces it."""
    desk.is_mended = True
    project.play(TURNS, Mode.RECORD)
    (project.cassettes / "prepare.yaml").unlink()
    desk.is_mended = False
    broken = project.play(TURNS, Mode.REFRESH)

    said = CliRunner().invoke(app, ["cassettes", "recover", "--broken"])
    replayed = project.play(TURNS, Mode.REPLAY)
    checked = CliRunner().invoke(app, ["cassettes", "check"])
    desk.is_mended = True
    mended = [project.play(TURNS, Mode.REFRESH).outcome, project.play(TURNS, Mode.REPLAY).outcome]

    assert said.exit_code == 0, said.output
    assert (replayed.outcome, replayed.error.code) == (Outcome.BROKEN, "connection-broken")
    assert replayed.error.message == broken.error.message
    assert "0 findings" in checked.output
    assert mended == [Outcome.PASSED, Outcome.PASSED]


def test_a_preparation_that_another_run_records_is_not_recorded_twice(project, desk):
    """The conversation is prepared and recorded all the same; the other run has its recording."""
    desk.is_mended = True
    path = project.cassettes / "prepare.yaml"
    project.cassettes.mkdir(parents=True)
    lock = WriterLock(path, "prepare.yaml")

    recorded = project.play(TURNS, Mode.RECORD)
    lock.release()

    assert recorded.outcome is Outcome.PASSED
    assert [one.name for one in project.cassettes.iterdir()] == ["x.yaml"]


def _run(project, *arguments: str) -> str:
    """What a run in a process of its own shows, without the summary that is longer on a CI."""
    command = [*PYTEST, "-rN", "scenarios", *arguments]
    done = subprocess.run(command, cwd=project.folder, check=False, capture_output=True, text=True)
    return done.stdout


def test_a_changed_preparation_names_what_records_all_of_it(project, desk):
    """Every conversation that needs it has the advice that mends them all, not the first one."""
    desk.is_mended = True
    for name in ("a", "b"):
        file = project.folder / f"scenarios/{name}.yaml"
        file.write_text(f"scenario: {name}\nprovider: desk\nturns:\n{TURNS}")
    assert "2 passed" in _run(project, "--harness-mode=record")
    definition = project.folder / "definitions/desk/provider.yaml"
    definition.write_text(definition.read_text().replace("post: /make", "post: /create"))

    replayed = _run(project)
    mended = _run(project, "--harness-mode=record")

    assert replayed.count("step prepare.1 differs from the recording") == 2
    assert replayed.count("; harness run --mode record [request-changed]") == 2
    assert "2 passed" in mended
    assert "2 passed" in _run(project)
