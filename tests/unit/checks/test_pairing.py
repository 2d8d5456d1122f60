from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.checks.pairing import align


def grid(rows):
    return [[one == "x" for one in row] for row in rows]


@pytest.mark.parametrize(
    ("rows", "required", "in_order", "pairs", "missing", "surplus"),
    [
        (["x.", ".x"], "rr", True, ((0, 0), (1, 1)), (), ()),
        ([".x", "x."], "rr", True, ((1, 0),), (0,), (1,)),
        ([".x", "x."], "rr", False, ((0, 1), (1, 0)), (), ()),
        (["..", "x.", ".x"], "orr", True, ((1, 0), (2, 1)), (), ()),
        # The others have nothing, wherever they are in the list.
        ([".", ".", "x"], "rrr", True, ((2, 0),), (0, 1), ()),
        # The optional one must leave the message to the required one.
        (["x", "x"], "or", True, ((1, 0),), (), ()),
        (["x", "x"], "or", False, ((1, 0),), (), ()),
        # The first must not take what only the second can have.
        (["xx", "x."], "rr", False, ((0, 1), (1, 0)), (), ()),
        (["x.x"], "r", True, ((0, 0),), (), (1, 2)),
        ([""], "r", True, (), (0,), ()),
    ],
    ids=str,
)
def test_an_alignment(rows, required, in_order, pairs, missing, surplus):
    """Required things are met first, in or out of order, and what is left is told."""
    fits = grid(rows)

    found = align(fits, [one == "r" for one in required], len(rows[0]), in_order=in_order)

    assert (found.pairs, found.missing, found.surplus) == (pairs, missing, surplus)


@given(
    fits=st.integers(0, 4).flatmap(
        lambda count: st.lists(
            st.lists(st.booleans(), min_size=count, max_size=count), min_size=1, max_size=4
        )
    ),
    data=st.data(),
)
def test_nothing_better_is_overlooked(fits, data):
    """No other assignment meets more required things, or as many and more at all."""
    count = len(fits[0])
    required = data.draw(st.lists(st.booleans(), min_size=len(fits), max_size=len(fits)))
    in_order = data.draw(st.booleans())

    found = align(fits, required, count, in_order=in_order)

    best = max(value(pairs, required) for pairs in assignments(fits, count, in_order))
    assert value(found.pairs, required) == best


def value(pairs, required):
    return sum(required[wanted] for wanted, _ in pairs), len(pairs)


def assignments(fits, count, in_order):
    """Every way to give found things, or nothing, to the expected ones."""
    places = [*range(count), *[None] * len(fits)]
    for given_ in set(permutations(places, len(fits))):
        pairs = [(i, j) for i, j in enumerate(given_) if j is not None]
        found = [j for _, j in pairs]
        if all(fits[i][j] for i, j in pairs) and (not in_order or found == sorted(found)):
            yield pairs
