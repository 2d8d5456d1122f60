"""Rows of D2: a test that a plugin runs again is what its last attempt was, in every output."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import xml.etree.ElementTree as ET
from contextlib import closing
from types import SimpleNamespace

import pytest

from harness.pytest_plugin.attempts import Attempts, ItemAttempt
from harness.reports.results import read_results
from harness.reports.run_events import EarlierAttempt
from tests.plugin.echo_bot import Manner
from tests.plugin.project import scenario_text
from tests.processes import COSTLY, without

BAD = Manner(says="He said")
"""A bot that does not say what is expected."""
ALONE_OR_XDIST = pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])


@pytest.fixture
def rerun(project, monkeypatch):
    """Runs pytest with three reruns and all reports; gives its status and what it printed."""
    monkeypatch.setenv("PYTEST_ADDOPTS", without("flaky", *COSTLY))
    (project / "scenarios/moody.yaml").write_text(scenario_text("moody"))

    def run(*arguments: str):
        command = (
            *(sys.executable, "-m", "pytest", "-p", "no:randomly", "--reruns=3"),
            *("--harness-reports=reports", "--junitxml=reports/junit.xml", *arguments),
        )
        return subprocess.run(command, cwd=project, check=False, capture_output=True, text=True)

    return run


def _findings(folder) -> int:
    sarif = json.loads((folder / "results.sarif").read_text())
    quality = json.loads((folder / "code-quality.json").read_text())
    assert len(sarif["runs"][0]["results"]) == len(quality)
    return len(quality)


def _history(folder) -> tuple[int, int]:
    with closing(sqlite3.connect(folder / "history.sqlite")) as history:
        return history.execute("SELECT passed, failed FROM harness_runs").fetchone()


def _case(folder) -> tuple[list[str], dict[str, str]]:
    """What JUnit says of the only test: what is wrong, and its properties."""
    (case,) = ET.parse(folder / "junit.xml").getroot().iter("testcase")  # noqa: S314  # our own file
    pairs = [(one.get("name", ""), one.get("value", "")) for one in case.iter("property")]
    assert len(dict(pairs)) == len(pairs)
    return [one.tag for one in case if one.tag in ("failure", "error")], dict(pairs)


@ALONE_OR_XDIST
def test_d2_the_last_attempt_counts_where_it_passed(rerun, project, echo, workers):
    """Two attempts FAILED; every report says what pytest says: one passed, and nothing is red."""
    echo.moods[:] = [BAD, BAD]

    ended = rerun("scenarios/moody.yaml", "--harness-mode=live", *workers)
    (record,) = read_results(project / "reports/results.json")
    wrong, properties = _case(project / "reports")

    assert "1 passed, 2 rerun" in ended.stdout, ended.stdout
    assert "echo            1        0        0        1        1\n" in ended.stdout
    assert (
        "2 earlier attempts not counted: only the last one of each conversation counts\n"
    ) in ended.stdout
    assert record["outcome"] == "passed"
    assert [(one["outcome"], one["codes"]) for one in record["attempts"]] == [
        ("failed", ["contains"])
    ] * 2
    assert "turn 1" in record["attempts"][0]["failure"]
    assert (wrong, properties["outcome"], properties["attempts"]) == ([], "passed", "3")
    assert _findings(project / "reports") == 0
    assert _history(project / "reports") == (1, 0)
    assert "1 passed" in (project / "reports/summary.md").read_text()
    assert "failed" not in (project / "reports/summary.md").read_text()


@ALONE_OR_XDIST
def test_d2_the_last_attempt_counts_where_all_failed(rerun, project, echo, workers):
    """Four attempts are one failure, with one finding."""
    echo.manner = BAD

    ended = rerun("scenarios/moody.yaml", "--harness-mode=live", *workers)
    (record,) = read_results(project / "reports/results.json")
    wrong, properties = _case(project / "reports")

    assert "1 failed, 3 rerun" in ended.stdout, ended.stdout
    assert "echo            0        1        0        1        1\n" in ended.stdout
    assert "problems: 1 contains\n" in ended.stdout
    assert (record["outcome"], len(record["attempts"])) == ("failed", 3)
    assert (wrong, properties["outcome"]) == (["failure"], "failed")
    assert _findings(project / "reports") == 1
    assert _history(project / "reports") == (0, 1)


def test_d2_an_attempt_that_broke_is_one_that_does_not_count(rerun, project, echo):
    """An error in set-up is run again as well."""
    echo.moods[:] = [Manner(status=418)]

    ended = rerun("scenarios/moody.yaml", "--harness-mode=live")
    (record,) = read_results(project / "reports/results.json")

    assert "1 passed, 1 rerun" in ended.stdout, ended.stdout
    assert record["outcome"] == "passed"
    assert len(record["attempts"]) == 1


@ALONE_OR_XDIST
def test_d2_a_rerun_in_replay_says_that_it_replays(rerun, project, workers):
    """It plays the same recording, so it cannot come out otherwise."""
    file = project / "scenarios/greet.yaml"
    file.write_text(file.read_text().replace("contains: Hello", "contains: Good-bye"))

    ended = rerun("scenarios/greet.yaml", *workers)
    (record,) = read_results(project / "reports/results.json")

    assert "1 failed, 3 rerun" in ended.stdout, ended.stdout
    assert (
        "note: greet: it was run again from its recording, which always gives the same "
        "result; play it with --mode live\n"
    ) in ended.stdout
    assert any("run again from its recording" in note for note in record["notes"])


@ALONE_OR_XDIST
def test_d2_conversations_of_a_python_test(rerun, project, echo, workers):
    """Those of the last attempt are reported, and no others."""
    echo.moods[:] = [BAD]
    (project / "test_moody.py").write_text(
        "def test_moody(conversation):\n"
        "    conversation('echo').say('Hello').expect(contains='You said')\n"
    )

    ended = rerun("test_moody.py", "--harness-mode=live", *workers)
    (record,) = read_results(project / "reports/results.json")
    _, properties = _case(project / "reports")

    assert "1 passed, 1 rerun" in ended.stdout, ended.stdout
    assert "echo            1        0        0        1        1\n" in ended.stdout
    assert (record["outcome"], len(record["attempts"])) == ("passed", 1)
    assert properties["outcome"] == "passed"


def test_d2_a_scenario_of_several_takes(rerun, project, echo):
    """All takes are played again, and those of the last attempt count."""
    (project / "scenarios/moody.yaml").write_text(scenario_text("moody", repeat=2))
    echo.moods[:] = [BAD]

    ended = rerun("scenarios/moody.yaml", "--harness-mode=live", "--harness-concurrency=1")
    (record,) = read_results(project / "reports/results.json")

    assert "1 passed, 1 rerun" in ended.stdout, ended.stdout
    assert "takes of 1 scenario: 2 passed\n" in ended.stdout
    assert [take["outcome"] for take in record["takes"]] == ["passed", "passed"]


def test_d2_last_failed_plays_what_failed_in_the_end(rerun, project, echo):
    """--lf, --maxfail and -x go by the last attempts, too."""
    (project / "scenarios/sure.yaml").write_text(scenario_text("sure"))
    paths = ("scenarios/moody.yaml", "scenarios/sure.yaml")
    live = ("--harness-mode=live", "--harness-concurrency=1")
    echo.moods[:] = [BAD, Manner()]

    first = rerun(*paths, *live, "-x", "--maxfail=1")
    again = rerun(*paths, *live, "--lf")

    assert "2 passed, 1 rerun" in first.stdout, first.stdout
    assert "2 passed" in again.stdout


FLAKY = ("--force-flaky", "--max-runs=3", "--no-flaky-report")


@pytest.fixture
def flaky(project, monkeypatch):
    """Runs pytest with flaky, which runs each test up to three times, and all reports."""
    monkeypatch.setenv("PYTEST_ADDOPTS", without("rerunfailures", *COSTLY))
    (project / "scenarios/moody.yaml").write_text(scenario_text("moody"))
    (project / "test_moody.py").write_text(
        "def test_moody(conversation):\n"
        "    conversation('echo').say('Hello').expect(contains='You said')\n"
    )

    def run(*arguments: str):
        command = (
            *(sys.executable, "-m", "pytest", "-p", "no:randomly", *FLAKY),
            *("--harness-reports=reports", "--junitxml=reports/junit.xml", *arguments),
        )
        return subprocess.run(command, cwd=project, check=False, capture_output=True, text=True)

    return run


@ALONE_OR_XDIST
@pytest.mark.parametrize("test", ["scenarios/moody.yaml", "test_moody.py"])
def test_of_what_flaky_runs_again_the_last_attempt_counts(test, flaky, project, echo, workers):
    """It ends each attempt as pytest ends a test, and reports the last one only."""
    echo.moods[:] = [BAD, BAD]

    ended = flaky(test, "--harness-mode=live", *workers)
    (record,) = read_results(project / "reports/results.json")
    wrong, properties = _case(project / "reports")

    assert "1 passed in" in ended.stdout, ended.stdout
    assert "echo            1        0        0        1        1\n" in ended.stdout
    assert record["outcome"] == "passed"
    assert [one["outcome"] for one in record["attempts"]] == ["failed", "failed"]
    assert (wrong, properties["outcome"]) == ([], "passed")
    assert _findings(project / "reports") == 0
    assert _history(project / "reports") == (1, 0)


def test_of_what_flaky_records_again_the_last_attempt_counts(flaky, project, echo):
    """What was recorded in the first attempt is replayed, and says so; the next test is whole."""
    echo.moods[:] = [BAD]

    ended = flaky("scenarios/moody.yaml", "test_moody.py", "--harness-mode=record")
    records = list(read_results(project / "reports/results.json"))

    assert "1 failed, 1 passed in" in ended.stdout, ended.stdout
    assert [(one["outcome"], len(one.get("attempts", ()))) for one in records] == [
        ("failed", 2),
        ("passed", 0),
    ]
    assert "note: moody: it was run again from its recording" in ended.stdout
    assert not list((project / "cassettes").rglob(".*"))


def test_flaky_that_runs_nothing_again_changes_nothing():
    """Where it is installed and not asked, each test is told of at once."""
    item = SimpleNamespace(nodeid="a", get_closest_marker=lambda _name: None)
    config = SimpleNamespace(
        pluginmanager=SimpleNamespace(hasplugin=lambda name: name == "flaky"),
        getoption=lambda _name, default: default,
    )
    told = []

    failed = EarlierAttempt(outcome="failed")
    Attempts(config).over(ItemAttempt(item=item, as_earlier=failed, finish=told.append))

    assert told == [()]
