"""Polls that end when nothing new comes, and messages of other turns."""

from __future__ import annotations

import pytest
from definitions import answer, definition, play, requests, said, state_of

from harness.core.errors import DefinitionError, ProtocolError

QUIET = """\
send:
  - request: {post: /say}
    capture: {asked: $.id}
  - poll: {get: /messages}
    quiet: 1s
    every: 400ms
    timeout: 10s
    reply: {messages: '$[*]', text: $.text, id: $.id}
"""
ASKED = {"id": "q-1"}
HELLO, BYE = {"id": "m-1", "text": "Hello"}, {"id": "m-2", "text": "Bye"}


def polled(steps, *answers, state=None):
    """What a poll gives whose answers come half a second apart, and how often it asked."""
    read = definition(steps)
    state = state or state_of(read)
    state.say(said(), 1)
    times = (answer(body, started=at / 2) for at, body in enumerate(answers))
    commands, result = play(read.phases["send"], state, [answer(ASKED), *times])
    return result, len(requests(commands)) - 1


def texts(reply):
    return [message.text for message in reply.messages]


def test_a_poll_ends_when_nothing_new_came_for_long_enough():
    """Each new message begins the quiet time again; it is told from the recorded times."""
    reply, asked = polled(QUIET, [HELLO], [HELLO], [HELLO, BYE], [HELLO, BYE], [HELLO, BYE], [])

    assert (texts(reply), asked) == (["Hello", "Bye"], 5)


def test_the_quiet_time_does_not_begin_before_the_first_message():
    """A bot that takes long for its first message is waited for."""
    reply, asked = polled(QUIET, [], [], [], [], [], [HELLO], [HELLO], [HELLO])

    assert (texts(reply), asked) == (["Hello"], 8)


def test_a_message_that_is_edited_in_place_is_new():
    """The last text of a message is the reply, and each edit begins the quiet time again."""
    drafts = [[{"id": "m-1", "text": text}] for text in ("Hel…", "Hello", "Hello", "Hello")]

    reply, asked = polled(QUIET, *drafts)

    assert (texts(reply), asked) == (["Hello"], 4)


def test_a_poll_without_times_counts_its_pauses():
    """A recording of another tool may have no times; a replay of it ends all the same."""
    read = definition(QUIET)
    state = state_of(read)
    state.say(said(), 1)

    _, reply = play(read.phases["send"], state, [answer(ASKED), *[answer([HELLO])] * 4])

    assert texts(reply) == ["Hello"]


def test_a_condition_ends_a_poll_before_it_is_quiet():
    """`until` and `quiet` can be used together; the first of them ends the poll."""
    steps = QUIET.replace("    quiet", "    until: {'$[*].last': true}\n    quiet")

    reply, asked = polled(steps, [HELLO], [HELLO, {**BYE, "last": True}])

    assert (texts(reply), asked) == (["Hello", "Bye"], 2)


def test_the_whole_answer_must_stay_the_same_without_a_reply():
    """A step that reads no reply is quiet when its answer no longer changes."""
    steps = QUIET.partition("    reply")[0] + "  - request: {get: /last}\n    reply: {text: $.a}\n"

    reply, asked = polled(steps, {"n": 1}, {"n": 2}, {"n": 2}, {"n": 2}, {"a": "done"})

    assert (texts(reply), asked) == (["done"], 5)


def test_what_changes_in_it_is_named():
    """A field that changes in every answer, such as the time, is what the author must see."""
    steps = QUIET.partition("    reply")[0] + "  - request: {get: /last}\n    reply: {text: $.a}\n"

    error, _ = polled(steps, *[{"a": "done", "meta": {"now": at}} for at in range(30)])

    assert error.code == "poll-timeout"
    assert "the last answer is still changing" in error.message
    assert "what changed last: /meta/now" in error.details
    assert "use 'until', or read the messages" in error.hint


def test_fields_that_no_reply_reads_may_change():
    """The time of the answer, in a message or beside it, does not begin the quiet time again."""
    steps = QUIET.replace("'$[*]'", "'$.messages[*]'").replace(
        "id: $.id}\n", "id: $.id, actions: $.buttons, tools: {path: '$.calls[*]'}}\n"
    )
    drafts = [
        {
            "now": at,
            "messages": [{**HELLO, "seen": at}],
            "buttons": ["Yes"] if at > 1 else [],
            "calls": [{"name": "find", "arguments": {}, "elapsed": at}] if at > 2 else [],
        }
        for at in range(20)
    ]

    reply, asked = polled(steps, *drafts)

    assert (texts(reply), asked) == (["Hello"], 6)
    assert list(reply.actions) == ["Yes"]
    assert [call.name for call in reply.tools] == ["find"]
    assert reply.payload["now"] == 5


