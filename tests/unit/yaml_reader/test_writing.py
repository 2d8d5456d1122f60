import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.formats.yaml import read, write

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    [
        "0o14",
        "1e3",
        "012",
        "no",
        "~",
        "",
        "12:30",
        "- a",
        "a: b",
        "a #b",
        "<uuid>",
        "\u2028",
        "\x85",
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(value=VALUES)
def test_what_is_written_is_read_back(value):
    """Any JSON value comes back the same, whatever YAML 1.1 would make of it."""
    assert read(write(value).encode(), "golden.yaml").value == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None]}, "b: 1\na:\n- true\n- null\n"),
        ({"a": "one\ntwo"}, "a: |-\n  one\n  two\n"),
        ({"a": "0o14"}, 'a: "0o14"\n'),
        ({"é": "ü"}, "é: ü\n"),
    ],
    ids=str,
)
def test_it_reads_as_a_person_writes_it(value, text):
    """Keys keep their order, and lines of a text stand below one another."""
    assert write(value) == text


def test_a_value_that_stands_twice_is_written_twice():
    """Aliases would be hard to read in a difference."""
    one = {"a": [1]}

    assert "&" not in write([one, one])
