from __future__ import annotations

from pathlib import Path

from benchmarks import plain_checks
from benchmarks.words import TURNS, conversation_name, order, replied, said
from benchmarks.workload import ADDRESS_VARIABLE, Checks, scenario_file, write_project
from harness.project.loading import entry_of, load_scenario
from harness.project.project import Project


def test_generated_scenarios_are_valid(tmp_path: Path):
    """Every generated scenario is read without a problem, under its own id and with five turns."""
    write_project(tmp_path, 3)
    project = Project.at(tmp_path / "harness.yaml")

    scenarios = [load_scenario(project, tmp_path / scenario_file(n)) for n in (1, 2, 3)]

    assert [scenario.id for scenario in scenarios] == [conversation_name(n) for n in (1, 2, 3)]
    assert {len(scenario.user_turns) for scenario in scenarios} == {TURNS}


def test_generated_definition_is_valid(tmp_path: Path, monkeypatch):
    """The generated provider can be filled in with nothing but the server's address."""
    monkeypatch.setenv(ADDRESS_VARIABLE, "http://127.0.0.1:1/wait/200")
    write_project(tmp_path, 1)
    project = Project.at(tmp_path / "harness.yaml")

    provider = project.provider("bench")

    assert provider.settings == {"base_url": "http://127.0.0.1:1/wait/200"}


def test_every_turn_is_checked_twice(tmp_path: Path):
    """Each turn expects a text and a shape, so no row measures unchecked replies."""
    write_project(tmp_path, 1)
    project = Project.at(tmp_path / "harness.yaml")

    scenario = load_scenario(project, tmp_path / scenario_file(1))

    names = [[e.name for e in turn.expectations] for turn in scenario.user_turns]
    assert names == [["contains", "schema"]] * TURNS


def test_scenarios_are_played_against_the_bench_provider(tmp_path: Path):
    """A generated project has one provider, so its scenarios need not name it."""
    write_project(tmp_path, 1)
    project = Project.at(tmp_path / "harness.yaml")

    entry = entry_of(project, tmp_path / scenario_file(1))

    assert project.providers_of(entry.providers, ()) == ("bench",)


def test_replies_hold_what_is_expected():
    """The server's answer contains what the scenario looks for, in every turn."""
    texts = said(7)

    assert all(order(7) in replied(text) for text in texts)


def test_the_rows_of_checks_differ_in_their_checks_alone(tmp_path: Path):
    """The scenarios with six checks, and those with none, say the same."""
    found = {}
    for checks in (Checks.SIX, Checks.NONE):
        write_project(tmp_path / checks, 1, checks)
        project = Project.at(tmp_path / checks / "harness.yaml")
        found[checks] = load_scenario(project, tmp_path / checks / scenario_file(1)).user_turns

    names = [[e.name for e in turn.expectations] for turn in found[Checks.SIX]]
    said = [[turn.message.text.render({}) for turn in turns] for turns in found.values()]
    assert names == [["contains", "schema", "matches", "json", "status", "max_words"]] * TURNS
    assert not any(turn.expectations for turn in found[Checks.NONE])
    assert said[0] == said[1]


def test_plain_python_asserts_what_the_replies_fulfil(capsys):
    """The loop beside the checks looks at every turn, and every assertion holds."""
    plain_checks.main(2, is_checked=True)

    assert capsys.readouterr().out == f"{2 * TURNS} turns\n"
