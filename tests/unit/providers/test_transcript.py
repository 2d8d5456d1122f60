"""What `transcript` and `results` hold for a definition."""

from __future__ import annotations

import json

from definitions import answer, definition, play, requests, said, state_of

from harness.conversation import Reply, ReplyMessage, ToolCall, ToolResult, joined_replies

DEFINITION = """\
send: &ask
  - request:
      post: /chat
      json:
        for_each: transcript
        as: said
        yield: {role: '${said.role}', text: '${said.text}', late: '${said.payload}'}
    reply: {text: $.text, tools: {path: '$.calls[*]'}}
tools: *ask
"""


def reply(text="", *calls, payload=None):
    """A reply that calls tools."""
    return Reply(messages=(ReplyMessage(text=text),) if text else (), tools=calls, payload=payload)


def shown(state):
    """Roles and texts of the transcript."""
    return [(entry["role"], entry["text"]) for entry in state.transcript]


def test_the_transcript_of_a_conversation():
    """Greetings, messages, replies and late messages are in order; the new message is not there."""
    state = state_of(definition(DEFINITION))

    state.heard_from_assistant("Welcome")
    state.say(said("one"), 1)
    before = shown(state)
    state.replied(reply("first"))
    state.answered(reply("first"))
    state.heard_late(reply("first"), [ReplyMessage(text="late", payload={"id": 1})])
    state.say(said("two"), 2)

    assert before == [("assistant", "Welcome")]
    assert shown(state) == [
        *before,
        *(("user", "one"), ("assistant", "first"), ("assistant", "late")),
    ]
    assert state.transcript[-1]["payload"] == {"id": 1}


def test_a_refused_message_was_said():
    """The next message and a greeting come after it."""
    state = state_of(definition(DEFINITION))

    state.say(said("refused"), 1)
    state.say(said("again"), 2)
    state.heard_from_assistant("Sorry")
    state.say(said("last"), 3)

    assert shown(state) == [("user", "refused"), ("user", "again"), ("assistant", "Sorry")]
    assert [entry["is_refused"] for entry in state.transcript] == [True, True, False]


def test_calls_and_results():
    """While tools are answered, the message, its reply and the results are there."""
    state = state_of(definition(DEFINITION))
    call = ToolCall(name="search", arguments={"q": "pink"}, id="c1")
    state.say(said("one"), 1)
    before = state.message_hash
    state.replied(reply("", call))
    answered = ToolCall(
        name="search", arguments={"q": "pink"}, id="c1", result=ToolResult(value=[1], is_error=True)
    )

    state.served((answered,), [[[1], True]])

    called = {"id": "c1", "name": "search", "arguments": {"q": "pink"}}
    called["arguments_json"] = '{"q":"pink"}'
    assert shown(state) == [("user", "one"), ("assistant", ""), ("tool", "")]
    assert state.transcript[1]["tool_calls"] == [called]
    assert state.results == [{**called, "value": [1], "text": "[1]", "is_error": True}]
    assert state.transcript[2]["results"] == state.results
    assert state.message_hash.startswith(f"{before}-")


def test_results_of_tools_that_the_bot_ran():
    """They are read by the id of the call, and are in the transcript; other calls have none."""
    results = "results: {path: '$.done[*]', id: $.call, value: $.gave}"
    read = definition(DEFINITION.replace("'$.calls[*]'", f"'$.calls[*]', id: $.id, {results}"))
    state = state_of(read)
    state.say(said("one"), 1)
    calls = [{"name": "own", "id": "1"}, {"name": "yours", "id": "2"}]
    done = [{"call": "1", "gave": {"a": 1}}, {"call": "3", "gave": 2}, {"gave": 3}]

    answered = answer({"text": "Hi", "calls": calls, "done": done})
    _, found = play(read.phases["send"], state, [answered])
    state.replied(found)

    assert [call.result for call in found.tools] == [ToolResult(value={"a": 1}), None]
    assert shown(state) == [("user", "one"), ("assistant", "Hi"), ("tool", "")]
    assert [one["text"] for one in state.transcript[-1]["results"]] == ['{"a":1}']


def test_every_entry_has_an_id():
    """The user's is that of the message, the bot's that of its reply, and all differ."""
    state = state_of(definition(DEFINITION))
    state.heard_from_assistant("Welcome")
    state.say(said("one"), 1)
    state.replied(Reply(messages=(ReplyMessage(text="a", id="m-1"),)))
    state.replied(reply("b"))

    ids = [entry["id"] for entry in state.transcript]

    assert ids[1:3] == [state.message["id"], "m-1"]
    assert len(set(ids)) == 4


def test_the_hash_tells_results_apart():
    """Another value, an error instead of a value, or another order is another hash."""
    hashes = set()
    for recorded in ([[1, False]], [[2, False]], [[1, True]], [[1, False], [2, False]]):
        state = state_of(definition(DEFINITION))
        state.say(said("one"), 1)
        state.served((), recorded)
        hashes.add(state.message_hash)

    assert len(hashes) == 4


def test_results_end_with_the_turn():
    """The next message does not see the results of the last one."""
    state = state_of(definition(DEFINITION))
    state.say(said("one"), 1)
    state.served((ToolCall(name="a", result=ToolResult(value=1)),), [[1, False]])

    state.answered(reply("done"))

    assert state.results == []


def test_a_copy_goes_on_by_itself():
    """What is said later in one conversation is not in the transcript of the other."""
    state = state_of(definition(DEFINITION))
    state.say(said("one"), 1)
    state.replied(reply("first"))
    state.answered(reply("first"))
    copy = state.copied()

    state.heard_from_assistant("more")

    assert shown(copy) == [("user", "one"), ("assistant", "first")]


def test_a_request_with_the_transcript():
    """A definition sends what was said, with what is none left out."""
    read = definition(DEFINITION)
    state = state_of(read)
    state.heard_from_assistant("Welcome")
    state.say(said("one"), 1)

    commands, _ = play(read.phases["send"], state, [answer({"text": "Hi", "calls": []})])

    (request,) = requests(commands)
    assert json.loads(request.body) == [{"role": "assistant", "text": "Welcome"}]


def test_joined_replies():
    """Messages and calls of all, the usage added up, and the rest of the last one."""
    calls = (ToolCall(name="a"), ToolCall(name="b"))
    first = Reply(
        messages=(ReplyMessage(text=""), ReplyMessage(text="wait")),
        tools=calls[:1],
        usage={"tokens": 3, "calls": 1},
        products=(1,),
        payload=1,
        actions={"x": "y"},
    )
    last = Reply(
        messages=(ReplyMessage(text=""),),
        tools=calls[1:],
        usage={"tokens": 4},
        products=(2,),
        payload=2,
    )

    joined = joined_replies([first, last])

    assert [message.text for message in joined.messages] == ["wait", ""]
    assert (joined.tools, joined.products) == (calls, (1, 2))
    assert joined.usage == {"tokens": 7, "calls": 1}
    assert (joined.payload, joined.actions) == (2, {})
    assert joined_replies([Reply(tools=())]).usage is None
