"""Stored conversations that are shorter than their scenario."""

from __future__ import annotations

import pytest
from conversations import VOCABULARY, reply, scenario, transcript, turn

from harness.conversation import Outcome
from harness.play.rechecking import recheck

HELLO = "  - user: Hi\n    expect: {contains: hello}\n    on_fail: stop\n"


def rechecked(*texts):
    """The result of three turns, of which these were played."""
    turns = [turn(reply(text), number) for number, text in enumerate(texts, 1)]
    return recheck(scenario(HELLO * 3), transcript(*turns), VOCABULARY)


@pytest.mark.parametrize(
    ("texts", "last"), [((), 0), (("hello",), 1), (("hello", "hello"), 2), (("no", "hello"), 2)]
)
def test_the_turn_that_a_short_transcript_ends_after_is_named(texts, last):
    """It is the last of the transcript, whatever failed before it."""
    result = rechecked(*texts)

    assert result.outcome is Outcome.BROKEN
    assert result.transcript.stop.turn == last + 1
    assert f"the transcript ends after turn {last}, but the scenario has 3" in str(result.error)


@pytest.mark.parametrize("texts", [("no",), ("hello", "no")])
def test_a_transcript_may_end_with_the_check_that_had_to_end_it(texts):
    """The conversation failed; no turn is missing."""
    result = rechecked(*texts)

    assert result.outcome is Outcome.FAILED
    assert result.transcript.stop is None
