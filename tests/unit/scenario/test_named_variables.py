"""Variables that a check names without `${…}`."""

from __future__ import annotations

import pytest

from harness.checks import KINDS
from harness.formats.json_schema import compile_schema
from harness.formats.yaml import read
from harness.project.vocabulary import Vocabulary
from harness.scenario import examine_scenario, scenario_schema

FORMAT = compile_schema(scenario_schema(Vocabulary(KINDS, None).blocks), name="scenario")
TEXT = """\
scenario: refund
vars: {order: '4711', days: 3}
matrix: {colour: [red, blue]}
turns:
  - user: My order is ${order}, in ${colour}, ${days} days ago
    expect: none
    capture: {number: $.number}
  - {user: 'It is ${number}', expect: none}
expect:
  asks_again: %s
"""


def problems_of(value: str) -> list[str]:
    """What is wrong with the value of `asks_again`, with its place."""
    _, problems = examine_scenario(read((TEXT % value).encode(), "refund.yaml"), FORMAT)
    return [f"{one.place.column}: {one.message}; {one.hint} [{one.code}]" for one in problems]


@pytest.mark.parametrize(
    "value", ["order", "[order, colour, number]", "{days: 'how many days'}"], ids=str
)
def test_variables_columns_and_captures_are_known(value: str) -> None:
    """Whatever `${…}` may use can be named."""
    assert problems_of(value) == []


@pytest.mark.parametrize(
    ("value", "column"), [("oder", 15), ("[order, oder]", 23), ("{oder: 'oder'}", 22)], ids=str
)
def test_a_misspelt_variable(value: str, column: int) -> None:
    """It is an error at its place when the file is read, with the name that was meant."""
    expected = "there is no variable 'oder'; did you mean 'order'? [undefined-variable]"

    assert problems_of(value) == [f"{column}: {expected}"]