def test_a_poll_that_never_becomes_quiet():
    """Messages that keep coming until the time is over break the scenario."""
    growing = [[{"id": f"m-{n}", "text": "…"} for n in range(count)] for count in range(1, 30)]

    error, _ = polled(QUIET, *growing)

    assert isinstance(error, ProtocolError)
    assert error.code == "poll-timeout"
    assert "the last answer has 21 messages of this turn" in error.message


UNTIL = QUIET.replace("quiet: 1s", "until: {%s: true}")


def test_a_condition_whose_path_never_matches_is_explained_in_the_end():
    """The error says what the answers have instead, and where the poll is."""
    error, asked = polled(UNTIL % "$.idel", *[{"idle": n == 1, "items": []} for n in range(30)])

    assert asked == 21
    assert error.message.endswith("21 requests, the last answer has nothing at $.idel")
    assert error.hint == "did you mean 'idle'?"
    assert error.details == (
        "'until': nothing at $.idel; the deepest part that exists is $ with the keys idle, items",
        "the poll is in ours/provider.yaml:8",
    )


def test_a_condition_whose_path_matched_once_is_not_explained():
    """It is the bot that did not end."""
    first = {"idle": False, "items": []}

    error, _ = polled(UNTIL % "$.idle", first, *[{"items": []}] * 30)

    assert error.hint == ""
    assert error.details == (
        "in order: $.idle = false; nothing at $.idle",
        "the poll is in ours/provider.yaml:8",
    )


@pytest.mark.parametrize("is_allowed", [True, False], ids=["allowed", "not allowed"])
def test_a_bot_that_says_nothing_until_the_time_is_over(is_allowed):
    """A silent bot is a reply of no messages where the definition allows it."""
    optional = "id: $.id, messages_optional: true}" if is_allowed else "id: $.id}"

    result, asked = polled(QUIET.replace("id: $.id}", optional), *[[]] * 30)

    assert asked == 21
    assert (result.messages == ()) if is_allowed else (result.code == "poll-timeout")


CORRELATED = QUIET.replace("id: $.id}\n", "id: $.id, in_reply_to: {$.to: '${asked}'}}\n")
OTHERS = [
    {"id": "m-0", "text": "Answer to an earlier question.", "to": "q-0"},
    {"id": "m-7", "text": "Sorry for the delay."},
]


def test_only_messages_in_reply_to_this_turn_are_its_reply():
    """Those of another turn, and those in reply to nothing, are left out."""
    mine = {**HELLO, "to": "q-1"}

    reply, asked = polled(CORRELATED, OTHERS, OTHERS, OTHERS, *[[*OTHERS, mine]] * 3)

    assert (texts(reply), asked) == (["Hello"], 6)


@pytest.mark.parametrize(
    ("asked", "to", "filters"),
    [(7, "7", "string"), ("7", 7, "int"), ("7.5", 7.5, "float"), (7.5, "7.5", "string")],
)
def test_an_id_of_another_type_is_an_error(asked, to, filters):
    """The reply would be left out as the message of another turn; the hint is what helps."""
    steps = CORRELATED.replace("quiet: 1s", "until: {'$[1]': {exists: true}}")
    steps = steps.replace("text: $.text,", "text: $.text, messages_optional: true,")
    read = definition(steps)
    payload = [{**HELLO, "to": "8"}, {**BYE, "to": to}]

    def ask(read):
        state = state_of(read)
        state.say(said(), 1)
        answers = [answer({"id": asked}), answer(payload)]
        return play(read.phases["send"], state, answers)[1]

    error = ask(read)
    reply = ask(definition(steps.replace("'${asked}'", f"'${{asked | {filters}}}'")))

    assert (error.code, error.hint) == (
        "other-type",
        f"convert the value: {{$.to: '${{… | {filters}}}'}}",
    )
    assert texts(reply) == ["Bye"]


def test_answers_that_come_crossed_belong_to_their_turns():
    """The answer to the second question may come before that to the first."""
    read = definition(CORRELATED)
    state = state_of(read)
    second, first = {**HELLO, "to": "q-2"}, {**BYE, "to": "q-1"}
    replies = []
    for turn, every in ((1, [second, first]), (2, [second, first])):
        state.say(said(), turn)
        answers = [answer({"id": f"q-{turn}"})]
        answers += [answer(every, started=float(at)) for at in (1, 2)]
        _, reply = play(read.phases["send"], state, answers)
        state.answered(reply)
        replies.append(texts(reply))

    assert replies == [["Bye"], ["Hello"]]


