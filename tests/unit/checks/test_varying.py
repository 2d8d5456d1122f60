"""Values that vary as a whole."""

from __future__ import annotations

import pytest

from harness.checks.varying import EARLIEST, LATEST, form_of


@pytest.mark.parametrize("unit", [1, 1000], ids=["seconds", "milliseconds"])
def test_a_number_is_a_time_from_the_first_to_the_last_second(unit):
    """One before and one after are other numbers."""
    assert form_of(EARLIEST * unit) is form_of((LATEST - 1) * unit) is not None
    assert form_of(EARLIEST * unit - 1) is None
    assert form_of(LATEST * unit) is None
