from __future__ import annotations

import pytest
from histories import finding, told

from harness.history.trends import find_flaky


@pytest.fixture
def flaky_of(folder):
    """Adds a run for each conversation; gives what is flaky over all of them."""
    return finding(folder, find_flaky)


def test_an_outcome_that_alternates_is_flaky_and_names_the_turn(flaky_of):
    """Each change between passed and failed is a flip; the turn is the one that failed."""
    [found] = flaky_of(told(), told(outcome="failed"), told(), told(outcome="failed", bad=1))

    assert (found.flips, found.passed, found.judged) == (3, 2, 4)
    assert (found.turn, found.turn_failures, found.failures) == (2, 1, 2)
    assert found.codes == "contains"


@pytest.mark.parametrize(
    "conversations",
    [
        pytest.param([told(), told(outcome="failed"), told(outcome="failed")], id="regression"),
        pytest.param(
            [told(), told(outcome="failed", fingerprint="f2"), told(fingerprint="f3")],
            id="changed scenario",
        ),
        pytest.param([told(), told(outcome="broken"), told()], id="broken tells nothing"),
        pytest.param([told(), told(outcome="skipped"), told()], id="skipped tells nothing"),
        pytest.param(
            [told(fingerprint=""), told(outcome="failed", fingerprint=""), told(fingerprint="")],
            id="unknown scenario",
        ),
    ],
)
def test_what_is_no_flip(flaky_of, conversations):
    """One change is a regression, and what was edited or could not be judged is no change."""
    assert flaky_of(*conversations) == []


def test_replays_are_held_against_replays(flaky_of):
    """A replay that passes between live runs that fail is no flip."""
    replay = told()
    replay["transcript"]["is_recorded"] = True
    live = told(outcome="failed")

    assert flaky_of(live, replay, live, replay, live) == []


def test_a_broken_run_between_two_outcomes_is_passed_over(flaky_of):
    """Passed, broken, failed, passed are two flips."""
    [found] = flaky_of(told(), told(outcome="broken"), told(outcome="failed"), told())

    assert (found.flips, found.judged) == (2, 3)


def test_a_repeated_scenario_names_the_turn_of_its_first_failed_take(flaky_of):
    """Its verdict has no turns of its own."""
    takes = [told(take=1), told(outcome="failed", take=2, bad=1)]
    red = told(outcome="failed", takes=takes, checks=[])
    del red["transcript"]

    [found] = flaky_of(red, told(), red)

    assert (found.turn, found.turn_failures) == (1, 2)


def test_a_check_over_the_whole_conversation_has_no_turn(flaky_of):
    """It is told as such where no turn failed before it."""
    red = told(outcome="failed", bad=0)

    [found] = flaky_of(told(), red, told())

    assert found.turn == 0
