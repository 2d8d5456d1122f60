"""Replays that several processes share come out as those of one."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from harness.reports.results import read_results
from tests.plugin.project import scenario_text

COUNT = 12


@pytest.fixture
def suite(project, run, echo) -> Path:
    """Twelve recorded scenarios: two fail, two are broken, and one is repeated."""
    folder = project / "scenarios/many"
    folder.mkdir()
    for number in range(1, COUNT + 1):
        (folder / f"n{number:02}.yaml").write_text(scenario_text(f"n{number:02}"))
    repeated = scenario_text("n09").replace("turns:", "repeat: {takes: 2, pass: 1}\nturns:", 1)
    (folder / "n09.yaml").write_text(repeated)
    run("--harness-mode=record", "scenarios/many").assert_outcomes(passed=COUNT)
    wrong = scenario_text("n03").replace("'You said'", "'Good morning'")
    (folder / "n03.yaml").write_text(wrong)
    (folder / "n05.yaml").write_text(scenario_text("n05", says="never recorded"))
    unexpected = {"reason": "known", "strict": True}
    (folder / "n08.yaml").write_text(scenario_text("n08", xfail=unexpected))
    (project / "cassettes").joinpath("echo/n07.yaml").unlink()
    return project


def replay(
    project: Path, processes: int, *options: str, reports: str = "reports"
) -> subprocess.CompletedProcess[str]:
    # A process of its own: this one holds the threads of the bot, so it would not be forked.
    command = (
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "scenarios/many"),
        *(f"--harness-processes={processes}", f"--harness-reports={reports}"),
        *(f"--junitxml={reports}/junit.xml", *options),
    )
    return subprocess.run(command, cwd=project, check=False, capture_output=True, text=True)


def told(project: Path, reports: str) -> list[dict]:
    """What results.json holds of each conversation, in its order."""
    return list(read_results(project / reports / "results.json"))


def properties(project: Path, reports: str) -> list[list[tuple[str, str]]]:
    root = ET.parse(project / reports / "junit.xml").getroot()  # noqa: S314  # our own file
    return [
        [(one.get("name", ""), one.get("value", "")) for one in case.iter("property")]
        for case in root.iter("testcase")
    ]


def without_times(text: str) -> list[str]:
    return [line for line in text.splitlines() if " in " not in line]


@pytest.mark.parametrize("processes", [2, 4])
def test_the_outcome_does_not_depend_on_the_number_of_processes(suite, processes):
    """Terminal, results and JUnit are the same, failures and their order included."""
    alone = replay(suite, 1, reports="alone")
    shared = replay(suite, processes, reports="shared")

    assert alone.returncode == shared.returncode == 1
    assert without_times(shared.stdout.replace("shared/", "alone/")) == without_times(alone.stdout)
    assert told(suite, "shared") == told(suite, "alone")
    assert properties(suite, "shared") == properties(suite, "alone")
    assert len(told(suite, "alone")) == COUNT


def test_what_the_processes_parsed_is_kept(suite):
    """A first run by three processes leaves the same cache as a first run by one."""
    kept = []
    for processes in (1, 3):
        cache = suite / f"cache{processes}"
        replay(suite, processes, "-o", f"cache_dir={cache}")
        with sqlite3.connect(cache / "d/harness/parsed.sqlite") as connection:
            kept.append(set(connection.execute("SELECT key, value FROM parsed")))
        connection.close()

    assert kept[0] == kept[1]
    assert len(kept[0]) > COUNT


def test_files_are_collected_as_one_process_collects_them(suite):
    """Items, their order, and what is wrong with a file are the same, read at once or not."""
    (suite / "scenarios/many/n06.yaml").write_text("scenario: n06\nturn: []\n")
    told = [
        replay(suite, processes, "--collect-only", "-o", f"cache_dir={suite}/cache{processes}")
        for processes in (1, 3)
    ]

    alone, shared = told
    assert alone.returncode == shared.returncode == 2
    assert "did you mean 'turns'" in alone.stdout
    assert without_times(shared.stdout) == without_times(alone.stdout)


@pytest.mark.parametrize("options", [("-k", "n02 or n11"), ("scenarios/many/n02.yaml",)])
def test_a_part_of_the_files_may_be_asked_for(suite, options):
    """What other processes read for nothing changes nothing."""
    alone = replay(suite, 1, *options, reports="alone")
    shared = replay(suite, 3, *options, "-p", "no:cacheprovider", reports="shared")

    assert alone.returncode == shared.returncode
    assert told(suite, "shared") == told(suite, "alone")


def test_other_processes_do_the_work(suite):
    """With two processes, scenarios are played in another one than pytest's."""
    _note_who_plays(suite)

    replay(suite, 2)

    who = [json.loads(line) for line in (suite / "who.jsonl").read_text().splitlines()]
    assert len({process for process, _ in who}) == 2


def test_killed_processes_cost_time_and_nothing_else(suite):
    """Whatever the others were at is played again where they are gone."""
    (suite / "conftest.py").write_text(
        "import multiprocessing\n\n"
        "def pytest_runtest_logstart(nodeid, location):\n"
        "    for process in multiprocessing.active_children():\n"
        "        process.kill()\n"
    )
    alone = replay(suite, 1, reports="alone")
    shared = replay(suite, 3, reports="shared")

    assert shared.returncode == alone.returncode == 1
    assert told(suite, "shared") == told(suite, "alone")


def test_x_ends_the_other_processes(suite):
    """-x reports the first failure and nothing after it."""
    result = replay(suite, 2, "-x")

    assert result.returncode == 1
    assert [one["scenario"] for one in told(suite, "reports")] == ["n01", "n02", "n03"]


@pytest.mark.parametrize(
    "reason", ["few", "allure", "verbose", "own-checks"], ids=lambda reason: reason
)
def test_pytests_own_process_plays_where_it_must(suite, reason):
    """Few scenarios, reporters that need whole transcripts, and code of the project stay here."""
    _note_who_plays(suite)
    options = {
        "few": (),
        "allure": ("--alluredir=allure", "--harness-processes=2"),
        "verbose": ("-vv", "--harness-processes=2"),
        "own-checks": ("--harness-processes=2",),
    }[reason]
    if reason == "own-checks":
        (suite / "own.py").write_text(
            "from harness import check\n\n\n"
            "@check(schema={'type': 'integer', 'examples': [2]}, on='text')\n"
            "def polite_words(subject, value):\n    return None\n"
        )
        config = suite / "harness.yaml"
        config.write_text(config.read_text() + "\nchecks: [own.py]\n")
    command = [sys.executable, "-m", "pytest", "-q", "scenarios/many", *options]

    subprocess.run(command, cwd=suite, check=False, capture_output=True, text=True)

    who = [json.loads(line) for line in (suite / "who.jsonl").read_text().splitlines()]
    assert len({process for process, _ in who}) == 1
    assert {scenario for _, scenario in who} == {f"n{number:02}" for number in range(1, COUNT + 1)}


def _note_who_plays(project: Path) -> None:
    """Let each process write down what it plays."""
    (project / "conftest.py").write_text(
        "import json, os, pathlib\n"
        "from harness.play.runner import Runner\n\n"
        "run = Runner.run\n\n"
        "def noting(self, play):\n"
        "    with pathlib.Path(__file__).with_name('who.jsonl').open('a') as file:\n"
        "        file.write(json.dumps([os.getpid(), play.scenario]) + '\\n')\n"
        "    return run(self, play)\n\n"
        "Runner.run = noting\n"
    )
