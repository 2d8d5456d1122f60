from __future__ import annotations

import pytest

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
