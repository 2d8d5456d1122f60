"""Parts of about the same length, which are the same on every machine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.parallel.dividing import PartNumber, divide, part_from

SECONDS = st.dictionaries(st.text(max_size=3), st.floats(0, 1000, allow_nan=False), max_size=30)


@given(seconds=SECONDS, parts=st.integers(1, 12))
def test_parts_do_not_hang_on_the_order_of_names(seconds: dict[str, float], parts: int) -> None:
    """Each name is in one part, whatever order the names come in."""
    placed = divide(seconds, parts)

    assert placed == divide(dict(reversed(seconds.items())), parts)
    assert placed.keys() == seconds.keys()
    assert all(1 <= part <= parts for part in placed.values())


@given(seconds=SECONDS, parts=st.integers(1, 12))
def test_no_part_is_much_longer_than_the_mean(seconds: dict[str, float], parts: int) -> None:
    """It is longer by less than what takes the longest."""
    placed = divide(seconds, parts)

    longest = max(
        sum(seconds[name] for name, part in placed.items() if part == number)
        for number in range(1, parts + 1)
    )
    most = max(seconds.values(), default=0.0)
    assert longest <= sum(seconds.values()) / parts + most * (1 - 1 / parts) + 1e-6


def test_the_longest_are_placed_first() -> None:
    """In the order of their names, the long one would come last, into a part that is long."""
    placed = divide({"a": 2.0, "b": 2.0, "c": 4.0}, 2)

    assert placed == {"c": 1, "a": 2, "b": 2}


def test_names_that_take_no_time_are_shared_too() -> None:
    """By their number, so that no part has all of them."""
    placed = divide(dict.fromkeys("abcdef", 0.0), 3)

    assert sorted(placed.values()) == [1, 1, 2, 2, 3, 3]


def test_a_part_is_read_as_it_is_written() -> None:
    """The number before the slash, the count after it."""
    part = part_from("3/10")

    assert part == PartNumber(number=3, count=10)
    assert str(part) == "3/10"


@pytest.mark.parametrize("text", ["", "3", "0/2", "3/2", "-1/2", "1/1001", "1 / 2", "a/b", "1/2/3"])
def test_a_part_that_there_cannot_be_is_refused(text: str) -> None:
    """With the text that was written, or the part."""
    with pytest.raises(ValueError, match=r"is not a part|there is no part|there can be 1000"):
        part_from(text)
