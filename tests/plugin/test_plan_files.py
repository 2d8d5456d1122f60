"""`harness plan`, and runs of the file that it writes."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import harness
from harness.cli.app import app
from harness.formats.json_schema import compile_format
from harness.parallel.plan_format import PLAN_SCHEMA
from harness.reports.results import read_results
from tests.plugin.project import scenario_text

pytestmark = pytest.mark.once


def plan(*words: str) -> dict[str, Any]:
    """What `harness plan --out plan.json` writes."""
    result = CliRunner().invoke(app, ["plan", "--out", "plan.json", *words])
    assert result.exit_code == 0, result.output
    content: dict[str, Any] = json.loads(Path("plan.json").read_text())
    return content


def listed(content: dict[str, Any], part: int) -> list[str]:
    """The plays of which a part has a take."""
    plays = content["plays"]
    return [one["id"] for one in plays if any(take["part"] == part for take in one["takes"])]


def ids(file: str) -> list[str]:
    return [record["id"] for record in read_results(Path(file))]


def test_a_plan_lists_plays_and_takes_with_their_seconds(project, run, echo):
    """Takes have keys; what is not recorded has no seconds of its own."""
    (project / "scenarios/often.yaml").write_text(scenario_text("often", repeat=2))
    (project / "scenarios/new.yaml").write_text(scenario_text("new"))
    run("--harness-mode=record", "scenarios/often.yaml")

    content = plan("--parts", "2")

    plays = {play["scenario"]: play for play in content["plays"]}
    first, second = plays["often"]["takes"]
    assert not compile_format(PLAN_SCHEMA, name="plan").misfit(content)
    assert plays["often"]["seconds"] == pytest.approx(first["seconds"] + second["seconds"])
    assert [first["key"], second["key"]] == [f"{plays['often']['id']}#{n}" for n in (1, 2)]
    assert "seconds" not in plays["new"]["takes"][0]
    assert {take["part"] for play in content["plays"] for take in play["takes"]} == {1, 2}


def test_a_plan_is_the_same_each_time(project):
    """Its hash is, too."""
    assert plan("--parts", "3") == plan("--parts", "3")
    assert plan("--parts", "3")["plan"] != plan("--parts", "2")["plan"]


def test_each_part_of_a_plan_plays_what_it_lists(project, run):
    """And reads no other file: what is wrong with those of other parts is not noticed."""
    content = plan("--parts", "2")

    for number in (1, 2):
        ended = run(
            "--harness-plan=plan.json", f"--harness-part={number}/2", f"--harness-reports={number}"
        )
        assert ended.ret == 0
        assert ids(f"{number}/results.json") == listed(content, number)
    files = ["1/results.json", "2/results.json"]
    merged = CliRunner().invoke(app, ["report", "merge", *files, "-o", "all.json"])
    assert merged.exit_code == 0, merged.output
    assert ids("all.json") == [play["id"] for play in content["plays"]]


def test_a_whole_plan_is_a_run_like_any_other(project, run):
    """Without `--harness-part` it plays all of it, and is added to the history."""
    content = plan("scenarios/shop")

    run("--harness-plan=plan.json", "--harness-reports=reports")

    assert ids("reports/results.json") == [play["id"] for play in content["plays"]]
    assert "part" not in read_results(Path("reports/results.json")).head
    assert (project / "reports/history.sqlite").is_file()


def test_a_plan_brings_its_providers_and_takes(project, run, echo):
    """They are options of `harness plan`."""
    plan("scenarios/greet.yaml", "--provider", "parrot", "--repeat", "2")

    run("--harness-plan=plan.json", "--harness-mode=live", "--harness-reports=reports")

    [record] = read_results(Path("reports/results.json"))
    assert record["provider"] == "parrot"
    assert len(record["takes"]) == 2


REFUSED = {
    "another number of parts": (
        ("--harness-part=1/3",),
        "*it has 2 parts, but --part is 1/3*--part 1/2*",
    ),
    "takes": (("--harness-repeat=4",), "*--repeat is part of the plan, which was made without it*"),
    "a provider": (("--harness-provider=parrot",), "*--provider is part of the plan*"),
    "a choice": (("-k", "nothing"), "*it lists what was not collected: scenarios/*"),
}


@pytest.mark.parametrize(("options", "message"), REFUSED.values(), ids=REFUSED)
def test_options_beside_a_plan_are_refused(project, run, options, message):
    """What is played is what the plan says."""
    plan("--parts", "2")

    ended = run("--harness-plan=plan.json", *options)

    assert ended.ret == 4
    ended.stderr.fnmatch_lines([message])


def test_a_plan_of_another_state_is_refused(project, run):
    """What has changed since is named."""
    plan()
    (project / "scenarios/new.yaml").write_text(scenario_text("new"))

    ended = run("--harness-plan=plan.json")

    assert ended.ret == 4
    ended.stderr.fnmatch_lines(
        ["plan.json: it is of another state of the project: scenarios/ differs*"]
    )


def test_recordings_may_change_after_a_plan(project, run, echo):
    """A part that records leaves the plan of the others as it is."""
    plan("--parts", "2")
    for file in (project / "cassettes").rglob("*.yaml"):
        file.unlink()

    ended = [
        run("--harness-plan=plan.json", f"--harness-part={n}/2", "--harness-mode=record")
        for n in (1, 2)
    ]

    assert [one.ret for one in ended] == [0, 0]


def edited(content: dict[str, Any]) -> str:
    return json.dumps({**content, "parts": 3})


WRONG = {
    "edited": (edited, "it was edited, or cut, since it was made"),
    "no JSON": (lambda _: "{", "this is not JSON"),
    "of a later format": (
        lambda content: json.dumps({**content, "version": 9}),
        "expected version 1",
    ),
    "something else": (lambda _: "[]", "[no-plan]"),
}


@pytest.mark.parametrize(("wrong", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_file_is_refused(project, run, wrong, message):
    """With its name, and how to make another."""
    content = plan()
    (project / "plan.json").write_text(wrong(content))

    ended = run("--harness-plan=plan.json")

    assert ended.ret == 4
    assert message in ended.stderr.str()
    assert "plan.json: " in ended.stderr.str()


def test_a_plan_that_is_not_there_is_refused(run):
    """The file is named."""
    ended = run("--harness-plan=nowhere.json")

    assert ended.ret == 4
    ended.stderr.fnmatch_lines(["nowhere.json: it cannot be read: No such file*no-plan*"])


def test_paths_beside_a_plan_have_no_effect(project, monkeypatch):
    """`harness run` says so before pytest is started."""
    plan()
    monkeypatch.setattr("harness.cli.commands.run.run_pytest", lambda _: 0)

    result = CliRunner().invoke(app, ["run", "scenarios/greet.yaml", "--plan", "plan.json"])

    assert "no-effect" in str(result.exception)
    assert "scenarios/greet.yaml" in str(result.exception)


def test_people_see_the_parts(project):
    """A line for each play, and one for each part."""
    result = CliRunner().invoke(app, ["plan", "--parts", "2"])

    assert result.exit_code == 0
    assert "scenarios/greet.yaml::greet[echo]" in result.output
    assert "2 parts of plan" in result.output


def test_a_wrong_number_of_takes_is_refused(project):
    """As `harness run --repeat` refuses it."""
    result = CliRunner().invoke(app, ["plan", "--repeat", "none"])

    assert result.exit_code == 2
    assert "--repeat: 'none' is not a number of takes" in result.output


def test_parts_in_python_are_those_of_the_command(project):
    """A part is a plan, which pickles, and gives the records of its scenarios."""
    content = plan("--parts", "2")
    whole = harness.plan()

    parts = [pickle.loads(pickle.dumps(whole.part(number, 2))) for number in (1, 2)]  # noqa: S301  # ours

    for number, part in enumerate(parts, 1):
        assert [record["id"] for record in harness.run(part)] == listed(content, number)
    assert whole.as_json(2) == content


def test_the_takes_of_a_scenario_are_divided_by_a_plan(project, run, echo):
    """Each part plays its own, with pytest as in Python."""
    (project / "scenarios/often.yaml").write_text(scenario_text("often", repeat=4))
    run("--harness-mode=record", "scenarios/often.yaml")
    plan("scenarios/often.yaml", "--parts", "2")

    for number in (1, 2):
        run("--harness-plan=plan.json", f"--harness-part={number}/2", f"--harness-reports={number}")

    whole = harness.plan("scenarios/often.yaml")
    for number in (1, 2):
        [record] = read_results(Path(f"{number}/results.json"))
        assert list(harness.run(whole.part(number, 2))) == [record]
        assert len(record["takes"]) == 2
    files = ["1/results.json", "2/results.json"]
    CliRunner().invoke(app, ["report", "merge", *files, "-o", "all.json"])
    assert list(read_results(Path("all.json"))) == list(harness.run(whole))


def test_takes_of_a_plan_are_played(project, echo):
    """`repeat` of `harness.plan` is that of every scenario."""
    whole = harness.plan("scenarios/greet.yaml", repeat="2")

    [record] = harness.run(whole, mode="live")

    assert len(record["takes"]) == 2
