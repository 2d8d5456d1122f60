from __future__ import annotations

from itertools import product

import pytest

from harness.core import ScenarioError
from harness.formats.yaml import read
from harness.scenario import Repeat, read_scenario, repeat_from
from harness.scenario.repeats import ONCE, all_of, until_decided

FOUR_OF_FIVE = Repeat(takes=5, wanted=4)
DECIDED = until_decided({})


def read_repeat(text: str) -> Repeat:
    """The key as a scenario reads it."""
    source = f"scenario: case\nrepeat: {text}\nturns: [{{user: Hello, expect: {{contains: x}}}}]\n"
    return read_scenario(read(source.encode(), "case.yaml")).repeat


@pytest.mark.parametrize(
    ("text", "takes", "wanted", "is_whole"),
    [
        ("5", 5, 5, True),
        ("{takes: 5}", 5, 5, False),
        ("{takes: 5, pass: 4}", 5, 4, False),
        ("{until: decided}", 100, 0, False),
        ("{until: decided, at_most: 40}", 40, 0, False),
    ],
)
def test_a_repeat_is_read(text, takes, wanted, is_whole):
    """A number, a fixed number of takes, or takes until they decide."""
    repeat = read_repeat(text)

    assert (repeat.takes, repeat.wanted, repeat.is_whole) == (takes, wanted, is_whole)
    assert Repeat.from_json(repeat.as_json()).as_json() == repeat.as_json()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{takes: 3, pass: 4}", "4 passing takes cannot be required of 3 takes"),
        ("{until: decided, good: 0.8, bad: 0.9}", "'bad' is 0.9 and 'good' is 0.8"),
        ("{until: decided, at_most: 10}", "10 takes cannot decide that a bot is good"),
        ("{until: decided, good: 0.2, bad: 0.1, at_most: 10}", "cannot decide that a bot is bad"),
    ],
)
def test_a_repeat_that_can_never_decide_is_an_error(text, message):
    """It says what is wrong, and what would be enough."""
    with pytest.raises(ScenarioError, match=message):
        read_repeat(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", all_of(5)),
        ("4/5", FOUR_OF_FIVE),
        ("decided", DECIDED),
        ("decided,good=0.9,at_most=60", until_decided({"good": 0.9, "at_most": 60})),
    ],
)
def test_the_option_has_a_short_form(text, expected):
    """`--repeat` takes what the key takes."""
    assert repeat_from(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a number of takes"),
        ("0", "is not a number of takes"),
        ("six", "is not a number of takes"),
        ("5/4", "5 passing takes cannot be required of 4 takes"),
        ("5,good=0.9", "is not a number of takes"),
        ("decided,godo=0.9", "unknown figure 'godo'; did you mean 'good'?"),
        ("decided,good=90", "good is '90', expected between 0 and 1"),
        ("decided,error=0.5", "error is '0.5', expected between 0 and 0.4"),
        ("decided,at_most=0", "at_most is '0', expected a whole number up to 1000"),
        ("decided,at_most=5", "5 takes cannot decide"),
    ],
)
def test_a_wrong_option_is_refused(text, message):
    """With the likely intent."""
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        repeat_from(text)


@pytest.mark.parametrize(("takes", "wanted"), [(1, 1), (5, 4), (5, 1), (6, 6), (7, 3)])
def test_takes_stop_as_soon_as_the_result_is_certain(takes, wanted):
    """For every sequence of outcomes, neither earlier nor later; and none is played in vain."""
    repeat = Repeat(takes=takes, wanted=wanted)
    for outcomes in product((True, False), repeat=takes):
        passed = failed = 0
        while needed := repeat.needed(passed, failed):
            # All of them are played at once, whatever they bring.
            some = outcomes[passed + failed :][:needed]
            assert all(repeat.passes(passed, failed + n) is None for n in range(needed))
            assert all(repeat.passes(passed + n, failed) is None for n in range(needed))
            passed, failed = passed + sum(some), failed + needed - sum(some)
        certain = [
            n
            for n in range(takes + 1)
            if repeat.passes(sum(outcomes[:n]), n - sum(outcomes[:n])) is not None
        ]

        assert passed + failed == certain[0]
        assert repeat.passes(passed, failed) is (sum(outcomes) >= wanted)


def test_a_number_alone_plays_all_takes():
    """Their pass rate is to be known."""
    assert [all_of(5).needed(0, failed) for failed in range(6)] == [5, 4, 3, 2, 1, 0]


def test_the_first_takes_of_a_gate_are_those_that_could_decide():
    """Three failures decide, so three takes are needed in any case."""
    assert DECIDED.needed(0, 0) == 3
    assert DECIDED.needed(17, 0) == 1
    assert DECIDED.needed(18, 0) == 0
    assert DECIDED.needed(0, 3) == 0


def test_a_take_that_was_not_judged_ends_a_gate():
    """What it would have brought is not known, and the rest would be no fair sample."""
    assert DECIDED.needed(5, 0, 1) == 0
    assert FOUR_OF_FIVE.needed(2, 0, 1) == 2


def test_a_gate_ends_at_its_most_takes():
    """Undecided."""
    repeat = until_decided({"at_most": 20})

    assert repeat.passes(18, 2) is None
    assert repeat.needed(18, 2) == 0


def test_once_is_not_repeated():
    """A scenario without the key."""
    assert not ONCE.is_repeated
    assert ONCE.needed(0, 0) == 1
