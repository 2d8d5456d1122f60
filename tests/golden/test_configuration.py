from __future__ import annotations

import pytest
from configuration_cases import CASES, CONNECTLY, DEFINITION, DOUBTS, OURS, QUIET
from golden_texts import SECRET, TEXTS, stale

from harness.config import read_config
from harness.project.project import Project


def write(project, case, monkeypatch):
    project.write("harness.yaml", case.config)
    project.write("definitions/ours/provider.yaml", case.definition)
    project.write("definitions/ours/schemas/answer.schema.json", '{"type": "object"}')
    for name, value in case.environment.items():
        monkeypatch.setenv(name, value)
    for name in case.missing:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("case", CASES)
def test_fault_of_the_configuration(case, project, harness, golden, monkeypatch):
    """`harness providers check` names each fault in exact words, and never a value."""
    write(project, CASES[case], monkeypatch)

    said = harness("providers", "check", "shop")

    golden(f"configuration/{case}", said.text)
    assert said.status == 2


STEPS = (
    "  open.1     request  POST /conversations\n"
    "  send.1     request  POST /conversations/${conversation_id}\n"
)
"""What `providers check` shows of the definition before it comes to the settings."""
WRITTEN = [
    name
    for name, case in CASES.items()
    if not (case.environment or case.missing or name.startswith("variable-missing"))
]
"""Those whose fault stands in a file, whatever the environment holds."""


@pytest.mark.parametrize("case", WRITTEN)
def test_d6_lint_names_the_fault_as_well(case, project, harness, monkeypatch):
    """`harness lint` reads harness.yaml, settings and definitions as `providers check` does."""
    write(project, CASES[case], monkeypatch)
    for name in ("SHOP_URL", "SHOP_KEY"):
        monkeypatch.delenv(name)
    scenario = "scenario: a\nprovider: shop\nturns: [{user: Hi, expect: {contains: Hi}}]\n"
    project.write("scenarios/a.yaml", scenario)

    said = harness("lint")

    expected = (TEXTS / f"configuration/{case}.txt").read_text()
    expected = expected.removeprefix("shop: ours\n").removeprefix(STEPS)
    assert expected.rstrip() in said.text
    assert said.status in (1, 2)


@pytest.mark.parametrize("case", DOUBTS)
def test_what_may_have_no_effect(case, project, harness, golden, monkeypatch):
    """Lint and `providers check` warn of it, and it is no problem."""
    write(project, DOUBTS[case], monkeypatch)
    project.write("scenarios/a.yaml", "scenario: a\nturns: [{user: Hi, expect: none}]\n")

    said = harness("lint")
    checked = harness("providers", "check", "shop")

    golden(f"configuration/doubts/{case}", said.text)
    warned = [line for line in checked.text.splitlines() if line.startswith("warning: ")]
    assert set(warned) <= set(said.text.splitlines())
    assert bool(warned) == ("definitions/ours" in said.text)
    assert (said.status, checked.status) == (0, 0)


def test_a2_a_stream_in_pieces_is_a_problem_where_lint_is_strict(project, harness, monkeypatch):
    """A definition says that its events are whole messages, or `--strict` does not let it pass."""
    write(project, DOUBTS["A2-tokens"], monkeypatch)
    project.write("scenarios/a.yaml", "scenario: a\nturns: [{user: Hi, expect: none}]\n")
    strict = harness("lint", "--strict")
    assert (strict.status, "[token-stream]" in strict.text) == (1, True)
    assert "warning: definitions/ours/provider.yaml" not in strict.text

    write(project, QUIET["whole"], monkeypatch)
    said = harness("lint")

    assert "token-stream" not in said.text
    assert "whole" not in said.text


@pytest.mark.parametrize("case", QUIET)
def test_a2_what_is_read_whole_is_not_noted(case, project, harness, monkeypatch):
    """A stream of which one event, or the joined text, is the message hides nothing."""
    write(project, QUIET[case], monkeypatch)
    (project.path / "definitions/ours/schemas/answer.schema.json").unlink()

    said = harness("providers", "check", "shop")

    assert "warning:" not in said.text


@pytest.mark.parametrize("path", ["definitions", "definitions/ours/provider.yaml", "."])
def test_d6_definitions_are_read_as_definitions(path, project, harness, monkeypatch):
    """A path that leads to definitions is no path to scenarios; recordings are left alone."""
    write(project, CASES["A1-two-bodies"], monkeypatch)
    project.write("cassettes/shop/a.yaml", "no: scenario\n")
    project.write("scenarios/a.yaml", "scenario: a\nturns: [{user: Hi, expect: none}]\n")

    said = harness("lint", path)

    assert "'form' is used together with 'json'" in said.text
    scenarios = "1 scenario file" if path == "." else "0 scenario files"
    assert said.text.endswith(f"{scenarios}, 1 definition, 1 problem\n")
    assert said.status == 1


def test_every_text_has_its_case():
    """No golden text is left over from a case that is gone."""
    notes = {f"doubts/{name}" for name in DOUBTS}
    assert stale("configuration", {*CASES, *ELSEWHERE, *notes}) == set()


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
