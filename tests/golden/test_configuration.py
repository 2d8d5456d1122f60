from __future__ import annotations

import pytest
from configuration_cases import CASES, CONNECTLY, DEFINITION, OURS
from golden_texts import SECRET, stale

from harness.config import read_config
from harness.engine.project import Project


def write(project, case, monkeypatch):
    project.write("harness.yaml", case.config)
    project.write("definitions/ours/provider.yaml", case.definition)
    project.write("definitions/ours/schemas/answer.schema.json", '{"type": "object"}')
    for name, value in case.environment.items():
        monkeypatch.setenv(name, value)
    for name in case.missing:
        monkeypatch.delenv(name)


@pytest.mark.parametrize("case", CASES)
def test_fault_of_the_configuration(case, project, harness, golden, monkeypatch):
    """`harness providers check` names each fault in exact words, and never a value."""
    write(project, CASES[case], monkeypatch)

    said = harness("providers", "check", "shop")

    golden(f"configuration/{case}", said.text)
    assert said.status == 2


def test_every_text_has_its_case():
    """No golden text is left over from a case that is gone."""
    assert stale("configuration", {*CASES, *ELSEWHERE}) == set()


ELSEWHERE = {
    "no-project": ["lint"],
    "no-project-to-run": ["run"],
    "provider-unknown": ["providers", "check", "shopp"],
    "unknown-emulator": ["emulate", "conectly"],
}


@pytest.mark.parametrize("case", ELSEWHERE)
def test_fault_of_a_command(case, project, harness, golden):
    """What is wrong with a command line or the current folder is said without a traceback."""
    if case.startswith("no-project"):
        (project.path / "harness.yaml").unlink()

    said = harness(*ELSEWHERE[case])

    golden(f"configuration/{case}", said.text.replace(project.path.name, "FOLDER"))
    assert said.status == 2


@pytest.mark.parametrize("config", [OURS, CONNECTLY], ids=["own definition", "built-in"])
def test_the_project_of_these_tests_is_right(config, project, harness):
    """Without a fault, the check shows settings, and of secrets only that they are set."""
    project.write("harness.yaml", config)
    project.write("definitions/ours/provider.yaml", DEFINITION)

    said = harness("providers", "check", "shop")

    assert said.status == 0
    assert "(secret, set)" in said.text
    assert SECRET not in said.text


def test_a_replay_needs_no_environment(project, monkeypatch):
    """With the settings of a recording, missing variables are no fault."""
    monkeypatch.delenv("SHOP_URL")
    monkeypatch.delenv("SHOP_KEY")

    provider = Project(read_config(project.path / "harness.yaml")).provider(
        "shop", recorded={"base_url": "http://recorded"}
    )

    assert provider.settings["base_url"] == "http://recorded"
    assert provider.settings["api_key"] == "<redacted:api_key>"
