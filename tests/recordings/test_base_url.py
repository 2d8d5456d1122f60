from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.conversation import Outcome
from harness.project.plan import Mode
from harness.project.project import Project
from harness.reports.failure import failure_screen
from harness.scenario import Credentials
from tests.recordings.desk import Desk, serving_desk

STEPS = """\
prepare:
  - request: {post: /prepare}
    capture: {key: $.key}
send:
  - request: {post: '/talk?id=${conversation.id}', json: {text: '${message.text}'}}
    reply: {text: $.text}
close:
  - request: {delete: /talk}
    answer: {as: none}
"""
TURNS = "  - {user: Hello, expect: {contains: Hello}}\n"


def desk(visit) -> None:
    """Says where it was asked."""
    said = json.loads(visit.body or b"{}").get("text", "")
    host = next(line for line in visit.head.split("\r\n") if line.lower().startswith("host:"))
    told = {"text": f"{said} at {host} {visit.head.split(' ')[1]}", "key": "a"}
    visit.answer(json.dumps(told).encode(), "200 OK", "Location: /tenant-4711/v1/other")


@pytest.fixture
def project(tmp_path):
    """A project with that API below a path, whose address comes from the environment."""
    with serving_desk(tmp_path, desk, STEPS) as project:
        project.project.environment = {"URL": f"{project.url}/tenant-4711/v1/"}
        yield project


def again(project: Desk, old: str, new: str) -> Desk:
    """The project with another text in its configuration."""
    for name in ("harness.yaml", "definitions/desk/provider.yaml"):
        file = project.folder / name
        file.write_text(file.read_text().replace(old, new))
    other = Project.at(project.folder / "harness.yaml")
    other.environment = project.project.environment
    return Desk(project.folder, project.url, other)


@pytest.mark.parametrize(
    "address",
    ["https://b.example/other/tenant/v2", "https://b.example", "http://b.example/tenant-4711/v1"],
)
def test_e15_another_deployment_is_the_same_recording(project, address):
    """Requests are compared below the base URL, wherever it is written."""
    project.play(TURNS, Mode.RECORD)
    other = again(project, "${env.URL}", address)

    result = other.play(TURNS, Mode.REPLAY)

    assert (result.outcome, result.notes) == (Outcome.PASSED, ())


def test_e15_a_base_url_that_is_a_secret_stands_nowhere(project, monkeypatch):
    """Its host and path are hidden in the recording and in messages; a replay needs none of it."""
    project = again(project, "{type: string, required: true}", "{type: string, secret: true}")
    project.play(TURNS, Mode.RECORD)
    recorded = "".join(file.read_text() for file in project.cassettes.iterdir())
    project.project.environment = {}

    replayed = project.play(TURNS, Mode.REPLAY)
    monkeypatch.chdir(project.folder)
    check = CliRunner().invoke(app, ["cassettes", "check"])

    assert replayed.outcome is Outcome.PASSED, failure_screen(replayed)
    assert (check.exit_code, check.output) == (0, "2 cassettes, 0 findings\n")
    for hidden in ("127.0.0.1", "tenant-4711"):
        assert hidden not in recorded
        assert hidden not in repr(replayed.transcript)


def test_e15_a_secret_base_url_is_told_in_no_message(project):
    """Also where nobody answers there, or the answer says no."""
    project = again(project, "{type: string, required: true}", "{type: string, secret: true}")
    other = again(project, "    reply:", "    answer: {status: 201}\n    reply:")
    refused = other.play(TURNS, Mode.LIVE)
    project.project.environment = {"URL": "http://127.0.0.1:9/tenant-4711/v1"}
    nobody = again(project, "x", "x").play(TURNS, Mode.LIVE)

    for result, code in ((refused, "unexpected-status"), (nobody, "connection-refused")):
        screen = failure_screen(result)
        assert result.error.code == code, screen
        assert "127.0.0.1" not in screen + repr(result)
        assert "tenant-4711" not in screen + repr(result)


@pytest.mark.parametrize("credentials", ["none", "wrong"])
def test_e15_wrong_credentials_do_not_change_the_address(project, credentials):
    """A secret address is no credential."""
    project = again(project, "{type: string, required: true}", "{type: string, secret: true}")

    provider = project.project.provider("desk", credentials=Credentials(credentials))

    assert provider.settings["base_url"] == project.project.environment["URL"]
