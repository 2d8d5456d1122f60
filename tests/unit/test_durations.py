"""Durations with their units."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.core.durations import (
    AGE_PATTERN,
    DURATION_PATTERN,
    format_duration,
    parse_age,
    parse_duration,
)

GOOD = {
    "500ms": 0.5,
    "0s": 0.0,
    "2s": 2.0,
    "1.5s": 1.5,
    "1m": 60.0,
    "2h": 7200.0,
    "1m30s": 90.0,
    "1h30m": 5400.0,
    "1s500ms": 1.5,
    "1h2m3s4ms": 3723.004,
}
BAD = [
    "",
    "2",
    "s",
    "2 s",
    " 2s",
    "2s\n",
    "-2s",
    "1e3s",
    ".5s",
    "1.s",
    "2sec",
    "٢s",
]


@pytest.mark.parametrize("text", GOOD)
def test_parse(text):
    """A number with its unit is that many seconds; several are added."""
    assert parse_duration(text) == pytest.approx(GOOD[text])


@pytest.mark.parametrize("text", BAD, ids=ascii)
def test_parse_refuses(text):
    """A number without a unit, and all else, is refused with a sentence."""
    with pytest.raises(ValueError, match="is not a duration such as 500ms, 2s, 1m30s or 2h"):
        parse_duration(text)


def test_refused_text_is_cut():
    """A long text is cut in the sentence."""
    with pytest.raises(ValueError, match=r"'1{30}…' is not a duration"):
        parse_duration("1" * 10_000 + "s")


@pytest.mark.parametrize("text", [*GOOD, *BAD], ids=ascii)
def test_pattern(text):
    """The pattern for JSON Schema accepts what parses; `$` there may pass a last line end."""
    assert bool(re.search(DURATION_PATTERN, text.rstrip("\n") + "!" * text.count("\n"))) == (
        text in GOOD
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 ms"),
        (0.0004, "0 ms"),
        (0.35, "350 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1 s"),
        (1.239, "1.24 s"),
        (2.0, "2 s"),
        (59.994, "59.99 s"),
        (59.996, "1 min"),
        (125, "2 min 5 s"),
        (3599.7, "1 h"),
        (3780, "1 h 3 min"),
        (-1.5, "-1.5 s"),
    ],
)
def test_format(seconds, text):
    """A duration is shown in the largest unit that keeps it short."""
    assert format_duration(seconds) == text


@settings(deadline=None)
@given(st.integers(0, 10**7))
def test_parse_and_format_agree(seconds):
    """What is shown without loss parses to the same number of seconds."""
    shown = format_duration(seconds)

    if seconds < 3600:
        assert parse_duration(shown.replace(" ", "").replace("min", "m")) == seconds


AGES = {"90d": 7_776_000.0, "2w": 1_209_600.0, "36h": 129_600.0, "0d": 0.0, "1m30s": 90.0}


@pytest.mark.parametrize("text", AGES)
def test_an_age(text):
    """An age is a number of days or weeks, or a duration; its pattern says the same."""
    assert parse_age(text) == AGES[text]
    assert re.search(AGE_PATTERN, text)


@pytest.mark.parametrize("text", ["", "90", "d", "1.5d", "90 d", "1d12h", "123456d", "90D"])
def test_no_age(text):
    """Anything else is refused in words, by the pattern too."""
    with pytest.raises(ValueError, match="is not an age such as 90d, 12w or 36h"):
        parse_age(text)
    assert not re.search(AGE_PATTERN, text)
