"""What is known of a play without a complete conversation, and in how many words."""

from __future__ import annotations

from pathlib import Path

import pytest
from conversations import scenario, transcript

from harness.conversation import Outcome
from harness.core import Source
from harness.core.errors import AuthoringError, Problem
from harness.play.broken import unread
from harness.play.result import CheckResult, ScenarioResult
from harness.project.plan import Play

FILE = Source(path="scenarios/a.yaml", text="scenario: a\nturns: 7\n")


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (
            Problem(code="wrong-type", message="not a list", place=FILE.place(2, 8)),
            "scenarios/a.yaml:2:8: not a list",
        ),
        (
            Problem(code="wrong-type", message="not a list", where="HARNESS_TURNS"),
            "HARNESS_TURNS: not a list",
        ),
        (Problem(code="wrong-type", message="not a list"), "not a list"),
    ],
    ids=["in-a-file", "elsewhere", "nowhere"],
)
def test_a_scenario_that_cannot_be_read_is_broken_where_it_begins(problem, message):
    """Its one error has the place of the problem, where it has one."""
    play = Play(scenario="a", provider="bot", file=Path(FILE.path))

    result = unread(play, FILE.path, 7, AuthoringError(problem))

    assert (result.outcome, str(result.scenario.place)) == (
        Outcome.BROKEN,
        "scenarios/a.yaml:7:1",
    )
    assert (result.error.code, result.error.message) == ("wrong-type", message)


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (1, "usage: reason 1"),
        (3, "usage: reason 1; usage: reason 2; usage: reason 3"),
        (5, "usage: reason 1; usage: reason 2; usage: reason 3; and 2 more"),
    ],
)
def test_the_first_three_reasons_of_skipped_checks_are_shown(count, shown):
    """The rest is counted; a reason that several turns have is one."""
    checks = tuple(
        CheckResult(name="usage", outcome=Outcome.SKIPPED, turn=turn, message=f"reason {number}")
        for turn in (1, 2)
        for number in range(1, count + 1)
    )
    made = scenario("  - user: a\n    expect: none\n")

    result = ScenarioResult(scenario=made, transcript=transcript(), checks=checks)

    assert result.skip_reason == shown
