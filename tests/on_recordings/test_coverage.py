"""`harness coverage` with recordings of the example suite."""

from __future__ import annotations

import json
import shutil

from tests.on_recordings.conftest import ROOT


def _of(example, *words, provider):
    result = example.call("coverage", *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)["providers"][provider]


def test_fields_of_payloads_are_counted(example):
    """The elements of a list are one field; each payload counts once."""
    found = _of(example, "scenarios/connectly/pink-dress.yaml", provider="connectly")

    fields = {one["field"]: one["payloads"] for one in found["fields"]}
    assert fields["$.response.stateId"] == 2
    path = "$.response.responseEvents[*].recommendationEvent.products[*].price"
    assert fields[path] == 1


def test_buttons_that_nobody_presses_are_named(example):
    """A button is covered if any conversation presses it."""
    found = _of(example, "scenarios/connectly", provider="connectly")

    buttons = {one["name"]: one["pressed"] for one in found["buttons"]}
    assert 0 in buttons.values()
    assert any(buttons.values())


def test_error_branches_that_no_scenario_expects_are_named(example):
    """A refusal that a scenario expects plays the branch of its step."""
    every = _of(example, "scenarios/connectly", provider="connectly")
    one = _of(example, "scenarios/connectly/pink-dress.yaml", provider="connectly")

    assert any(branch["played"] for branch in every["error_branches"])
    assert not any(branch["played"] for branch in one["error_branches"])


def test_tools_that_were_declared_and_never_called_are_named(example):
    """Those of a request's body are known, as are those that the bot called."""
    for folder in ("scenarios", "cassettes"):
        shutil.copytree(ROOT / folder / "openai-chat", example.folder / folder / "openai-chat")

    found = _of(
        example, "scenarios/openai-chat", "--provider", "openai-chat", provider="openai-chat"
    )

    assert {one["name"] for one in found["tools"] if one["called"]}


def test_scenarios_are_listed_beside_providers(example):
    """Each scenario has its own counts, over its rows and takes."""
    result = example.call("coverage", "scenarios/connectly/any-colour.yaml", "--json")

    (scenario,) = json.loads(result.output)["scenarios"].items()
    assert scenario[0] == "any-colour"
    assert scenario[1]["conversations"] == 5


def test_a_recording_that_is_missing_is_named(example):
    """It is not covered in silence."""
    (example.folder / "cassettes/connectly/pink-dress.yaml").unlink()

    result = example.call("coverage", "scenarios/connectly")

    assert "1 conversation not read" in result.output
    assert "pink-dress[connectly]" in result.output


def test_a_project_without_recordings_is_refused(example):
    """There is nothing to cover anything."""
    shutil.rmtree(example.folder / "cassettes")

    result = example.call("coverage", "scenarios/connectly/pink-dress.yaml")

    assert "[nothing-judged]" in str(result.exception)
