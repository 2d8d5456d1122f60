"""What a scenario can be, two of it at once."""

from __future__ import annotations

import pytest

from tests.plugin.echo_bot import Manner
from tests.plugin.project import scenario_text

RECORD = "--harness-mode=record"
DRIFT = "--harness-mode=drift"
OFTEN = "scenarios/often.yaml"


@pytest.mark.parametrize(
    ("says", "outcome"),
    [("I do not say", {"xfailed": 1}), ("You said", {"xpassed": 1})],
    ids=["wrong", "right"],
)
def test_an_expected_failure_of_takes(run, echo, project, says, outcome):
    """`xfail` is about all takes together: too few pass, or enough do."""
    text = scenario_text("often", repeat={"takes": 2, "pass": 1}, xfail="known")
    (project / OFTEN).write_text(text)
    echo.manner = Manner(says=says)

    run(RECORD, OFTEN).assert_outcomes(**outcome)
    replayed = run(OFTEN)

    replayed.assert_outcomes(**outcome)


def test_takes_of_an_expected_failure_that_cannot_be_told(run, echo, project):
    """Takes without recordings are an error, whatever is expected."""
    (project / OFTEN).write_text(scenario_text("often", repeat=2, xfail="known"))

    result = run(OFTEN)

    result.assert_outcomes(errors=1)


def test_rows_of_takes(run, echo, project):
    """Each row of a matrix has takes of its own, each with a recording of its own."""
    text = scenario_text("often", says="I like ${colour}", matrix={"colour": ["red", "blue"]})
    (project / OFTEN).write_text(text.replace("matrix", "repeat: 2\nmatrix"))

    run(RECORD, OFTEN).assert_outcomes(passed=2)
    names = {file.name for file in project.glob("cassettes/echo/often*")}
    echo.requests.clear()
    replayed = run(OFTEN)

    assert names == {
        *("often--red.yaml", "often--red.take-02.yaml"),
        *("often--blue.yaml", "often--blue.take-02.yaml"),
    }
    replayed.assert_outcomes(passed=2)
    assert echo.requests == []


def test_a_set_up_that_breaks_in_drift(run, echo, project):
    """A set-up that no longer works is BROKEN in drift, as it is elsewhere, and no wrong bot."""
    text = scenario_text("around", setup=[{"user": "log in", "expect": {"contains": "said"}}])
    (project / "scenarios/around.yaml").write_text(text)
    run(RECORD, "scenarios/around.yaml").assert_outcomes(passed=1)
    before = (project / "cassettes/echo/around.yaml").read_bytes()
    echo.manner = Manner(says="Go away")

    result = run(DRIFT, "scenarios/around.yaml")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*the setup failed: *"])
    assert (project / "cassettes/echo/around.yaml").read_bytes() == before
