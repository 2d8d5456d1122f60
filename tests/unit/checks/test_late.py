"""`within`: what a failure says of the waiting."""

from __future__ import annotations

from dataclasses import replace

import pytest
from check_samples import REPLY, exchange, judge, turn

from harness.checks import BadExpectation
from harness.conversation import Origin, Outcome, ReplyMessage

THREE = {"count": 3, "within": "5s"}
ASKED = {"messages": [{"contains": "free"}, {"contains": "refund"}], "within": "5s"}


def look(ended, step="late.1"):
    """A look that ended so many seconds after the conversation began."""
    made = exchange(seconds=0.1)
    request = replace(made.request, origin=Origin(turn=1, step=step))
    response = made.response and replace(made.response, started=ended - 0.1)
    return replace(made, request=request, response=response)


def said(*late, looks=(2.0, 6.6)):
    """A turn whose reply came after 1.5 seconds, with late messages and looks."""
    messages = (*REPLY.messages, *(ReplyMessage(text=text, is_late=True) for text in late))
    return turn(
        reply=replace(REPLY, messages=messages), looked_up=tuple(look(ended) for ended in looks)
    )


def finding(name, value, of):
    verdict = judge(name, value, of=of)
    assert verdict.outcome is Outcome.FAILED
    return verdict.finding


@pytest.mark.parametrize(
    ("late", "came"),
    [
        ((), "no further message arrived"),
        (("a",), "message 3 arrived late, and no other"),
        (("a", "b", "c"), "messages 3, 4, 5 arrived late, and no other"),
    ],
    ids=["nothing", "one", "three"],
)
def test_the_sentence_says_what_came(late, came):
    """The sentence tells how long was waited, and which messages came late."""
    found = finding("messages", {"count": 9, "within": "5s"}, said(*late))

    messages = len(late) + 2
    assert found.message == f"the reply has {messages} messages, expected 9; {came} within 5 s"
    assert found.difference == ("the harness looked for further messages twice",)


def test_replies_say_it_as_well():
    """The lines of `replies` stand before that of the waiting."""
    found = finding("replies", ASKED, said())

    assert found.message.endswith("not expected; no further message arrived within 5 s")
    assert found.difference[-1] == "the harness looked for further messages twice"


def test_a_recording_that_ends_before_the_time():
    """A replay that could not wait as long as it should says how long its recording is."""
    found = finding("messages", THREE, said(looks=(2.5, 3.0, 3.5)))

    assert found.difference == (
        "the harness looked for further messages 3 times",
        "the recording ends 2 s after the reply; --harness-mode=refresh waits longer",
    )


@pytest.mark.parametrize("is_answered", [True, False], ids=["no reply", "no answer to a look"])
def test_a_recording_without_an_answer_has_no_end(is_answered):
    """Where one of the two answers is missing, the failure gives no time between them."""
    looked = look(3.0) if is_answered else replace(look(3.0), response=None)
    of = replace(said(), exchanges=() if is_answered else (exchange(),), looked_up=(looked,))

    assert finding("messages", THREE, of).difference == (
        "the harness looked for further messages once",
    )


def test_a_look_of_two_steps_is_one_look():
    """Looks are counted by their first step."""
    of = turn(looked_up=(look(3.0), look(3.1, "late.2"), look(7.0), look(7.1, "late.2")))

    assert finding("messages", THREE, of).difference == (
        "the harness looked for further messages twice",
    )


def test_without_a_look():
    """A transcript that was held without waiting is judged, and the failure says so."""
    found = finding("messages", THREE, turn())

    assert found.message == "the reply has 2 messages, expected 3"
    assert found.difference == ("the harness did not look for further messages",)


def test_the_record_is_no_look():
    """What was asked for the provider's own record is no look for messages."""
    of = turn(looked_up=(look(3.0, "history.1"),))

    assert finding("messages", THREE, of).difference == (
        "the harness did not look for further messages",
    )


@pytest.mark.parametrize(
    ("name", "value"), [("messages", {"count": 2, "within": "5s"}), ("replies", ASKED)]
)
def test_what_holds_says_nothing(name, value):
    """A check that holds is a pass, waited for or not."""
    of = (
        said()
        if name == "messages"
        else turn(
            reply=replace(REPLY, messages=(ReplyMessage(text="free"), ReplyMessage(text="refund")))
        )
    )

    assert judge(name, value, of=of).outcome is Outcome.PASSED


@pytest.mark.parametrize("value", ["5", "0s", "", "soon", 5, None])
def test_a_time_that_is_none(value):
    """`within` wants a duration above nothing."""
    with pytest.raises(BadExpectation, match=r"duration|longer than zero"):
        judge("messages", {"count": 2, "within": value})
