"""Values that vary as a whole."""

from __future__ import annotations

import pytest

from harness.checks.varying import EARLIEST, LATEST, form_of, nouns_in


@pytest.mark.parametrize("unit", [1, 1000], ids=["seconds", "milliseconds"])
def test_a_number_is_a_time_from_the_first_to_the_last_second(unit):
    """One before and one after are other numbers."""
    assert form_of(EARLIEST * unit).noun == form_of((LATEST - 1) * unit).noun == "a time since 1970"
    assert form_of(EARLIEST * unit - 1) is None
    assert form_of(LATEST * unit) is None


def test_what_varies_in_a_text_is_named_by_its_form():
    """Each date, time or id of a sentence has the noun of its form; the other words have none."""
    text = "Order ord-4f2a91c07b3d arrives on 2026-03-02 at 10:15."

    assert [*nouns_in(text)] == [
        ("an id", "ord-4f2a91c07b3d"),
        ("a date", "2026-03-02"),
        ("a time", "10:15"),
    ]
