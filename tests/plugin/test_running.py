"""Plans and runs without pytest: the records are those of results.json."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import threading

import pytest

import harness
from harness.core.errors import ConfigurationError, ScenarioError
from harness.evaluation import Takes
from harness.play.runner import Runner
from harness.project.plan import Mode
from harness.project.project import Project
from harness.reports.results import read_results, record_of
from harness.reports.run_events import (
    EarlierAttempt,
    ExpectedFailure,
    FileUnread,
    Identity,
    PlayBegan,
    PlayEnded,
    PlayingBegan,
    PlayingEnded,
    ReportsMade,
    ScenarioFinished,
    ScenarioSkipped,
)
from harness.reports.summary import summary_of
from tests.plugin.project import scenario_text


def told_by_pytest(project) -> list[dict]:
    return list(read_results(project / "reports/results.json"))


@pytest.fixture
def varied(project):
    """Scenarios of each kind: takes, skipped, expected to fail, failed, and not recorded."""
    folder = project / "scenarios/varied"
    folder.mkdir()
    texts = {
        "twice": scenario_text("twice", repeat=2),
        "skipped": scenario_text("skipped", skip="not today"),
        "expected": scenario_text("expected", says="Good", xfail="known"),
        "strict": scenario_text("strict", xfail={"reason": "known", "strict": True}),
        "wrong": scenario_text("wrong"),
        "missing": scenario_text("missing"),
    }
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)
    return project


@pytest.fixture
def played(varied, run, echo):
    """The same recorded, and changed so that they come out in all ways."""
    del echo
    run("--harness-mode=record")
    folder = varied / "scenarios/varied"
    for name in ("expected", "wrong"):
        text = (folder / f"{name}.yaml").read_text()
        (folder / f"{name}.yaml").write_text(text.replace("'You said'", "'Good bye'"))
    (varied / "cassettes/echo/missing.yaml").unlink()
    run("--harness-reports=reports")
    return varied


def test_a_replay_gives_the_records_of_results_json(played):
    """Passed, failed, broken, skipped, expected and repeated, in the order of the files."""
    records = list(harness.run(harness.plan()))

    assert records == told_by_pytest(played)
    assert {one["outcome"] for one in records} == {"passed", "failed", "broken", "skipped"}


def test_a_live_run_gives_them_too(played, run, echo):
    """The conversations are held by threads, and come in the plan's order."""
    del echo
    run("--harness-mode=live", "--harness-reports=reports")

    records = list(harness.run(harness.plan(), mode="live", concurrency=3))

    told = told_by_pytest(played)
    assert [one["id"] for one in records] == [one["id"] for one in told]
    assert [one["outcome"] for one in records] == [one["outcome"] for one in told]
    assert not any(one.get("transcript", {}).get("is_recorded") for one in records)


def test_closing_the_records_ends_a_run(project, echo):
    """Who asks for no further record leaves no thread, and no conversation that has begun."""
    del project
    before = threading.active_count()
    records = harness.run(harness.plan(), mode="live", concurrency=1)
    first = next(records)
    records.close()

    assert first["outcome"] == "passed"
    assert threading.active_count() == before
    assert echo.are_closed()


_SHARED = """
import json, harness
plan = harness.plan("scenarios")
alone, shared = (list(harness.run(plan, processes=count)) for count in (1, 3))
print(json.dumps([alone == shared, len(shared)]))
"""


def test_processes_change_nothing(played):
    """Several processes give the records of one, in the same order."""
    # In a process of its own: this one holds the threads of the bot, so it is not forked.
    ended = subprocess.run(
        [sys.executable, "-c", _SHARED],
        check=True,
        capture_output=True,
        text=True,
        cwd=played,
        env={name: value for name, value in os.environ.items() if not name.startswith("ECHO")},
    )

    assert json.loads(ended.stdout) == [True, len(told_by_pytest(played))]


def test_a_plan_is_of_paths_providers_and_tags(project):
    """What is left out is all; a file that is named is a scenario, wherever it lies."""
    everything = harness.plan(config=project / "harness.yaml")
    smoke = harness.plan("scenarios/shop", providers=["parrot", "echo"], tags=["smoke"])

    assert [one.id for one in everything.scenarios] == [
        "scenarios/greet.yaml::greet[echo]",
        "scenarios/shop/colours.yaml::colours[echo-red]",
        "scenarios/shop/colours.yaml::colours[echo-blue]",
        "scenarios/shop/only-echo.yaml::only-echo[echo]",
    ]
    assert [one.id for one in smoke.scenarios] == ["scenarios/shop/only-echo.yaml::only-echo[echo]"]
    assert [one.entry.tags for one in smoke.scenarios] == [("smoke", "named")]


