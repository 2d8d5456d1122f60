from __future__ import annotations

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.play.runner import Runner
from harness.project.plan import Mode
from tests.plugin.project import scenario_text

GREET = "scenarios/greet.yaml"
SECOND = "cassettes/echo/greet.take-02.yaml"
THIRD = "cassettes/echo/greet.take-03.yaml"


@pytest.fixture
def repeated(here, bot):
    """The project, in which `greet` has three recorded takes."""
    (here.folder / GREET).write_text(scenario_text("greet", repeat=3))
    project, play = here.runner(bot)
    runner = Runner(project, Mode.REFRESH)
    for take in play.takes(3):
        runner.run(take)
    return here


def test_every_take_is_looked_for(repeated):
    """A take without its recording is named; those that are there fit."""
    (repeated.folder / SECOND).unlink()

    result = repeated.call("check", GREET)

    assert result.output == (
        f"{SECOND}: there is no recording; harness run --mode record {GREET} [cassette-missing]\n"
        "2 cassettes, 1 finding: 1 cassette-missing\n"
    )


def test_a_stale_take_is_told(repeated):
    """A changed message is told of the recording of every take."""
    (repeated.folder / GREET).write_text(scenario_text("greet", says="Good day", repeat=3))

    result = repeated.call("check", GREET)

    assert result.output.count("[cassette-stale]") == 3


def test_takes_that_are_planned_are_kept(repeated):
    """`prune` removes no take of a scenario that plays it."""
    assert repeated.call("prune", "--yes").output == "there is nothing to remove\n"


def test_takes_too_many_are_orphans(repeated):
    """With fewer takes than before, the recordings of the others are removed."""
    repeated.edit(GREET, "repeat: 3", "repeat: 2")

    found = repeated.call("check", GREET, THIRD)
    removed = repeated.call("prune", "--yes")

    assert "[cassette-orphaned]" in found.output
    assert removed.output == f"{THIRD}\n1 file removed\n"


def test_a_take_is_shown(repeated):
    """`show` says which take it is."""
    result = repeated.call("show", SECOND)

    assert "\n  take        2\n" in result.output
    assert "\n  assistant   You said: Hello there\n" in result.output


def test_the_journal_of_a_take_is_taken_up(repeated):
    """What a killed run heard of a take becomes that take's cassette."""
    file = repeated.folder / THIRD
    repeated.journal(THIRD, 3)
    written = file.read_bytes()
    file.unlink()

    result = repeated.call("recover")

    assert result.output.endswith(f"\n{THIRD}: written\n")
    assert file.read_bytes() == written


@pytest.fixture
def stopped(repeated):
    """The same, in which two of three takes must pass and two are recorded."""
    repeated.edit(GREET, "repeat: 3", 'repeat: {"takes": 3, "pass": 2}')
    (repeated.folder / THIRD).unlink()
    return repeated


def test_a_take_that_was_not_needed_is_not_missing(stopped):
    """Two passes decide, so nobody recorded the third take; the second may always be needed."""
    found = stopped.call("check", GREET)
    (stopped.folder / SECOND).unlink()
    without_second = stopped.call("check", GREET)

    assert "[cassette-missing]" not in found.output
    assert f"{SECOND}: there is no recording" in without_second.output


def test_a_take_that_was_not_needed_stops_no_acceptance(stopped):
    """`harness accept` looks at the recorded takes."""
    stopped.edit(GREET, "'You said'", "'You shout'")

    result = CliRunner().invoke(app, ["accept", GREET, "--yes"])

    assert result.exit_code == 0, result.output
    assert "You said" in (stopped.folder / GREET).read_text()
