from __future__ import annotations

import pytest

from harness.checks import KINDS
from harness.formats.json_schema import compile_schema
from harness.formats.yaml import read
from harness.project.vocabulary import Vocabulary
from harness.scenario import examine_scenario, scenario_schema
from harness.scenario.files import BadFile
from harness.scenario.rows import MOST_LEVELS, from_json


def nested(levels):
    """The text of rows with so many levels in all."""
    inner = levels - 2
    return f'[{{"a": {"[" * inner}{"]" * inner}}}]'


def test_rows_of_a_json_file_at_their_depth_and_beyond():
    """100 levels are read, one more is refused, and so is what Python could not read."""
    assert len(from_json("rows.json", nested(MOST_LEVELS))) == 1

    for levels in (MOST_LEVELS + 1, 900, 100_000):
        with pytest.raises(BadFile, match=r"^rows.json has more than 100 levels"):
            from_json("rows.json", nested(levels))


def test_a_missing_file_is_reported_next_to_variables():
    """The names of its columns are not known, so no variable is reported as replaced by them."""
    schema = compile_schema(scenario_schema(Vocabulary(KINDS, None).blocks), name="scenario")
    text = b"scenario: a\nmatrix: {file: rows.csv}\nvars: {b: 1}\nturns:\n  - user: ${b}\n"

    _, problems = examine_scenario(read(text + b"    expect: {contains: b}\n", "a.yaml"), schema)

    assert [problem.code for problem in problems] == ["no-such-file"]