def test_a_plan_says_all_that_is_wrong(project):
    """Of every file, as one error."""
    for name in ("first", "second"):
        (project / f"scenarios/{name}.yaml").write_text(f"scenario: {name}\nturn: []\n")

    with pytest.raises(ScenarioError) as error:
        harness.plan()

    assert {str(one.place).partition(":")[0] for one in error.value.problems} == {
        "scenarios/first.yaml",
        "scenarios/second.yaml",
    }


def test_a_provider_that_is_not_there(project):
    """A misspelt name is told with the one that is meant."""
    del project
    with pytest.raises(ConfigurationError, match="did you mean 'parrot'"):
        harness.plan(providers=["parot"])


@pytest.mark.parametrize("given", [["smok"], "smok"], ids=["list", "text"])
def test_a_tag_that_is_not_there(project, given):
    """A misspelt tag is told with the one that is meant; an empty plan would pass in silence."""
    del project
    with pytest.raises(ConfigurationError, match="'smok'; did you mean 'smoke'"):
        harness.plan(tags=given)


def test_a_single_name_is_no_row_of_letters(project):
    """A text stands for one provider or one tag."""
    del project
    plan = harness.plan(providers="echo", tags="named")

    assert [one.id for one in plan.scenarios] == ["scenarios/shop/only-echo.yaml::only-echo[echo]"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"concurrency": 3}, "'concurrency' has no effect in the mode replay"),
        ({"mode": "live", "processes": 2}, "'processes' has no effect in the mode live"),
        ({"processes": 0}, "at least 1"),
        ({"mode": "live", "concurrency": 0}, "at least 1"),
    ],
    ids=["concurrency-in-replay", "processes-live", "no-process", "none-at-once"],
)
def test_a_number_without_effect_is_refused_at_once(project, options, told):
    """Nothing is played for it."""
    del project
    plan = harness.plan()

    with pytest.raises(ValueError, match=told):
        harness.run(plan, **options)


def test_no_project(tmp_path, monkeypatch):
    """Without a harness.yaml there is nothing to plan."""
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigurationError, match="no-project"):
        harness.plan()


def test_an_unknown_mode_is_refused_at_once(project):
    """Nothing is played for it."""
    del project
    plan = harness.plan()

    with pytest.raises(ValueError, match="'reply'; did you mean 'replay'"):
        harness.run(plan, mode="reply")


def test_a_plan_and_its_records_pickle(played):
    """Plan, entries and records can be handed to other processes and machines."""
    del played
    plan = harness.plan()
    records = list(harness.run(plan))

    assert pickle.loads(pickle.dumps(plan)) == plan  # noqa: S301  # our own
    assert pickle.loads(pickle.dumps(records)) == records  # noqa: S301  # our own
    assert any(one.entry.waivers for one in plan.scenarios)


def test_events_pickle(played):
    """What one process tells another of a run is the same there."""
    plan = harness.plan()
    runner = Runner(Project.at(played / "harness.yaml"), Mode.REPLAY)
    wrong, twice = (
        next(one for one in plan.scenarios if one.play.scenario == name)
        for name in ("wrong", "twice")
    )
    result = runner.run(wrong.play)
    takes = Takes.of(tuple(map(runner.run, twice.play.takes(2))), twice.entry.repeat)
    events = [
        PlayingBegan(plays=2),
        PlayBegan(play=wrong.play),
        PlayEnded(play=wrong.play, turns=1),
        PlayingEnded(),
        *(
            ScenarioFinished(
                id=scenario.id,
                summary=summary_of(came),
                record=record_of(Identity(id=scenario.id), came),
                expected=ExpectedFailure(reason="known", is_strict=False),
                earlier=(EarlierAttempt(outcome="failed", codes=("contains",)),),
            )
            for scenario, came in ((wrong, result), (twice, takes))
        ),
        ScenarioSkipped(id=wrong.id, play=wrong.play, line=1, reason="not today"),
        FileUnread(file="scenarios/x.yaml", message="it is wrong"),
        ReportsMade(paths=(played / "reports/results.json",), problem=""),
    ]

    assert pickle.loads(pickle.dumps(events)) == events  # noqa: S301  # our own
