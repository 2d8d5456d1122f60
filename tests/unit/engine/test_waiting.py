from __future__ import annotations

from dataclasses import replace

from conversations import VOCABULARY, exchange, reply, scenario, transcript, turn

from harness.conversation import Outcome, ReplyMessage, Stop
from harness.core.errors import PlayError
from harness.play.conversation import came_at
from harness.play.drift.turn_comparison import compare
from harness.play.judging import judge
from harness.play.rechecking import recheck
from harness.play.scenario_player import time_left

TWO = (
    "  - user: Hi\n    expect:\n      contains: hello\n"
    "      messages: {count: 2, within: 2s}\n"
    "      replies: {messages: [{contains: a}, {contains: b}], within: 5s}\n"
)


def asked(made, *fulfilled):
    """Judges by name; gives what was asked as well."""
    names = []

    def holds(planned):
        (one,) = planned.expectations
        names.append(one.name)
        return one.name in fulfilled

    return names, lambda passed: time_left(made.user_turns[0], passed, holds)


def test_only_checks_that_wait_are_judged():
    """The next time that ends counts, and checks without `within` are left alone."""
    names, left = asked(scenario(TWO))

    assert left(0.0) == 2.0
    assert names == ["messages", "replies"]


def test_a_check_that_holds_or_is_late_is_waited_for_no_more():
    """A check whose time is over is not judged again, one that holds needs none."""
    names, left = asked(scenario(TWO))
    assert left(2.0) == 3.0
    assert names == ["replies"]
    assert left(5.0) == 0.0

    _, left = asked(scenario(TWO), "messages", "replies")
    assert left(0.0) == 0.0


def test_turns_know_that_they_wait():
    """Which turns may wait, and how long each check does, is told when the file is read."""
    made = scenario(f"{TWO}  - user: Bye\n    expect: {{messages: {{count: 2}}}}\n")

    assert [one.is_patient for one in made.user_turns] == [True, False]
    assert [one.within for one in made.user_turns[0].expectations] == [0.0, 2.0, 5.0]


def test_a_reply_has_come_when_its_last_answer_ended():
    """An exchange without an answer tells nothing."""
    assert came_at((exchange(), replace(exchange(), response=None))) == 0.1
    assert came_at(()) == 0.0


def test_a_wait_that_broke_is_not_judged():
    """Where looking failed, the checks that waited are not told as failed, the others are."""
    stop = Stop(turn=1, error=PlayError("no-late", "nothing says how"))
    held = transcript(turn(reply("hello")), stop=stop)

    assert [one.name for one in judge(scenario(TWO), held, VOCABULARY)] == ["contains"]


def test_a_stored_transcript_is_judged_with_what_came_late():
    """`harness check` waits for nothing: it judges the messages that are there."""
    late = ReplyMessage(text="hello b", is_late=True)
    answer = reply("hello a")
    answer = replace(answer, messages=(*answer.messages, late))

    result = recheck(scenario(TWO), transcript(turn(answer)), VOCABULARY)
    texts_alone = recheck(scenario(TWO), transcript(turn(answer, exchanges=())), VOCABULARY)

    assert result.outcome is Outcome.PASSED
    assert texts_alone.outcome is Outcome.PASSED


def test_that_it_was_looked_on_one_side_is_no_drift():
    """Whether a message had to be looked for is a matter of time; the messages are compared."""
    late = turn(reply("a", "b"), looked_up=(exchange("late.1"),))

    (same,) = compare(transcript(late), transcript(turn(reply("a", "b"))), {})
    (only_now,) = compare(transcript(turn(reply("a", "b"))), transcript(late), {})
    (fewer,) = compare(transcript(late), transcript(turn(reply("a"))), {})
    refused = turn(reply("a", "b"), looked_up=(exchange("late.1", status=404),))
    (status,) = compare(transcript(late), transcript(refused), {})

    assert same.lines == ()
    assert only_now.lines == ()
    assert fewer.differences[0].lines == ("messages: recorded 2, now 1",)
    assert status.lines == ("late.1: recorded status 200, now status 404",)
