from __future__ import annotations

import pytest

from harness.reports.allure.allure_results import categories, properties
from harness.reports.allure.clean_text import LONGEST_NAME, clean, encoded, name_of
from harness.reports.allure.heading import digest


def test_a_lone_surrogate_can_be_written():
    """JSON can hold half a character, UTF-8 cannot; it stands as JSON writes it."""
    assert clean("ä \ud83d") == r"ä \ud83d"
    assert encoded("\ud83d") == rb"\ud83d"


def test_a_long_text_makes_a_short_name():
    """A step is named by the beginning of what was said."""
    assert len(name_of("word " * 1000)) < LONGEST_NAME + 40


@pytest.mark.parametrize(
    ("value", "line"),
    [
        pytest.param("echo, parrot", "name = echo, parrot\n", id="plain"),
        pytest.param("a\\b\nc", "name = a\\\\b\\nc\n", id="escapes"),
        pytest.param("é😀", "name = \\u00e9\\ud83d\\ude00\n", id="not-ascii"),
    ],
)
def test_properties_are_javas(value, line):
    """What would end a line or is no ASCII is escaped."""
    assert properties({"name": value}) == line


def test_what_makes_a_history_is_kept_apart():
    """Provider and row that read alike together are two histories."""
    assert digest("greet", "shop", "2x") != digest("greet", "shop2", "x")


def test_codes_come_before_what_fits_any():
    """Allure 3 takes the first category that fits."""
    names = [one["name"] for one in categories({"equals", "contains"}, {"timeout"})]

    assert names[-5:] == [
        "The bot was wrong: contains",
        "The bot was wrong: equals",
        "It could not be judged: timeout",
        "The bot was wrong",
        "It could not be judged",
    ]
