from __future__ import annotations

import pytest

from harness.reports.html.side_by_side import MOST_WORDS, marked_words, side_by_side


def conversation(*texts: str, outcome: str = "passed", **more: object) -> dict:
    """A conversation of one turn, whose reply has these messages."""
    turn = {
        "number": 1,
        "user": {"text": "Hi"},
        "reply": {"messages": [{"text": text} for text in texts]},
    }
    return {
        "id": "a.yaml::a",
        "scenario": "a",
        "provider": "shop",
        "file": "a.yaml",
        "outcome": outcome,
        "transcript": {"turns": [turn]},
        **more,
    }


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        (
            "free above 50 dollars",
            "free above 90 dollars",
            (
                [[False, "free above "], [True, "50 "], [False, "dollars"]],
                [[False, "free above "], [True, "90 "], [False, "dollars"]],
            ),
        ),
        ("yes", "", ([[True, "yes"]], [])),
        ("今日は", "今日も", ([[False, "今日"], [True, "は"]], [[False, "今日"], [True, "も"]])),
        ("a.", "a!", ([[False, "a"], [True, "."]], [[False, "a"], [True, "!"]])),
    ],
    ids=["words", "empty", "without-spaces", "punctuation"],
)
def test_words_that_one_side_has_are_marked(old, new, parts):
    """Together, the parts of each side are its text."""
    assert marked_words(old, new) == parts


def test_long_texts_are_compared_at_their_ends():
    """Of more words, what both begin and end with is not marked."""
    middle = " ".join(str(number) for number in range(MOST_WORDS))

    old, new = marked_words(f"Hello {middle} bye", "Hello you bye")

    assert old == [[False, "Hello "], [True, f"{middle} "], [False, "bye"]]
    assert new == [[False, "Hello "], [True, "you "], [False, "bye"]]


def test_messages_are_aligned_by_their_texts():
    """A message that one side lacks does not shift the others."""
    old = conversation("Welcome", "Hello there", "Bye")
    new = conversation("Hello there!", "Bye")

    [turn] = side_by_side("a", (old, new))["takes"][0]["turns"]

    assert turn["pairs"] == [
        [[[True, "Welcome"]], None],
        [[[False, "Hello there"]], [[False, "Hello there"], [True, "!"]]],
        ["Bye"],
    ]


@pytest.mark.parametrize(
    ("old", "new", "differs"),
    [
        (conversation("a"), conversation("a"), []),
        (conversation("a"), conversation("b"), ["text"]),
        (conversation("a"), conversation("a", "b"), ["text"]),
        (conversation("a"), None, ["only"]),
        (None, conversation("a"), ["only"]),
        (
            conversation("a"),
            conversation(
                "a",
                outcome="failed",
                checks=[{"name": "equals", "outcome": "failed", "turn": 1, "message": "no"}],
            ),
            ["outcome", "checks"],
        ),
        (conversation("a"), conversation("a", expected_failure="known"), ["outcome"]),
        (conversation("a"), {**conversation("a"), "transcript": {"turns": []}}, ["text"]),
    ],
    ids=["equal", "text", "message", "gone", "new", "verdict", "expected-failure", "no-turn"],
)
def test_kinds_of_differences(old, new, differs):
    """Outcome, failures and texts are distinguished, and what only one side has."""
    assert side_by_side("a", (old, new))["differs"] == differs


def test_takes_are_compared_one_by_one():
    """Each take with the take of the same number."""
    takes = [conversation("a"), conversation("b")]
    old = {**conversation(), "takes": takes}
    new = {**conversation(), "takes": [takes[0], conversation("c"), takes[0]]}

    pair = side_by_side("a", (old, new))

    assert [take["outcomes"] for take in pair["takes"]] == [
        ["passed", "passed"],
        ["passed", "passed"],
        [None, "passed"],
    ]
    assert pair["differs"] == ["text"]