def test_an_apology_between_two_turns_is_not_the_reply():
    """What the bot said by itself is neither new nor in reply to the question afterwards."""
    steps = CORRELATED.replace("id: $.id,", "id: $.id, only_new: true,")
    mine = [{**HELLO, "to": "q-1"}, {**BYE, "to": "q-1"}]
    read = definition(steps)
    state = state_of(read)
    state.say(said(), 1)
    play(read.phases["send"], state, [answer(ASKED), *[answer([mine[0]])] * 4])
    state.say(said(), 2)

    _, reply = play(
        read.phases["send"], state, [answer(ASKED), *[answer([mine[0], OTHERS[1], mine[1]])] * 4]
    )

    assert texts(reply) == ["Bye"]


@pytest.mark.parametrize(
    "capture",
    [
        "    capture: {asked: {json: $.id, optional: true}}\n",
        "    when: ${session.asks}\n    capture: {asked: $.id}\n",
    ],
    ids=["optional", "of a step that does not run"],
)
def test_an_id_of_an_earlier_turn_is_not_compared(capture):
    """A capture keeps its value if a turn gives no other; an earlier reply is not read again."""
    read = definition(CORRELATED.replace("    capture: {asked: $.id}\n", capture))
    state = state_of(read)
    earlier = [{**HELLO, "to": "q-1"}]
    state.session = {"asks": True}
    state.say(said(), 1)
    _, first = play(read.phases["send"], state, [answer(ASKED), *[answer(earlier)] * 4])
    state.answered(first)
    state.session = {"asks": False}
    state.say(said(), 2)

    _, error = play(read.phases["send"], state, [answer({"other": 1}), *[answer(earlier)] * 4])

    assert texts(first) == ["Hello"]
    assert error.code == "capture-missing"
    assert error.message == (
        "'asked' was captured in turn 1 and not since, but 'in_reply_to' of step send.2"
        " compares with its value in this turn"
    )


def test_an_id_of_the_whole_conversation_is_compared():
    """What an opening step captures is right in every turn, also after opening again."""
    read = definition(
        "open:\n  - request: {post: /open}\n    capture: {asked: $.id}\n"
        + CORRELATED.replace("    capture: {asked: $.id}\n", "    capture: {other: $.id}\n")
    )
    state = state_of(read)
    mine = [{**HELLO, "to": "q-1"}]
    play(read.phases["open"], state, [answer(ASKED)])
    replies = []
    for turn in (1, 2, 3):
        state.say(said(), turn)
        play(read.phases["open"], state, [answer(ASKED)])
        _, reply = play(read.phases["send"], state, [answer(ASKED), *[answer(mine)] * 4])
        state.answered(reply)
        replies.append(texts(reply))

    assert replies == [["Hello"]] * 3


def test_a_late_message_of_another_turn_is_left_out():
    """`late` takes `in_reply_to` too, so that a crossed answer is not a late one of this turn."""
    late = (
        "late:\n  - request: {get: /messages}\n    reply: {messages: '$[*]', text: $.text, id: $.id"
    )
    read = definition(CORRELATED + late + ", in_reply_to: {$.to: '${asked}'}}\n")

    assert read.phases["late"][0].reply.in_reply_to


def test_a_condition_on_a_value_that_is_none():
    """A capture that was not made is an error, and is never compared with null."""
    steps = CORRELATED.replace("capture: {asked: $.id}", "capture: {other: $.id}")
    steps = steps.replace("'${asked}'", "'${session.asked}'")

    error, asked = polled(steps, [{**HELLO, "to": None}])

    assert (error.code, asked) == ("wrong-path", 0)
    assert "'${session.asked}' of step send.2 cannot be filled in" in error.message


FAULTS = {
    "nothing ends it": (
        QUIET.replace("    quiet: 1s\n", ""),
        "'send[1]' lacks 'until' or 'quiet'",
    ),
    "the same in every turn": (
        QUIET.replace("id: $.id}\n", "id: $.id, in_reply_to: {$.to: you}}\n"),
        "'in_reply_to' compares with the same value in every turn",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_poll_that_cannot_work(case):
    """It is an error when the definition is read."""
    steps, message = FAULTS[case]

    with pytest.raises(DefinitionError) as wrong:
        definition(steps)

    assert [problem.message for problem in wrong.value.problems] == [message]


def test_a_quiet_time_that_is_not_a_duration():
    """It may come from a setting; the step says so before it asks."""
    error, asked = polled(QUIET.replace("quiet: 1s", "quiet: '${session.quiet}'"), [HELLO])

    assert (error.code, asked) == ("wrong-duration", 0)
