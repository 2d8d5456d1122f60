"""Secrets that a definition captures, in what is imported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from harness.cli.app import app
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project

PROJECT = "providers: {desk: {definition: desk/, settings: {base_url: 'http://desk.test'}}}\n"
DEFINITION = """\
definition: desk
settings: {base_url: {type: string, required: true}}
open:
  - request: {post: /open}
    capture: {tok: {json: $.entry, secret: true}}
send:
  - request: {post: '/say/${tok}', json: {text: '${message.text}', from: '${tok}'}}
    reply: {text: $.text}
"""
TOKEN = "blue-garden-walk"


def _foreign(token: str) -> str:
    """A cassette as another tool writes it, of a conversation in which the token is repeated."""
    asked = {"text": "Hello", "from": token}
    pairs = [
        ("/open", None, {"entry": token}),
        (f"/say/{token}", asked, {"text": f"Hello, {token}"}),
    ]
    interactions = [
        {
            "request": {
                "method": "POST",
                "uri": f"http://desk.test{path}",
                "body": sent and json.dumps(sent),
                "headers": {"Content-Type": ["application/json"]},
            },
            "response": {
                "status": {"code": 200, "message": "OK"},
                "headers": {"Content-Type": ["application/json"]},
                "body": {"string": json.dumps(answer)},
            },
        }
        for path, sent, answer in pairs
    ]
    return json.dumps({"version": 1, "interactions": interactions})


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Path:
    """A project whose definition captures a secret under a name that gives nothing away."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HARNESS_MODE", raising=False)
    (tmp_path / "harness.yaml").write_text(PROJECT)
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk/provider.yaml").write_text(DEFINITION)
    (tmp_path / "scenarios").mkdir()
    return tmp_path


def _imported(folder: Path, token: str) -> Result:
    (folder / "foreign.yaml").write_text(_foreign(token))
    return CliRunner().invoke(app, ["import", "cassette", "foreign.yaml", "--provider", "desk"])


def test_a_captured_secret_is_redacted(desk):
    """Wherever the recording repeats it: in the answer, the path, the body and the reply."""
    result = _imported(desk, TOKEN)
    assert result.exit_code == 0, result.exception

    cassette = (desk / "cassettes/desk/foreign.yaml").read_text()
    scenario = (desk / "scenarios/desk/foreign.yaml").read_text()
    assert TOKEN not in cassette + scenario
    assert cassette.count("<redacted:tok>") >= 3


def test_what_was_redacted_replays(desk):
    """The mark that stands for the secret is captured and sent in its place."""
    _imported(desk, TOKEN)

    project = Project.at(desk / "harness.yaml")
    file = desk / "scenarios/desk/foreign.yaml"
    result = Runner(project, Mode.REPLAY).run(Play(file=file, scenario="foreign", provider="desk"))

    assert result.outcome == "passed", result.error


def test_a_captured_secret_that_is_too_short(desk):
    """It could not be found again, so nothing is written, as in a recording."""
    result = _imported(desk, "abc")

    assert "the secret 'tok' has 3 characters" in str(result.exception)
    assert not list(desk.glob("*/**/foreign.yaml"))
