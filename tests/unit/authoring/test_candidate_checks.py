"""Which phrases are proposed for what no expectation noticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.authoring.strengthening.candidate_checks import candidates_for, phrases
from harness.conversation import Reply, ReplyMessage
from harness.core import Json
from harness.evaluation.strength import Aspect, Fate, Mutant, Mutator
from harness.evaluation.strength.text_changes import first_difference
from harness.project.plan import Play


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("You get a refund of 12 EUR. It is sent.", "You get a refund of 13 EUR. It is sent.",
         "refund of 12 EUR"),
        ("Thanks. Your order is on its way today.", "Thanks. Your order is not on its way today.",
         "Your order is on"),
        ("We sent the parcel. Please wait.", "We sent the parcel.", "Please wait"),
        ("It is so.", "It is not so.", None),
        ("Order 018c6302-ec34-02f2-cc2c-c5f1f38a7a03 came", "Order x came", None),
    ],
    ids=["figure", "sentence", "cut", "nothing", "id"],
)  # fmt: skip
def test_the_shortest_phrase_of_substance_comes_first(
    before: str, after: str, expected: str | None
) -> None:
    """It stays in its sentence, and has no value that varies."""
    assert next(phrases(before, after), None) == expected


def test_a_phrase_can_begin_with_the_word_that_was_changed() -> None:
    """So that a negation is noticed without the words before it."""
    negated = list(phrases("We do offer free shipping.", "We do not offer free shipping."))

    assert {"do offer free", "do offer free shipping"} < {*negated}


def test_messages_are_put_in_order_by_few_of_their_first_words() -> None:
    """With the first word or after it; of a short message, all its words."""
    texts = ("We do offer free shipping.", "Great!")
    reply = Reply(messages=tuple(ReplyMessage(text=text) for text in texts))
    orders = [value for name, value in candidates_for(reply, [], {}) if name == "replies"]

    assert orders == [
        [{"contains": "do offer free"}, {"contains": "Great"}],
        [{"contains": "We do offer"}, {"contains": "Great"}],
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("paid", "paid"),
        (79.9, 79.9),
        ("https://shop.example/018c6302-ec34-02f2-cc2c-c5f1f38a7a03.jpg", {"type": "string"}),
        ("018c6302-ec34-02f2-cc2c-c5f1f38a7a03-0", {"type": "string"}),
    ],
    ids=["text", "number", "address", "numbered id"],
)
def test_a_field_with_an_id_in_it_is_expected_to_be_there(value: Json, expected: Json) -> None:
    """Another conversation has another id, so its value is not proposed."""
    play = Play(file=Path("a.yaml"), scenario="a", provider="one")
    mutant = Mutant(
        play=play,
        turn=1,
        change=Mutator.FIELD_DROPPED,
        number=1,
        aspect=Aspect.PAYLOAD,
        fate=Fate.SURVIVED,
        paths=("$.a",),
    )
    reply = Reply(messages=())
    fields = {"$.a": (("a",), value)}
    checks = [
        one for name, one in candidates_for(reply, [(mutant, reply)], fields) if name == "json"
    ]

    assert checks == [{"$.a": expected}]


@pytest.mark.parametrize(
    ("text", "other", "expected"),
    [
        ("a 12 b", "a 13 b", "2"),
        ("one two three", "one two", " three"),
        ("one two", "one not two", "one "),
        ("same", "same", ""),
        ("", "x", ""),
    ],
)
def test_the_first_difference_of_two_texts(text: str, other: str, expected: str) -> None:
    """What was changed or removed; of what was inserted, the word before."""
    start, end = first_difference(text, other)

    assert text[start:end] == expected


def test_a_check_that_nobody_would_read_is_not_proposed() -> None:
    """Neither thousands of buttons nor a word of thousands of letters; what is short still is."""
    labels = {f"button {number}": "x" for number in range(1000)}
    reply = Reply(messages=(ReplyMessage(text=f"Hello {'x' * 5000}"),), actions=labels)
    few = Reply(messages=reply.messages, actions={"Yes": "y", "No": "n"})

    assert max(len(repr(one)) for one in candidates_for(reply, [], {})) < 2100
    assert ("actions", ["Yes", "No"]) in candidates_for(few, [], {})
