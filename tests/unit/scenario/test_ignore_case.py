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
