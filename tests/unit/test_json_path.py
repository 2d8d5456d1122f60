from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.core.errors import CheckCrashed
from harness.core.repetition import MOST_REPEATED
from harness.formats.json_path import (
    DEEPEST_DESCENT,
    LONGEST_PATH,
    MOST_DESCENTS,
    BadPath,
    compile_path,
    find_all,
    find_located,
)
from harness.formats.plain_path import is_plain

TOO_LARGE = {
    "nested 200 times": "$" + "[?@.a" * 200 + "]" * 200,
    "5,000 negations": "$[?" + "!" * 1_900 + "@.a]",
    "conditions in a row": "$[?@.a" + "&&@.a" * 390 + "]",
    "a number beyond all": "$[?@.a > 1e999]",
    "a number of 400 digits": "$[?@.a > " + "9" * 400 + "]",
    "an index of 400 digits": "$[" + "9" * 400 + "]",
    "too long": "$['" + "a" * LONGEST_PATH + "']",
    "too many descents": "$" + "..*" * (MOST_DESCENTS + 1),
}


@pytest.mark.parametrize("path", TOO_LARGE.values(), ids=TOO_LARGE)
def test_b10_a_path_that_is_too_large_is_refused(path):
    """Whatever a path holds, it is refused with a reason, or compiled."""
    with contextlib.suppress(BadPath):
        compile_path(path)


def test_b10_a_path_that_is_nested_too_deeply_is_named():
    """It is refused by our limit, not by Python's."""
    with pytest.raises(BadPath, match=r"it has 200 filters, .* the limit is 50"):
        compile_path(TOO_LARGE["nested 200 times"])


def nested(levels):
    value = 1
    for _ in range(levels):
        value = [value]
    return value


def test_b10_a_descent_at_its_limit_and_beyond():
    """`..` leads down 100 levels of a payload; what lies below is not passed over in silence."""
    path = "$..[0]"

    assert len(find_all(path, nested(DEEPEST_DESCENT))) == DEEPEST_DESCENT
    with pytest.raises(CheckCrashed, match=r"'\.\.' descends more than 100 levels") as caught:
        find_all(path, nested(DEEPEST_DESCENT + 1))
    assert caught.value.code == "path-failed"


def test_b10_an_index_at_every_level_has_no_limit_but_the_length():
    """A path that names each step is followed through any payload that can be read."""
    assert find_all("$" + "[0]" * 500, nested(500)) == [1]


@pytest.mark.parametrize(
    ("at_the_limit", "beyond"),
    [
        ("$['" + "a" * (LONGEST_PATH - 5) + "']", "$['" + "a" * (LONGEST_PATH - 4) + "']"),
        ("$" + "..a" * MOST_DESCENTS, "$" + "..a" * (MOST_DESCENTS + 1)),
        ("$['..']" + "..a" * MOST_DESCENTS, "$['..']" + "..a" * (MOST_DESCENTS + 1)),
        ("$" + "[?@.a" * 50 + "]" * 50, "$" + "[?@.a" * 51 + "]" * 51),
        ("$[?@.a" + "&&@.a" * 49 + "]", "$[?@.a" + "&&@.a" * 50 + "]"),
        ("$[?@.a!=0" + "||@.a!=0" * 49 + "]", "$[?@.a!=0" + "||@.a!=0" * 50 + "]"),
        ("$[?" + "(" * 49 + "@.a" + ")" * 49 + "]", "$[?" + "(" * 50 + "@.a" + ")" * 50 + "]"),
        ("$[?" + "!" * 49 + "@.a]", "$[?" + "!" * 50 + "@.a]"),
        ("$['" + "?" * 51 + "']", "$[?@['?']" + "||@['?']" * 50 + "]"),
    ],
    ids=[
        *("length", "descents", "descents beside a name of dots", "filters", "and", "or"),
        *("parentheses", "negations", "beside a name of marks"),
    ],
)
def test_a_path_at_its_limit_and_beyond(at_the_limit, beyond):
    """A path may have 2,000 characters, descend three times, and have 50 conditions."""
    compile_path(at_the_limit)

    with pytest.raises(BadPath, match="the limit is"):
        compile_path(beyond)


@pytest.mark.parametrize("function", ["match", "search"])
def test_b4_a_pattern_of_a_path_that_is_too_large(function):
    """A pattern that would take all memory is refused when the path is followed."""
    text = f"$[?{function}(@.a, 'a{{{MOST_REPEATED + 2}}}')]"

    with pytest.raises(CheckCrashed, match="the pattern is too large") as caught:
        find_located(text, [{"a": "aaa"}])

    assert caught.value.code == "path-failed"


@pytest.mark.parametrize("function", ["match", "search"])
def test_b4_a_pattern_of_a_payload_that_never_ends(function):
    """Also one that the answer brings itself ends within about a second."""
    with pytest.raises(CheckCrashed, match="took longer than 1 s"):
        find_all(f"$.all[?{function}(@, $.p)]", {"all": ["a" * 60 + "!"], "p": "(a|aa)*b|(a+)+c"})


MATCHES = {
    "whole": ("match", "a.c", "abc", True),
    "only a part": ("match", "b", "abc", False),
    "a part": ("search", "b", "abc", True),
    "a dot and a line end": ("match", "a.c", "a\nc", False),
    "an escaped dot": ("match", r"a\\.c", "abc", False),
    "a dot in a set": ("match", "a[.]c", "a.c", True),
    "what is not an I-Regexp": ("search", "(?i)A", "abc", False),
    "a text that is a number": ("search", "1", 1, False),
    "no pattern": ("search", "[", "[", False),
}


@pytest.mark.parametrize("case", MATCHES)
def test_functions_match_as_the_standard_says(case):
    """`match` looks at the whole text, `search` at any part; what is no I-Regexp finds nothing."""
    function, pattern, text, is_found = MATCHES[case]

    assert find_all(f'$[?{function}(@, "{pattern}")]', [text]) == ([text] if is_found else [])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=20,
)
STEPS = st.lists(
    st.sampled_from([".a", ".b", ".c", "[0]", "[1]", "[-1]", "[-3]", "[*]", ".*"]), max_size=4
)


@given(value=VALUES, steps=STEPS)
def test_a_plain_path_leads_where_the_library_leads(value, steps):
    """Names, indexes and wildcards give the same values in the same order."""
    path = "".join(["$", *steps])

    assert is_plain(path)
    assert find_all(path, value) == [node.value for node in compile_path(path).find(value)]


@pytest.mark.parametrize(
    "path", ["$[01]", "$[-0]", "$.1a", "$[ 0 ]", "$..a", "$['a']", "$[?@.a]", "$[1:2]", "a", "$.é"]
)
def test_other_paths_are_left_to_the_library(path):
    """What is not a path, or has more in it, is not followed here."""
    assert not is_plain(path)
