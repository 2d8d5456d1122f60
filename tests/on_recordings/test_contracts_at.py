"""`harness whatif --schema-at` with a definition of the project, recorded from a server."""

from __future__ import annotations

import json

import pytest

from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.providers.catalogue import forget_definitions
from tests.on_recordings.conftest import Example
from tests.on_recordings.test_whatif import checks_of
from tests.plugin.echo_bot import API_KEY, serving_echo
from tests.plugin.project import ANSWER, write_project

CONTRACT = "definitions/echo/schemas/answer.schema.json"
WORDS = ("whatif", "scenarios/greet.yaml", "--provider", "echo")


@pytest.fixture
def echo(tmp_path, monkeypatch) -> Example:
    """A project with its own definition, whose first scenario is recorded and committed."""
    write_project(tmp_path)
    project = Project.at(tmp_path / "harness.yaml")
    with serving_echo() as bot:
        project.environment = {"ECHO_URL": bot.url, "ECHO_API_KEY": API_KEY}
        play = Play(file=tmp_path / "scenarios/greet.yaml", scenario="greet", provider="echo")
        Runner(project, Mode.RECORD).run(play)
    # Each command is a process of its own, which reads definitions when it begins.
    forget_definitions()
    monkeypatch.chdir(tmp_path)
    example = Example(tmp_path)
    example.commit()
    return example


def test_a_contract_that_breaks_recorded_replies_is_found(echo):
    """The conversation is replayed by the contract of the revision, too."""
    text = json.dumps(ANSWER | {"required": ["reply", "language"]})
    (echo.folder / CONTRACT).write_text(text)

    result = echo.call(*WORDS, "--schema-at", "HEAD", "--json")

    assert checks_of(result.output)["greet[echo]", 1, "contract"] == ["failed", "passed"]
    (note,) = json.loads(result.output)["notes"]
    assert note == f"1 file differs from HEAD: {CONTRACT}"


def test_a_contract_that_was_stricter_is_found(echo):
    """What the working tree lets pass and the revision did not is a flip as well."""
    (echo.folder / CONTRACT).write_text(json.dumps(ANSWER | {"maxProperties": 0}))
    echo.commit()
    (echo.folder / CONTRACT).write_text(json.dumps(ANSWER))

    result = echo.call(*WORDS, "--schema-at", "HEAD", "--json")

    assert checks_of(result.output)["greet[echo]", 1, "contract"] == ["passed", "failed"]


def test_a_contract_that_is_new_is_named(echo):
    """The revision did not have it, so no answer was judged by it there."""
    folder = echo.folder / "definitions/echo"
    (folder / "schemas/newer.schema.json").write_text(json.dumps(ANSWER))
    echo.edit("definitions/echo/provider.yaml", "schema: answer", "schema: newer")

    result = echo.call(*WORDS, "--schema-at", "HEAD", "--json")

    assert json.loads(result.output)["notes"] == [
        "1 file differs from HEAD: definitions/echo/schemas/newer.schema.json",
        "there is no echo/newer.schema.json at HEAD, so its answers were not judged by it there",
    ]


def test_without_a_repository_the_option_is_refused(echo, tmp_path, monkeypatch):
    """Git is asked where the project is."""
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))

    result = echo.call(*WORDS, "--schema-at", "HEAD")

    assert str(result.exception).startswith("--schema-at: git knows no repository here: ")
