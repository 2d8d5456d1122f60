"""The vectors of texts: what an answer gives, and how two are compared."""

from __future__ import annotations

import json
from math import cos, pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.checks.vectors import MOST_NUMBERS, NotAVector, cosine, vector_in
from harness.conversation import ProviderAnswer

NUMBERS = st.floats(-1e300, 1e300, allow_nan=False).filter(lambda one: abs(one) > 1e-300)
VECTORS = st.lists(NUMBERS, min_size=3, max_size=3)


def test_a_text_is_the_vector_if_there_is_one():
    """A provider may give the vector as a text, as JSON."""
    assert vector_in(ProviderAnswer(text="[1, 2.5]", payload={"more": 1})) == [1.0, 2.5]
    assert vector_in(ProviderAnswer(text="", payload=[1, 2.5])) == [1.0, 2.5]


@pytest.mark.parametrize(
    "text",
    [
        *("[1, NaN]", "[1, Infinity]", "[1e400]", "[0, -0.0]", "[]", "{}", "1", "[1", "[[1]]"),
        *("[null]", "[" * 100_000),
    ],
    ids=lambda text: text[:12],
)
def test_a_text_without_a_vector(text):
    """Anything but a list of numbers is refused, also numbers without a direction."""
    with pytest.raises(NotAVector):
        vector_in(ProviderAnswer(text=text))


def test_a_vector_has_a_largest_length():
    """So that an answer cannot fill the memory twice."""
    with pytest.raises(NotAVector, match="more than 100,000 numbers"):
        vector_in(ProviderAnswer(payload=[1] * (MOST_NUMBERS + 1)))


@pytest.mark.parametrize("degrees", [0, 1, 30, 60, 90, 120, 180])
def test_the_cosine_of_an_angle(degrees):
    """Vectors of any length that have an angle between them."""
    angle = pi * degrees / 180
    assert cosine([3.0, 0.0], [7 * cos(angle), 7 * sin(angle)]) == pytest.approx(cos(angle))


@given(VECTORS, VECTORS)
def test_a_cosine_is_between_minus_one_and_one(one, other):
    """For numbers of any size, in both orders."""
    assert -1 <= cosine(one, other) <= 1
    assert cosine(one, other) == cosine(other, one)


@given(VECTORS)
def test_a_vector_is_similar_to_itself(one):
    """And the opposite of its opposite."""
    assert cosine(one, one) == pytest.approx(1)
    assert cosine(one, [-number for number in one]) == pytest.approx(-1)


def test_json_keeps_every_digit():
    """A recorded vector is the one that was received."""
    vector = [0.1 + 0.2, 1 / 3, 2e-17]
    assert vector_in(ProviderAnswer(text=json.dumps(vector))) == vector
