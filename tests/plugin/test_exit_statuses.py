"""The exit statuses of `harness run`, and the classes that pytest's closing lines tell."""

from __future__ import annotations

import subprocess
import sys

import pytest

from harness.reports.classes import class_of, status_of
from harness.reports.results import read_results
from tests.plugin.echo_bot import Manner


def fail(project, echo):
    file = project / "scenarios/greet.yaml"
    file.write_text(file.read_text().replace("contains: Hello", "contains: Good-bye"))
    return ()


def break_(project, echo):
    (project / "cassettes/echo/only-echo.yaml").unlink()
    return ()


def fail_and_break(project, echo):
    return (*fail(project, echo), *break_(project, echo))


def drift(project, echo):
    echo.manner = Manner(adds={"mood": "fine"})
    return ("--mode=drift", "--fail-on=shape")


CASES = {
    "passed": (lambda *_: (), 0, {}, ""),
    "failed": (fail, 1, {"failed": 1}, ""),
    "broken": (break_, 7, {"broken": 1}, "red tests: 1 BROKEN\n"),
    "both": (fail_and_break, 1, {"failed": 1, "broken": 1}, "red tests: 1 FAILED, 1 BROKEN\n"),
    "drifted": (drift, 8, {"drifted": 4}, "red tests: 4 only drifted\n"),
    "nothing": (lambda *_: ("-k", "nothing-of-the-kind"), 5, {}, ""),
}


@pytest.mark.parametrize("case", CASES)
def test_the_status_of_harness_run_tells_the_class(project, echo, case):
    """The worst class decides; `results.json` and the closing lines tell all of them."""
    prepare, status, classes, line = CASES[case]
    command = [sys.executable, "-c", "from harness.cli import main; main()", "run"]
    options = prepare(project, echo)

    ended = subprocess.run(
        [*command, *options], cwd=project, check=False, capture_output=True, text=True
    )
    head = read_results(project / "reports/results.json").head

    assert ended.returncode == status, ended.stdout
    assert head.get("classes", {}) == classes
    assert line in ended.stdout
    assert ("red tests:" in ended.stdout) == bool(line)


@pytest.mark.parametrize(
    ("exit_status", "classes", "status"),
    [
        (0, {}, 0),
        (1, {}, 1),
        (2, {"broken": 1}, 2),
        (1, {"broken": 1, "drifted": 1}, 7),
        (1, {"failed": 1, "broken": 1, "drifted": 1}, 1),
        (1, {"drifted": 2}, 8),
        (143, {"failed": 1}, 143),
    ],
)
def test_the_first_that_applies(exit_status, classes, status):
    """Pytest's own statuses come first, then FAILED, BROKEN and drift."""
    assert status_of(exit_status, classes) == status


@pytest.mark.parametrize(
    ("outcome", "codes", "expected"),
    [
        ("passed", [], ""),
        ("skipped", [], ""),
        ("broken", ["timeout"], "broken"),
        ("failed", ["contains"], "failed"),
        ("failed", ["contains", "drift"], "failed"),
        ("failed", ["drift"], "drifted"),
    ],
)
def test_the_class_of_a_conversation(outcome, codes, expected):
    """Drift is a class of its own only where nothing else failed."""
    assert class_of(outcome, codes) == expected
