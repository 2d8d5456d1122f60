"""What `ignore_case` holds for."""

import pytest

from harness.checks import KINDS
from harness.formats.json_schema import compile_schema
from harness.formats.yaml import read
from harness.project.vocabulary import Vocabulary
from harness.scenario import examine_scenario, scenario_schema

SCHEMA = compile_schema(scenario_schema(Vocabulary(KINDS, None).blocks), name="scenario")
TURN = "scenario: a\nturns:\n  - user: Hi\n    expect:\n      "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("none\nexpect: {ignore_case: true, never: {contains: sorry}}\n", True),
        ("none\nexpect: {ignore_case: true, always: {contains: sorry}}\n", True),
        ("none\nexpect: {ignore_case: true, never: {contains: s, ignore_case: false}}\n", False),
        ("none\nexpect: {never: {contains: sorry}}\n", False),
        ("{ignore_case: true, history: {contains: a}}\n", True),
    ],
    ids=["never", "always", "said-otherwise", "not-said", "history"],
)
def test_a_block_inside_takes_it_from_the_block_around(text, expected):
    """Else `never: {contains: sorry}` would let `Sorry` pass."""
    found, problems = examine_scenario(read(f"{TURN}{text}".encode(), "a.yaml"), SCHEMA)

    [expectation] = [*found.expectations, *found.user_turns[0].expectations]
    assert (expectation.ignore_case, problems) == (expected, [])


@pytest.mark.parametrize(
    "check",
    [
        "status: 200",
        "latency: {under: 1s}",
        "first_token: {under: 1s}",
        "max_words: 9",
        "min_words: 2",
        "max_characters: 99",
        "language: en",
        "reading: {ease: {at_least: 50}}",
        "questions: 1",
        "usage: {total_tokens: 9}",
        "schema: {required: [id]}",
        "same_as: offer.json",
        "judge: It greets the customer.",
    ],
)
def test_it_is_refused_beside_checks_that_compare_no_text(check):
    """What it would change is nothing, so the author means something else."""
    text = f"{{ignore_case: true, {check}}}\n"

    _, problems = examine_scenario(read(f"{TURN}{text}".encode(), "a.yaml"), SCHEMA)

    assert [(one.code, str(one.place)) for one in problems] == [("no-effect", "a.yaml:5:8")]


@pytest.mark.parametrize("check", ["turns: 2", "repeats: none", "latency: {p95: {under: 1s}}"])
def test_it_is_refused_beside_checks_on_the_whole_conversation(check):
    """Counts and times have no upper and lower case, either."""
    text = f"none\nexpect: {{ignore_case: true, {check}}}\n"

    _, problems = examine_scenario(read(f"{TURN}{text}".encode(), "a.yaml"), SCHEMA)

    assert [one.code for one in problems] == ["no-effect"]
