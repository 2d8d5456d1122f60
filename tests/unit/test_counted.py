from __future__ import annotations

import pytest

from harness.core import counted


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0 turns"), (1, "1 turn"), (2, "2 turns")], ids=str
)
def test_a_number_of_things_is_told_with_its_noun(count, told):
    """One thing has no s, none and several have one."""
    assert counted(count, "turn") == told
