from __future__ import annotations

import pytest
from definitions import answer, definition, play, said, state_of

from harness.conversation import Exchange, Origin, Reply, ReplyMessage, Request
from harness.core.errors import CassetteError, ProtocolError, SentTooOften
from harness.providers.flow import FlowState
from harness.providers.late import PAUSE, unheard, wait_for_more

LATE = """\
send:
  - request: {post: /say}
    reply: {text: $.text}
late:
  - request: {get: /said}
    reply: {messages: '$.said[*]', text: $.text, id: $.id}
"""


def exchange(started, seconds=0.1):
    return Exchange(
        request=Request(method="GET", url="http://a/said", origin=Origin(turn=1, step="late.1")),
        response=answer({}, started=started, seconds=seconds),
    )


def message(text, identifier=""):
    return ReplyMessage(text=text, id=identifier)


class Bot:
    """What a conversation looks at: what was said by then, and when it is asked."""

    def __init__(self, *comes, takes=0.1, is_silent=False):
        self.state = FlowState(settings={})
        self.reply = Reply(messages=(message("one"),))
        self.state.say(said(), 1)
        self.state.answered(self.reply)
        self.comes = comes
        self.takes = takes
        self.is_silent = is_silent
        self.slept = []
        self.now = 0.0

    def sleep(self, seconds):
        self.slept.append(round(seconds, 3))
        self.now += seconds

    def look(self):
        if not self.is_silent:
            self.state.exchanges.append(exchange(self.now, self.takes))
            self.now += self.takes
        return [message("one"), *(one for at, one in self.comes if at <= self.now)]

    def wait(self, wanted, limit, **more):
        def left(reply, passed):
            is_enough = len(reply.messages) >= wanted
            return 0.0 if is_enough or passed >= limit else limit - passed

        given = {"came": 0.0, "passed": 0.0, "look": self.look, "sleep": self.sleep, **more}
        return wait_for_more(self.state, self.reply, left=left, **given)


def test_it_looks_until_the_message_is_there():
    """There is a pause before every look, and the late message is marked as such."""
    bot = Bot((1.0, message("two")))

    reply = bot.wait(2, 10.0)

    assert bot.slept == [PAUSE, PAUSE]
    assert [(one.text, one.is_late) for one in reply.messages] == [("one", False), ("two", True)]


def test_the_last_look_is_when_the_time_is_over():
    """The pauses end with the time, and no look is made behind it."""
    bot = Bot()

    reply = bot.wait(2, 1.3)

    assert bot.slept == [0.5, 0.5, 0.1]
    assert reply is bot.reply


def test_time_is_told_from_the_exchanges():
    """A look that took long is counted by its recorded times; no clock is asked."""
    bot = Bot(takes=2.0)

    bot.wait(2, 2.0)

    assert bot.slept == [PAUSE]


def test_looks_without_times_end_as_well():
    """Where nothing is exchanged, the pauses alone are the time."""
    bot = Bot(is_silent=True)

    bot.wait(2, 1.2)

    assert bot.slept == [0.5, 0.5, 0.2]


def test_a_recording_that_holds_no_further_look_ends_the_waiting():
    """What the recording holds is all there is: the reply stays, and nothing breaks."""
    bot = Bot()

    def look():
        bot.state.exchanges.append(exchange(0.0))
        raise SentTooOften("asked-too-often", "it was recorded once")

    assert bot.wait(2, 60.0, look=look) is bot.reply
    assert bot.state.exchanges == []


def test_another_miss_of_the_recording_is_an_error():
    """A recording in which nothing was waited for does not fit."""

    def look():
        raise CassetteError("not-recorded", "it was not recorded")

    with pytest.raises(CassetteError, match="not-recorded"):
        Bot().wait(2, 60.0, look=look)


def test_nothing_to_look_with():
    """Without `late` steps a wait is an error, and one that is not needed is none."""
    assert Bot().wait(1, 60.0, look=None).text == "one"
    with pytest.raises(ProtocolError, match="no-late"):
        Bot().wait(2, 60.0, look=None)


def test_what_was_waited_before_counts():
    """A second wait for one reply goes on where the first ended."""
    bot = Bot()

    bot.wait(2, 1.0, passed=0.8)

    assert bot.slept == [0.2]


def test_later_messages_of_the_definition_see_it():
    """`turns` holds the late message, and the next reply leaves out its id."""
    bot = Bot((0.0, message("two", "m-2")))

    bot.wait(2, 10.0)

    assert bot.state.turns[-1]["reply"]["messages"] == ["one", "two"]
    assert bot.state.seen == {"m-2"}


@pytest.mark.parametrize(
    ("heard", "found", "new"),
    [
        ([message("a", "1")], [message("a", "1"), message("b", "2")], ["b"]),
        ([message("a", "1")], [message("a", "1"), message("a", "2")], ["a"]),
        ([message("a")], [message("a"), message("b")], ["b"]),
        ([message("a")], [message("a"), message("a")], ["a"]),
        ([message("a")], [message("a", "1"), message("b", "2")], ["b"]),
        ([message("a", "1")], [message("a"), message("b")], ["b"]),
        ([message("a", "1"), message("b", "2")], [message("b", "2"), message("a", "1")], []),
    ],
    ids=[
        *("by its id", "the same text under a new id", "by its text", "the same text again"),
        *("an id that the reply lacks", "an id that the list lacks", "in another order"),
    ],
)
def test_what_was_not_heard_before(heard, found, new):
    """Messages are told apart by their ids, else by their texts, as often as they were heard."""
    state = FlowState(settings={}, heard=heard)

    assert [one.text for one in unheard(found, state)] == new


def test_what_the_bot_said_by_itself_was_heard():
    """A greeting that the scenario tells is no late message."""
    state = FlowState(settings={})
    state.heard_from_assistant("Welcome!")

    assert list(unheard([message("Welcome!"), message("Hello", "1")], state)) == [
        message("Hello", "1")
    ]


def test_the_late_steps_of_a_definition():
    """`late` is a phase of its own, whose reply may hold no message at all."""
    read = definition(LATE)

    commands, _ = play(
        read.phases["late"], state_of(read), [answer({"said": [{"text": "a", "id": 1}]})]
    )

    assert [step.name for step in read.phases["late"]] == ["late.1"]
    assert commands[0].request.origin.step == "late.1"


def test_a_message_that_one_look_gives_twice_is_one_message():
    """An id that comes again in the same look is the same message, as in a later look."""
    state = FlowState(settings={})
    found = [message("two", "m-2"), message("two", "m-2"), message("three", "m-3")]

    assert [one.text for one in unheard(found, state)] == ["two", "three"]
