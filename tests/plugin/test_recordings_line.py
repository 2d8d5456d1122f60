"""The closing line of a run that records: what it wrote, and what it replayed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugin.project import GREET, scenario_text

RECORD, REFRESH = "--harness-mode=record", "--harness-mode=refresh"
AGAIN = "the same command with --harness-mode=refresh records those again"


def line_of(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.startswith("recordings:")]


def recordings_in(result: pytest.RunResult) -> list[str]:
    return line_of(result.stdout.str())


def test_a_run_that_records_nothing_says_so(run, echo):
    """Every recording is there, so none is written, and the line says what records them again."""
    result = run(RECORD)

    result.assert_outcomes(passed=4)
    assert recordings_in(result) == [f"recordings: 0 written, 4 replayed; {AGAIN}"]
    assert echo.requests == []


def test_new_and_replaced_recordings_are_counted(run, echo, project):
    """One is missing, the message of another one changed, and three are complete."""
    (project / "scenarios/new.yaml").write_text(scenario_text("new"))
    (project / "scenarios/greet.yaml").write_text(GREET.replace("Hello there", "Good day"))

    result = run(RECORD)

    result.assert_outcomes(passed=5)
    assert recordings_in(result) == [
        f"recordings: 2 written (1 new, 1 replaced), 3 replayed; {AGAIN}"
    ]


def test_a_refresh_counts_what_it_wrote(run, echo, project):
    """Without a terminal nothing asks, so the line alone says that recordings were replaced."""
    (project / "scenarios/new.yaml").write_text(scenario_text("new"))

    result = run(REFRESH)

    result.assert_outcomes(passed=5)
    assert recordings_in(result) == ["recordings: 5 written (1 new, 4 replaced)"]


def test_a_conversation_that_breaks_is_not_written(run, echo, project):
    """It is neither written nor replayed."""
    (project / "scenarios/odd.yaml").write_text(scenario_text("odd", says="[[broken]]"))

    result = run("scenarios/odd.yaml", RECORD)

    result.assert_outcomes(errors=1)
    assert recordings_in(result) == ["recordings: 0 written"]


def test_a_damaged_recording_is_not_replayed(run, echo, project):
    """It is BROKEN, so that it does not count as used."""
    file = project / "cassettes/echo/greet.yaml"
    file.write_bytes(file.read_bytes()[:-120])

    result = run("scenarios/greet.yaml", RECORD)

    assert recordings_in(result) == ["recordings: 0 written"]


def test_recordings_for_another_folder_are_counted_with_it(run, echo, project):
    """With --harness-holding nothing is replaced."""
    result = run("scenarios/greet.yaml", REFRESH, "--harness-holding=held")

    assert recordings_in(result) == ["recordings: 1 written to held"]


@pytest.mark.parametrize("mode", ["replay", "live", "drift"])
def test_other_modes_say_nothing_of_recordings(run, echo, mode):
    """They write none."""
    assert recordings_in(run("scenarios/greet.yaml", f"--harness-mode={mode}")) == []


def test_takes_and_rows_have_a_recording_each(run, echo, project):
    """Three takes of a new scenario are three recordings."""
    (project / "scenarios/new.yaml").write_text(scenario_text("new", repeat={"takes": 3}))

    result = run("scenarios/new.yaml", "scenarios/shop/colours.yaml", RECORD)

    assert recordings_in(result) == [f"recordings: 3 written (3 new), 2 replayed; {AGAIN}"]


def test_python_tests_are_counted(run, echo, pytester):
    """A conversation of a test is recorded, and replayed the next time."""
    pytester.makepyfile(test_it="def test_it(conversation):\n    conversation().say('Hi')\n")

    first, second = run("test_it.py", RECORD), run("test_it.py", RECORD)

    assert recordings_in(first) == ["recordings: 1 written (1 new)"]
    assert recordings_in(second) == [f"recordings: 0 written, 1 replayed; {AGAIN}"]


def test_workers_of_xdist_are_counted_together(pytester, echo, project):
    """The process that starts them counts the recordings of all, and JUnit has each."""
    (project / "cassettes/echo/greet.yaml").unlink()

    result = pytester.runpytest_subprocess("-n2", RECORD, "--junitxml=junit.xml")

    assert recordings_in(result) == [f"recordings: 1 written (1 new), 3 replayed; {AGAIN}"]
    junit = (project / "junit.xml").read_text()
    assert junit.count('name="recording" value="new"') == 1
    assert junit.count('name="recording" value="replayed"') == 3


def test_harness_run_names_its_own_option(echo, project):
    """The line has the option of the command that was typed."""
    harness = Path(sys.executable).with_name("harness")
    command = [harness, "run", "--mode", "record", "scenarios/greet.yaml"]
    ended = subprocess.run(command, cwd=project, check=False, capture_output=True, text=True)

    again = AGAIN.replace("--harness-mode=", "--mode ")
    assert line_of(ended.stdout) == [f"recordings: 0 written, 1 replayed; {again}"]
