"""The commands that a red run names at its end."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugin.project import COLOURS, GREET, scenario_text
from tests.processes import PYTEST

LIVE = "--harness-mode=live"
REFRESH, IF_RIGHT = "next: harness run --mode refresh", "if the new reply is right"
ACCEPT = f"next: harness accept scenarios/greet.yaml:7  # {IF_RIGHT}"
CHAT = "next: harness chat echo --from scenarios/greet.yaml --turn 1  # to go on by hand"


def steps_in(result) -> list[str]:
    lines = result.outlines if hasattr(result, "outlines") else result.stdout.splitlines()
    return [line for line in lines if line.startswith("next: ")]


@pytest.fixture
def wrong(project):
    """The project with an expectation that does not hold, on line 7."""
    text = GREET.replace("contains: Hello there", "contains: Good morning")
    (project / "scenarios/greet.yaml").write_text(text)
    return project


def test_a_green_run_names_none(run):
    """There is nothing to do."""
    assert steps_in(run()) == []


@pytest.mark.parametrize("mode", ["replay", "record", "refresh"])
def test_a_failed_expectation_of_a_recording_can_be_accepted(run, echo, wrong, mode):
    """Its line is named, and the turn at which a chat continues."""
    assert steps_in(run(f"--harness-mode={mode}")) == [ACCEPT, CHAT]


@pytest.mark.parametrize("mode", ["live", "drift"])
def test_a_live_reply_is_recorded_before_it_is_accepted(run, echo, wrong, mode):
    """`accept` works on recordings, so the first command makes one."""
    assert steps_in(run(f"--harness-mode={mode}")) == [
        f"{REFRESH} scenarios/greet.yaml  # {IF_RIGHT}; then harness accept scenarios/greet.yaml:7",
        CHAT,
    ]


def test_the_commands_do_what_they_say(run, wrong):
    """Typed into a shell, the first makes the run green."""
    [accept, _] = steps_in(run())
    _, *words = shlex.split(accept.removeprefix("next: "), comments=True)
    harness = Path(sys.executable).with_name("harness")

    subprocess.run([harness, *words, "--yes"], cwd=wrong, check=True, capture_output=True)

    run().assert_outcomes(passed=4)


def test_a_broken_conversation_is_explained(run, project):
    """Its code is the one of the failure screen; nothing is accepted."""
    (project / "scenarios/new.yaml").write_text(scenario_text("new"))

    assert steps_in(run()) == ["next: harness explain cassette-missing"]


def test_failed_and_broken_have_a_line_each(run, wrong):
    """With both, no chat is named: there are at most two lines."""
    (wrong / "scenarios/new.yaml").write_text(scenario_text("new"))

    assert steps_in(run()) == [ACCEPT, "next: harness explain cassette-missing"]


@pytest.mark.once
def test_five_hundred_failures_have_two_lines(run, echo, project):
    """The first is named, and nothing invites to accept all of them."""
    numbers = {"number": [str(number) for number in range(500)]}
    text = scenario_text("many", says="${number}", matrix=numbers).replace("You said", "I said")
    (project / "scenarios/many.yaml").write_text(text)

    result = run("scenarios/many.yaml", LIVE, "--tb=no", "-q")

    result.assert_outcomes(failed=500)
    assert steps_in(result) == [
        f"{REFRESH} scenarios/many.yaml  # {IF_RIGHT}; then harness accept scenarios/many.yaml:5",
        "next: harness chat echo --from scenarios/many.yaml --turn 1 --row 0  # to go on by hand",
    ]


@pytest.mark.parametrize(
    "check", ["not_contains: Hello", "latency: {under: 0.001ms}"], ids=["forbids", "time"]
)
def test_what_accept_never_rewrites_is_not_offered(run, project, check):
    """A check that forbids something would be lost; the chat is named alone."""
    text = GREET.replace("contains: Hello there", check)
    (project / "scenarios/greet.yaml").write_text(text)

    assert steps_in(run()) == [CHAT]


def test_a_row_is_named(run, project):
    """A chat says the values of the failed row."""
    text = COLOURS.replace("contains: 3 words", "contains: 7 words")
    (project / "scenarios/shop/colours.yaml").write_text(text)

    chat = "harness chat echo --from scenarios/shop/colours.yaml --turn 2 --row blue"
    assert steps_in(run("-k", "blue"))[1:] == [f"next: {chat}  # to go on by hand"]


def test_an_expected_failure_names_none(run, wrong):
    """It is not red."""
    text = (wrong / "scenarios/greet.yaml").read_text()
    (wrong / "scenarios/greet.yaml").write_text(text.replace("turns:", "xfail: known\nturns:"))

    assert steps_in(run()) == []


def test_a_python_test_names_none(run, project, pytester):
    """Its expectations are changed by hand."""
    pytester.makepyfile(test_it="def test_it():\n    assert False\n")

    assert steps_in(run("test_it.py")) == []


def test_workers_of_xdist_hand_over_what_failed(pytester, wrong):
    """With -n 2 the lines are the same, and JUnit has the cause of the failure."""
    result = pytester.runpytest_subprocess("-n2", "--junitxml=junit.xml")

    assert steps_in(result) == [ACCEPT, CHAT]
    junit = (wrong / "junit.xml").read_text()
    assert 'name="cause" value="contains"' in junit
    assert 'name="cause_at" value="scenarios/greet.yaml:7"' in junit


def test_the_commands_fit_the_folder_of_the_run(wrong):
    """Above the project they go into it first, and below it their paths are relative."""
    above = _run_in(wrong.parent, wrong.name)
    below = _run_in(wrong / "scenarios", "greet.yaml")

    folder = shlex.quote(wrong.name)
    assert above[0] == ACCEPT.replace("next: ", f"next: cd {folder} && ")
    assert above[1] == CHAT.replace("next: ", f"next: cd {folder} && ")
    assert below == [line.replace("scenarios/", "") for line in (ACCEPT, CHAT)]


def _run_in(folder, *arguments: str) -> list[str]:
    command = [*PYTEST, *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    return steps_in(
        subprocess.run(
            command, cwd=folder, env=environment, check=False, capture_output=True, text=True
        )
    )
