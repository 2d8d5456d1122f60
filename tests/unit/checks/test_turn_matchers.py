from dataclasses import replace

import pytest
from check_samples import judge, turn, turn_bringing

from harness.checks import KINDS, PASS, BadExpectation, Options, history_of, subject_of
from harness.conversation import Transcript
from harness.conversation.outcome import Outcome
from harness.core.errors import CheckCrashed

FIRST = {"session": "s-1", "id": 1, "events": [{"id": "a"}, {"id": "b"}]}
SECOND = {"session": "s-1", "id": 2, "events": [{"id": "b"}], "new": 7}


def conversation(*payloads):
    """A transcript whose turns brought these payloads."""
    turns = tuple(
        replace(turn_bringing(payload), number=number) for number, payload in enumerate(payloads, 1)
    )
    return Transcript(scenario="s", provider="p", turns=turns)


def second(rules, first=FIRST, now=SECOND):
    """The verdict on the second of two turns."""
    transcript = conversation(first, now)
    subject = subject_of(transcript.turns[1], transcript=transcript)
    return KINDS["json"].compile(rules, Options())(subject)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("$.session", {"same_as_turn": 1}),
        ("$.session", {"same_as_turn": 1, "type": "string"}),
        ("$.id", {"not": {"same_as_turn": 1}}),
        ("$.events[*].id", {"not": {"same_as_turn": 1}}),
        ("$..nothing", {"same_as_turn": 1}),
    ],
    ids=str,
)
def test_what_stood_there_before_is_compared(path, wanted):
    """One value is compared with one, all matches of a path with all of them."""
    assert second({path: wanted}) is PASS


@pytest.mark.parametrize(
    ("path", "wanted", "message"),
    [
        ("$.id", {"same_as_turn": 1}, "$.id is 2, expected 1 as in turn 1"),
        (
            "$.session",
            {"not": {"same_as_turn": 1}},
            "$.session is 's-1', expected anything but 's-1' as in turn 1",
        ),
    ],
)
def test_a_difference_names_the_turn(path, wanted, message):
    """The failure says what stood there in the earlier turn."""
    verdict = second({path: wanted})

    assert verdict.outcome is Outcome.FAILED
    assert verdict.finding.message.startswith(message)


def test_all_matches_are_compared_together():
    """A list of matches that differs shows what differs."""
    finding = second({"$.events[*].id": {"same_as_turn": 1}}).finding

    assert finding.message == '$.events[*].id is ["b"], expected ["a", "b"] as in turn 1'
    assert any("is missing" in line for line in finding.difference)


def test_what_is_gone_is_told_as_missing():
    """A path that leads nowhere now is no wrong value."""
    finding = second({"$.id": {"same_as_turn": 1}}, now={"session": 1}).finding

    assert finding.message.startswith("nothing at $.id")


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"$.id": {"same_as_turn": 2}}, "turn 2 is not an earlier turn with a reply"),
        ({"$.id": {"same_as_turn": 9}}, "earlier turns: 1"),
        ({"$.new": {"same_as_turn": 1}}, "turn 1 has nothing at $.new"),
    ],
)
def test_a_turn_that_cannot_be_compared_with_breaks_the_check(rules, words):
    """A turn that is not earlier, or had nothing there, is no fault of the bot."""
    with pytest.raises(CheckCrashed, match="no-such-turn") as caught:
        second(rules)

    assert words in caught.value.message


def test_records_are_compared_with_records():
    """In `history:`, the provider's record of the earlier turn is what is compared with."""
    turns = tuple(replace(turn(history=[{"role": "bot"}] * n), number=n) for n in (1, 2))
    transcript = Transcript(scenario="s", provider="p", turns=turns)
    judge_ = KINDS["json"].compile({"$[0].role": {"same_as_turn": 1}}, Options())

    assert judge_(history_of(turns[1], transcript=transcript)) is PASS


@pytest.mark.parametrize(
    ("name", "value", "path"),
    [
        ("json", {"$.a": {"every": {"same_as_turn": 1}}}, ("$.a", "every", "same_as_turn")),
        ("headers", {"etag": {"same_as_turn": 1}}, ("etag", "same_as_turn")),
        ("products", {"any": {"$.a": {"same_as_turn": 1}}}, ("any", "$.a", "same_as_turn")),
    ],
)
def test_it_stands_right_behind_a_path(name, value, path):
    """Elsewhere there is no place in the earlier turn to compare with."""
    with pytest.raises(BadExpectation) as caught:
        judge(name, value)

    assert (caught.value.code, caught.value.path) == ("unknown-matcher", path)
    assert caught.value.hint == "use it directly below a path of 'json'"


@pytest.mark.parametrize("value", [0, "1", True, 1.5])
def test_it_takes_the_number_of_a_turn(value):
    """Anything else is refused when the scenario is read."""
    with pytest.raises(BadExpectation) as caught:
        judge("json", {"$.a": {"same_as_turn": value}})

    assert caught.value.path == ("$.a", "same_as_turn")


@pytest.mark.parametrize(
    ("order", "values"),
    [
        (True, []),
        (True, [1, 1, 2.5]),
        ("ascending", ["a", "b"]),
        ("descending", [3, 2, 2]),
        ("descending", ["b", "B"]),
    ],
)
def test_values_in_order(order, values):
    """Numbers and texts may be sorted, equal neighbours included."""
    assert judge("json", {"$.a": {"sorted": order}}, turn_bringing({"a": values})) is PASS
    matches = {"a": [{"n": value} for value in values]}
    assert judge("json", {"$.a[*].n": {"sorted": order}}, turn_bringing(matches)) is PASS


@pytest.mark.parametrize(
    ("order", "values", "message"),
    [
        (True, [1, 3, 2], "$.a[2] is 2 after 3 at $.a[1], expected items in ascending order"),
        ("descending", ["a", "b"], "$.a[1] is 'b' after 'a' at $.a[0], expected"),
        (True, [1, "a"], '$.a has [1, "a"], expected only numbers, or only texts'),
        (True, [1, True], "$.a has [1, true], expected only numbers, or only texts"),
        (True, 7, "$.a is a whole number, expected a list"),
    ],
)
def test_values_out_of_order(order, values, message):
    """The first item that is out of order is told with the one before."""
    finding = judge("json", {"$.a": {"sorted": order}}, turn_bringing({"a": values})).finding

    assert finding.message.startswith(message)


@pytest.mark.parametrize("value", [1, False, "up"])
def test_an_order_that_is_none_is_refused(value):
    """Only true, ascending and descending are orders."""
    with pytest.raises(BadExpectation):
        judge("json", {"$.a": {"sorted": value}})
