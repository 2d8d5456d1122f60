from __future__ import annotations

import json

import pytest
from definitions import answer, definition, play, requests, said, state_of

from harness.conversation import UserMessage
from harness.core.errors import ProtocolError, Refused
from harness.providers.flow import FlowState, Send, Sleep

POLL = """\
send:
  - poll: {get: /task}
    until: {$.state: SUCCESS}
    fail_if: {$.state: [FAILURE, REVOKED]}
    pending: {$.state: [PENDING, STARTED]}
    every: 2s
    timeout: 10s
    reply: {text: $.text}
"""


def sent(steps, state=None, message=None, answers=None, schemas=None):
    """The requests of a `send` phase whose answers are empty objects."""
    read = definition(steps, schemas)
    state = state or state_of(read)
    state.say(message or said(), 1)
    commands, result = play(read.phases["send"], state, answers or [answer({})] * 9)
    if isinstance(result, Exception):
        raise result
    return requests(commands)


@pytest.mark.parametrize("value", [{"id": 1}, ["a", "b"], {}], ids=["mapping", "list", "empty"])
@pytest.mark.parametrize("name", ["chat", "settings.chat", "session.chat"])
def test_a12_a_mapping_or_list_in_a_path(name, value):
    """What no path can hold is refused before anything is sent, wherever it comes from."""
    read = definition(
        f"  chat: {{}}\nopen:\n  - request: {{post: /chats, json: '${{settings.chat}}'}}\n"
        f"    capture: {{chat: $.chat}}\n"
        f"send:\n  - request: {{post: '/chats/${{{name}}}'}}\n    reply: {{text: $.text}}\n"
    )
    state = state_of(read, chat=value)
    state.session = {"chat": value}
    state.captured["chat"] = value
    state.say(said(), 1)

    commands, error = play(read.phases["send"], state, [answer({"text": "Hi"})])

    assert error.code == "wrong-address-part"
    assert error.message.startswith("a part of the address of step send.1 is a ")
    assert commands == []


def test_a_poll_asks_until_its_condition_holds():
    """A poll sends, waits and sends again; its last answer is the payload of the step."""
    read = definition(POLL)
    states = [
        answer({"state": "PENDING"}),
        answer({"state": "SUCCESS", "text": "done"}, started=2.0),
    ]

    commands, reply = play(read.phases["send"], state_of(read), states)

    assert [type(command) for command in commands] == [Send, Sleep, Send]
    assert commands[1].seconds == 2.0
    assert reply.text == "done"


def test_the_deadline_of_a_poll_is_told_from_recorded_times():
    """No clock is asked: the times of the answers decide, so a replay decides the same."""
    read = definition(POLL)
    states = [
        answer({"state": "PENDING"}, started=float(second), seconds=0.5) for second in (0, 4, 8)
    ]

    commands, error = play(read.phases["send"], state_of(read), states)

    assert isinstance(error, ProtocolError)
    assert error.code == "poll-timeout"
    assert error.message == (
        "the task did not end within 10 s: 3 requests, the last answer has $.state = PENDING"
    )
    assert len(requests(commands)) == 3


def test_a_poll_that_would_be_too_late_does_not_wait():
    """Where the next question would come after the deadline, nothing is waited for."""
    read = definition(POLL)
    states = [answer({"state": "PENDING"}, started=100.0, seconds=9.0)]

    commands, error = play(read.phases["send"], state_of(read), states)

    assert [type(command) for command in commands] == [Send]
    assert error.code == "poll-timeout"


@pytest.mark.parametrize(
    ("state", "asked", "code"),
    [
        (True, 2, ""),
        (1, 1, ""),
        (1.0, 1, ""),
        (False, 1, "unknown-state"),
        ("1", 1, "unknown-state"),
        ([1], 1, "unknown-state"),
    ],
)
def test_conditions_compare_as_json_does(state, asked, code):
    """True is not 1, and false is not 0; 1.0 is 1."""
    read = definition(
        POLL.replace("{$.state: SUCCESS}", "{$.state: 1}").replace(
            "[PENDING, STARTED]", "[true, 0]"
        )
    )
    answers = [answer({"state": one, "text": "Hi"}) for one in (state, 1)]

    commands, result = play(read.phases["send"], state_of(read), answers)

    assert len(requests(commands)) == asked
    assert getattr(result, "code", "") == code


@pytest.mark.parametrize("said", [1, 0], ids=["one", "nought"])
def test_a_refusal_that_is_true_is_no_number(said):
    """`fail_if` of true and false holds for these alone."""
    read = definition(
        "send:\n  - request: {post: /talk}\n    fail_if: {$.error: [true, false]}\n"
        "    reply: {text: $.text}\n"
    )
    payload = {"error": said, "text": "Hi"}

    _, result = play(read.phases["send"], state_of(read), [answer(payload)])

    assert not isinstance(result, Exception)


@pytest.mark.parametrize("state", ["FAILURE", "REVOKED"])
def test_a_task_that_failed_is_a_refusal(state):
    """A terminal failure ends the poll, and a scenario may expect it."""
    read = definition(POLL)

    _, error = play(read.phases["send"], state_of(read), [answer({"state": state})])

    assert isinstance(error, Refused)
    assert (error.code, error.message) == ("task-failed", f"the task ended with $.state = {state}")


@pytest.mark.parametrize(
    ("payload", "shown"),
    [
        ({"state": "LOST"}, "$.state = LOST"),
        ({"state": 7}, "$.state = 7"),
        ({}, "nothing at $.state"),
        ([], "nothing at $.state"),
    ],
)
def test_an_unknown_state_is_named(payload, shown):
    """A state that the definition does not know is no reason to wait."""
    read = definition(POLL)

    _, error = play(read.phases["send"], state_of(read), [answer(payload)])

    assert error.code == "unknown-state"
    assert error.message == f"the poll answered an unknown state: {shown}"


def test_without_known_states_any_other_goes_on():
    """A definition that lists no pending states waits whatever is answered."""
    read = definition(POLL.replace("    pending: {$.state: [PENDING, STARTED]}\n", ""))
    states = [answer({"state": "LOST"}), answer({"state": "SUCCESS", "text": "a"})]

    _, reply = play(read.phases["send"], state_of(read), states)

    assert reply.text == "a"


def test_a_task_that_vanished_is_a_refusal():
    """A 404 in the middle of a poll ends it."""
    read = definition(POLL)
    states = [answer({"state": "PENDING"}), answer({}, status=404)]

    _, error = play(read.phases["send"], state_of(read), states)

    assert error.code == "unexpected-status"
    assert error.status == 404


def test_a_poll_may_be_sent_again():
    """Asking changes nothing, so a poll is repeatable, and a message is not."""
    steps = "send:\n  - request: {post: /say}\n" + POLL.removeprefix("send:\n")

    first, second = sent(steps, answers=[answer({}), answer({"state": "SUCCESS", "text": ""})])

    assert (first.is_repeatable, second.is_repeatable) == (False, True)


def test_what_renders_to_none_is_left_out():
    """A key, a header and a query value without a value are not sent; a written null is."""
    (request,) = sent(
        "headers: {X-Token: '${settings.token}', X-A: b}\n"
        "send:\n"
        "  - request:\n"
        "      post: /say\n"
        "      query: {a: '${settings.token}', b: '1'}\n"
        "      json: {text: '${message.text}', extra: '${settings.token}', none: null,"
        " deep: {x: '${session.x}'}, list: ['${settings.token}', 1]}\n"
    )

    assert request.url == "http://a/say?b=1"
    assert ("X-A", "b") in request.headers
    assert not any(name == "X-Token" for name, _ in request.headers)
    assert json.loads(request.body) == {"text": "Hello", "none": None, "deep": {}, "list": [1]}


def test_a_part_of_the_address_that_is_none_is_an_error():
    """A path is never sent with a hole in it."""
    read = definition(
        "send:\n  - request: {get: '/c/${id}'}\n  - request: {get: /x}\n    capture: {id: $.id}\n"
    )

    _, error = play(read.phases["send"], state_of(read), [])

    assert error.code == "incomplete-address"


def test_for_each_builds_a_list():
    """A list is built from turns, with nothing where there were none."""
    steps = (
        "send:\n  - request:\n      post: /say\n"
        "      json: {before: {for_each: turns, as: turn, yield: '${turn.reply.text}'}}\n"
        "    reply: {text: $.text}\n"
    )
    read = definition(steps)
    state = state_of(read)
    bodies = []
    for number, text in enumerate(("one", "two"), 1):
        state.say(said(), number)
        commands, reply = play(read.phases["send"], state, [answer({"text": text})])
        state.answered(reply)
        bodies.append(json.loads(requests(commands)[0].body))

    assert bodies == [{"before": []}, {"before": ["one"]}]


def test_what_the_bot_said_first_is_told_with_the_next_message():
    """`unsent` holds every message since the last request."""
    steps = (
        "send:\n  - request:\n      post: /say\n"
        "      json: {for_each: unsent, as: one, yield: '${one.role}: ${one.text}'}\n"
        "    reply: {text: $.text}\n"
    )
    read = definition(steps)
    state = state_of(read)
    state.heard_from_assistant("Welcome")

    bodies = []
    for number in (1, 2):
        state.say(said(), number)
        commands, reply = play(read.phases["send"], state, [answer({"text": "Hi"})])
        state.answered(reply)
        bodies.append(json.loads(requests(commands)[0].body))

    assert bodies == [["assistant: Welcome", "user: Hello"], ["user: Hello"]]


NO_WORDS = {
    "a header": ("request: {get: /c, headers: {X-A: null, X-B: true}}", b"", "http://a/c"),
    "a query": (
        "request: {get: /c, query: {a: null, b: [1, null, true]}}",
        b"",
        "http://a/c?b=1&b=true",
    ),
    "a form": ("request: {post: /c, form: {a: null, b: {c: null}}}", b"b=%7B%22c%22%3Anull%7D", ""),
    "a text": ("request: {post: /c, text: '${session.nothing}'}", b"", ""),
    "XML": ("request: {post: /c, xml: {a: {b: null, '@c': null}}}", b"<a><b></b></a>", ""),
}


@pytest.mark.parametrize("case", NO_WORDS)
def test_e2_a_none_is_never_a_word(case):
    """What is none is left out or empty, and nothing is written as Python shows it."""
    step, body, url = NO_WORDS[case]

    (request,) = sent(f"send:\n  - {step}\n")

    assert request.body.endswith(body)
    assert request.url == (url or "http://a/c")
    assert not {"None", "True"} & {value for _, value in request.headers}
    assert b"None" not in request.body


def test_e2_a_duration_that_is_none():
    """A poll whose pause has no value is told, not asked for ever."""
    with pytest.raises(ProtocolError) as caught:
        sent(POLL.replace("every: 2s", "every: '${settings.token}'"))

    assert caught.value.code == "wrong-duration"
    assert caught.value.message.startswith("'every' of step send.1: '' is no")


ADDRESSES = {
    "a blank": ("a b", "http://a/c/a%20b"),
    "an umlaut": ("ü", "http://a/c/%C3%BC"),
    "a question mark": ("a?b=c", "http://a/c/a%3Fb=c"),
    "a slash": ("a/b", "http://a/c/a%2Fb"),
    "a percent sign": ("50%", "http://a/c/50%25"),
    "what looks encoded": ("a%2Fb", "http://a/c/a%252Fb"),
    "what a segment may hold": ("a:b@c,d;e=f", "http://a/c/a:b@c,d;e=f"),
    "dots in a word": ("a..b", "http://a/c/a..b"),
    "a hash": ("a#b", "http://a/c/a%23b"),
    "a line break": ("a\r\nHost: evil", "http://a/c/a%0D%0AHost:%20evil"),
}


@pytest.mark.parametrize("case", ADDRESSES)
def test_paths_are_quoted(case):
    """What a template puts into a path cannot end it."""
    value, url = ADDRESSES[case]

    (request,) = sent("send:\n  - request: {get: '/c/${message.text}'}\n", message=said(value))

    assert request.url == url


ENCODED = {
    "by the author": ("/c/${message.text | urlencode}", "/c/a%2Fb%20c"),
    "with slashes": ("/c/${message.text | urlencode('/')}", "/c/a/b%20c"),
    "as a part of a segment": ("/c-${message.text}.${message.text}", "/c-a%2Fb%20c.a%2Fb%20c"),
    "beside literal slashes": ("/a/b%20c/${message.text}/", "/a/b%20c/a%2Fb%20c/"),
    "a number": ("/c/${1 + 1}", "/c/2"),
}


@pytest.mark.parametrize("case", ENCODED)
def test_e3_a_value_in_a_path_is_encoded_once(case):
    """The author's own slashes stay, and so does what the author encoded."""
    path, target = ENCODED[case]

    (request,) = sent(f'send:\n  - request: {{get: "{path}"}}\n', message=said("a/b c"))

    assert request.url == f"http://a{target}"


NO_SEGMENTS = {
    "nothing": ("''", "is empty"),
    "a dot": ("'.'", "is '.', which leads to another path"),
    "two dots": ("'..'", "is '..', which leads to another path"),
    "a list": ("[1]", "is a list, expected a text or a number"),
    "a mapping": ("{'a': 1}", "is a mapping, expected a text or a number"),
}


@pytest.mark.parametrize("case", NO_SEGMENTS)
@pytest.mark.parametrize("behind", ["", "/more"])
def test_e3_what_is_no_segment_is_not_sent(case, behind):
    """A value that would lead to another path, or that is no text, is refused."""
    value, reason = NO_SEGMENTS[case]

    with pytest.raises(ProtocolError) as caught:
        sent(f'send:\n  - request: {{delete: "/c/${{{value}}}{behind}"}}\n')

    assert caught.value.code == "wrong-address-part"
    assert caught.value.message == f"a part of the address of step send.1 {reason}"


def test_an_empty_part_of_a_segment():
    """A value may be empty where something else stands beside it."""
    (request,) = sent("send:\n  - request: {get: \"/c${''}/d\"}\n")

    assert request.url == "http://a/c/d"


@pytest.mark.parametrize("value", ["one\ntwo", "one\r", "\x00", "李"])
def test_a_header_is_one_line(value):
    """What would add a header, or cannot be sent as one, is refused."""
    with pytest.raises(ProtocolError) as caught:
        sent(
            "send:\n  - request: {get: /c, headers: {X-A: '${message.text}'}}\n",
            message=said(value),
        )

    assert caught.value.code == "wrong-header"


def test_queries_are_quoted():
    """What a template puts into a query stays one value."""
    (request,) = sent(
        "send:\n  - request: {get: /c, query: {q: '${message.text}', $select: 'a,b/c'}}\n",
        message=said("a&b=c d"),
    )

    assert request.url == "http://a/c?q=a%26b%3Dc+d&$select=a,b/c"


def test_a_base_url_may_have_a_path():
    """The step's path is put behind that of the address."""
    read = definition("send:\n  - request: {get: /c}\n")

    assert sent("send:\n  - request: {get: /c}\n", state_of(read, base_url="http://a/v1/"))[
        0
    ].url == ("http://a/v1/c")


BODIES = {
    "json": (
        "json: {a: ['${message.text}']}",
        b'{"a":["Hello"]}',
        "application/json; charset=utf-8",
    ),
    "form": (
        "form: {a: '${message.text}', b: c d}",
        b"a=Hello&b=c+d",
        "application/x-www-form-urlencoded",
    ),
    "text": ("text: '${message.text}'", b"Hello", "text/plain; charset=utf-8"),
    "xml": (
        "xml: {a: {b: '${message.text}'}}",
        b'<?xml version="1.0" encoding="utf-8"?>\n<a><b>Hello</b></a>',
        "application/xml; charset=utf-8",
    ),
}


@pytest.mark.parametrize("kind", BODIES)
def test_bodies(kind):
    """A body is written in its encoding, with the content type of it."""
    written, body, content_type = BODIES[kind]

    (request,) = sent(f"send:\n  - request: {{post: /say, {written}}}\n")

    assert request.body == body
    assert ("Content-Type", content_type) in request.headers


def test_a_content_type_of_its_own():
    """A definition may say the content type itself, in any case."""
    (request,) = sent(
        "send:\n  - request: {post: /say, headers: {content-type: application/vnd.a+json},"
        " json: {a: 1}}\n"
    )

    assert [value for name, value in request.headers if name.lower() == "content-type"] == [
        "application/vnd.a+json"
    ]


def test_a_request_that_breaks_its_contract_is_not_sent():
    """What would not fit the vendor's page does not leave the machine."""
    with pytest.raises(ProtocolError) as caught:
        sent(
            "send:\n  - request: {post: /say, json: {text: 1}, schema: message}\n",
            schemas={"message": {"properties": {"text": {"type": "string"}}}},
        )

    assert caught.value.code == "request-contract"
    assert caught.value.message == (
        "the request of step send.1 violates its contract: 'text' is a whole number, "
        "expected a text"
    )


def test_a_broken_contract_is_noted_and_does_not_stop():
    """An answer that breaks its schema is kept with what is wrong; the steps go on."""
    read = definition(
        "send:\n  - request: {get: /c}\n    answer: {schema: reply}\n    reply: {text: $.text}\n",
        {"reply": {"properties": {"id": {"type": "string"}}}},
    )
    state = state_of(read)

    _, reply = play(read.phases["send"], state, [answer({"text": "Hi", "id": 7})])

    assert reply.text == "Hi"
    assert state.exchanges[0].contract == ("/id: 'id' is a whole number, expected a text",)


def test_an_unexpected_status_is_a_refusal():
    """A status that the step does not expect ends the phase, with the body's beginning."""
    read = definition("send:\n  - request: {get: /c}\n    answer: {status: [200, 202]}\n")

    _, error = play(read.phases["send"], state_of(read), [answer({"error": "no"}, status=403)])

    assert isinstance(error, Refused)
    assert (error.status, error.code) == (403, "unexpected-status")
    assert error.message == "GET http://a/c answered 403, expected 200 or 202"
    assert error.details == ('{"error": "no"}',)


@pytest.mark.parametrize(
    ("payload", "was"),
    [({}, "is missing"), ({"id": None}, "is empty"), ({"id": ""}, "is empty"), ([], "is missing")],
)
def test_a_capture_that_is_not_there(payload, was):
    """A state token that is missing, null or empty is named, and nothing is sent with it."""
    read = definition("send:\n  - request: {get: /c}\n    capture: {id: $.id}\n")

    _, error = play(read.phases["send"], state_of(read), [answer(payload)])

    assert error.code == "capture-missing"
    assert error.message == (f"'id' {was} in the answer of step send.1: $.id gives no usable value")


def test_a_capture_that_is_optional_keeps_its_value():
    """It is none at first; where an answer does not give it, it is what it was."""
    read = definition(
        "send:\n  - request: {post: /c, json: {id: '${id}'}}\n"
        "    capture: {id: {json: $.id, optional: true}}\n    reply: {text: $.text}\n"
    )
    state = state_of(read)

    for given in ({}, {"id": 7}, {"id": None}):
        play(read.phases["send"], state, [answer({"text": "Hi", **given})])

    assert [one.request.body for one in state.exchanges] == [b"{}", b"{}", b'{"id":7}']
    assert state.captured == {"id": 7}


def test_a_message_has_an_id_that_a_replay_has_too():
    """Each message of a conversation has a UUID, the same whenever the conversation is played."""
    ids = []
    for name in ("a", "a", "b"):
        state = FlowState(settings={}, conversation={"id": name})
        for turn in (1, 2):
            state.say(UserMessage(text="Hi"), turn)
            ids.append(state.message["id"])

    assert ids[:2] == ids[2:4]
    assert len(set(ids)) == 4


@pytest.mark.parametrize("value", [0, False, "a", {"a": 1}])
def test_a_capture_keeps_its_type(value):
    """Zero and false are values, and an object is captured whole."""
    read = definition("send:\n  - request: {get: /c}\n    capture: {id: $.id}\n")
    state = state_of(read)

    play(read.phases["send"], state, [answer({"id": value})])

    assert state.captured["id"] == value


def test_a_step_with_a_condition():
    """A step whose `when` is false, none or empty is left out."""
    steps = (
        "send:\n"
        "  - when: ${settings.token}\n    request: {get: /a}\n"
        "  - when: ${not settings.token}\n    request: {get: /b}\n"
        "  - when: ${message.text == 'Hello'}\n    request: {get: /c}\n"
    )

    assert [request.url for request in sent(steps)] == ["http://a/b", "http://a/c"]


def test_cookies_are_kept():
    """Cookies that an answer sets can be used by later steps; a broken one is passed over."""
    steps = (
        "headers: {X-XSRF-TOKEN: \"${cookies['XSRF-TOKEN']}\"}\n"
        "send:\n  - request: {get: /log-in}\n    answer: {as: none}\n  - request: {get: /b}\n"
    )
    cookies = (
        ("Set-Cookie", "XSRF-TOKEN=t-1; Path=/; HttpOnly"),
        ("set-cookie", "=broken"),
        ("SET-COOKIE", 'other="a b"'),
    )

    first, second = sent(steps, answers=[answer({}, headers=cookies), answer({})])

    assert not any(name == "X-XSRF-TOKEN" for name, _ in first.headers)
    assert ("X-XSRF-TOKEN", "t-1") in second.headers


STREAM = "send:\n  - stream: {get: /s}\n    reply: {text: $.text}\n"

STREAMS = {
    "events": (b"data: Hel\n\ndata: lo\n\n", "sse", "Hello", ["Hel", "lo"]),
    "JSON lines": (b'{"a": 1}\n{"b": 2}\n', "ndjson", '{"a": 1}{"b": 2}', [{"a": 1}, {"b": 2}]),
    "a text": (b"Hello", "text", "Hello", ["Hello"]),
}


@pytest.mark.parametrize("case", STREAMS)
def test_streams(case):
    """The payload of a stream is its framing, its text and its events."""
    body, framing, text, events = STREAMS[case]
    read = definition(STREAM)

    _, reply = play(read.phases["send"], state_of(read), [answer(body=body)])

    assert reply.payload == {"framing": framing, "text": text, "events": events}
    assert reply.text == text


STREAM_FAULTS = {
    "empty": (STREAM, b"", "empty-stream"),
    "comments only": (STREAM, b": a\n\n: b\n\n", "empty-stream"),
    "malformed JSON in one line": (STREAM, b'{"a": 1}\n{"b":\n', "not-json"),
    "an error event": (STREAM, b"data: a\n\nevent: error\ndata: busy\n\n", "error-event"),
    "an error line": (STREAM, b'{"a": 1}\n{"error": "busy"}\n', "error-event"),
    "a page": (STREAM, b"<!DOCTYPE html><html></html>", "html-page"),
    "cut": (
        STREAM.replace("    reply", "    done: '[DONE]'\n    reply"),
        b"data: a\n\n",
        "stream-cut",
    ),
}


@pytest.mark.parametrize("case", STREAM_FAULTS)
def test_streams_that_hold_no_reply(case):
    """What is no reply is told apart in streams too."""
    steps, body, code = STREAM_FAULTS[case]
    read = definition(steps)

    _, error = play(read.phases["send"], state_of(read), [answer(body=body)])

    assert error.code == code


def test_an_empty_body_where_none_is_wanted():
    """A step without a schema takes an answer without a body."""
    read = definition("send:\n  - request: {delete: /c}\n    answer: {status: 204}\n")
    state = state_of(read)

    commands, reply = play(read.phases["send"], state, [answer(status=204, body=b"")])

    assert reply is None
    assert len(commands) == 1


def test_every_request_knows_its_turn_step_and_message():
    """What a recording is matched by stands in every request."""
    first, second = sent("send:\n  - request: {get: /a}\n  - request: {get: /b}\n")

    assert (first.origin.turn, first.origin.step) == (1, "send.1")
    assert (second.origin.turn, second.origin.step) == (1, "send.2")
    assert first.origin.message == second.origin.message != ""


def test_for_each_in_a_list_adds_its_items():
    """The loop's items lie in the list around it, and so do those of a `yield` that is a list."""
    (request,) = sent(
        "send:\n  - request:\n      post: /say\n      json:\n"
        "        - first\n"
        "        - {for_each: session.chats, as: one, yield: ['${one}', same]}\n"
        "        - {for_each: session.chats, as: one, yield: '${one}!'}\n"
        "        - {for_each: session.chats, as: one, yield: [x, y]}\n"
        "        - {for_each: session.none, as: one, yield: [x, y]}\n"
        "        - last\n",
        state=with_session(chats=["a", "b"]),
    )

    assert json.loads(request.body) == [
        *("first", "a", "same", "b", "same", "a!", "b!", "x", "y", "x", "y", "last")
    ]


def with_session(**session):
    state = state_of(definition("send:\n  - request: {post: /say}\n"))
    state.session = session
    return state


EXISTS = {
    "there": ("{$.error: {exists: true}}", {"error": "no", "text": "a"}, "$.error = no"),
    "null": ("{$.error: {exists: true}}", {"error": None, "text": "a"}, "$.error = null"),
    "not there": ("{$.error: {exists: true}}", {"text": "a"}, None),
    "missing": ("{$.text: {exists: false}}", {"b": 1}, "$.text = nothing"),
    "not missing": ("{$.text: {exists: false}}", {"text": "a"}, None),
}


@pytest.mark.parametrize("kind", ["request", "stream", "poll"])
@pytest.mark.parametrize("case", EXISTS)
def test_a_refusal_may_be_that_something_exists(case, kind):
    """Each kind of step takes `exists`, whatever the value is."""
    condition, payload, refusal = EXISTS[case]
    poll = "    until: {$.text: {exists: true}}\n    every: 1s\n    timeout: 1s\n"
    events = kind == "stream"
    condition = (
        condition.replace("$.error", "'$.events[*].error'").replace("$.text", "'$.events[*].text'")
        if events
        else condition
    )
    read = definition(
        f"send:\n  - {kind}: {{post: /say}}\n    fail_if: {condition}\n"
        + (poll if kind == "poll" else "    framing: ndjson\n" if events else "")
        + f"    reply: {{text: '{'$.events[*].text' if events else '$.text'}'}}\n"
    )

    _, result = play(read.phases["send"], state_of(read), [answer(payload)])

    if refusal is None:
        assert result.text == "a"
    else:
        assert isinstance(result, Refused)
        if kind == "poll":
            refusal = refusal.replace("$.text = nothing", "nothing at $.text")
        assert refusal.replace("$.", "$.events[*]." if events else "$.") in str(result)


PATHS = {
    "a text": ("b", "second"),
    "a number": (2, "third"),
    "a quote": ("' || true || '", "fourth"),
    "true": (True, "fifth"),
}


@pytest.mark.parametrize("case", PATHS)
def test_a_path_is_filled_in_with_a_literal(case):
    """A value of the server is compared, and can never change what the path means."""
    value, text = PATHS[case]
    ids = ["a", "b", 2, "' || true || '", True]
    words = ["first", "second", "third", "fourth", "fifth"]
    read = definition(
        "send:\n  - request: {post: /ask}\n    capture: {wanted: $.id}\n"
        "  - request: {get: /answers}\n"
        "    reply: {messages: '$[?@.id == ${wanted}]', text: $.text}\n"
    )
    answers = [{"id": one, "text": word} for one, word in zip(ids, words, strict=True)]

    _, reply = play(read.phases["send"], state_of(read), [answer({"id": value}), answer(answers)])

    assert reply.text == text


def test_a_path_that_cannot_be_filled_in():
    """A mapping is no literal of a path; the error names the path as it is written."""
    read = definition(
        "send:\n  - request: {post: /ask}\n    capture: {wanted: $.id}\n"
        "  - request: {get: /answers}\n    reply: {text: '$[?@.id == ${wanted}].text'}\n"
    )

    _, error = play(read.phases["send"], state_of(read), [answer({"id": {"a": 1}}), answer([])])

    assert error.code == "wrong-path"
    assert "'$[?@.id == ${wanted}].text' of step send.2" in error.message


def test_a_value_of_a_condition_may_begin_as_a_path_does():
    """Only what stands in the place of a path must be one."""
    read = definition(
        "send:\n  - request: {post: /ask}\n    capture: {price: $.price}\n"
        "  - poll: {get: /last}\n    until: {$.last: '$ ${price}'}\n"
        "    every: 1s\n    timeout: 9s\n    reply: {text: $.text}\n"
    )
    answers = [{"price": 7}, {"last": "$ 7", "text": "done"}]

    _, reply = play(read.phases["send"], state_of(read), map(answer, answers))

    assert reply.text == "done"


def test_a_condition_is_filled_in_and_keeps_its_type():
    """A poll waits for what an earlier step captured; 7 is not '7'."""
    read = definition(
        "send:\n  - request: {post: /ask}\n    capture: {number: $.number}\n"
        "  - poll: {get: /last}\n    until: {$.last: '${number}'}\n"
        "    every: 1s\n    timeout: 9s\n    reply: {text: $.text}\n"
    )
    answers = [{"number": 7}, {"last": "7", "text": "too early"}, {"last": 7, "text": "done"}]

    _, reply = play(read.phases["send"], state_of(read), map(answer, answers))

    assert reply.text == "done"


def test_a_capture_takes_the_first_path_with_a_value():
    """What is missing, null or empty at one path is looked for at the next."""
    read = definition(
        "open:\n  - request: {post: /open}\n    capture: {id: [$.a, $.b, $.c, $.d]}\n"
        "send:\n  - request: {post: '/say/${id}'}\n    reply: {text: $.text}\n"
    )
    state = state_of(read)

    play(read.phases["open"], state, [answer({"b": None, "c": "", "d": 0})])

    assert state.captured["id"] == 0
    _, error = play(read.phases["open"], state_of(read), [answer({"e": 1})])
    assert "$.a or $.b or $.c or $.d gives no usable value" in error.message


ENDS = {
    "its name": ("done: {event: end}", b"event: end\ndata: 2\n\n"),
    "its JSON": ("done: {if: {$.type: [end, failed]}}", b'data: {"type":  "failed"}\n\n'),
    "a condition that is filled in": (
        "done: {if: {$.type: '${session.end}'}}",
        b'data: {"type": "over"}\n\n',
    ),
}


@pytest.mark.parametrize("case", ENDS)
def test_a_stream_ends_by_the_name_or_the_json_of_an_event(case):
    """The event stays the last of the payload, and nothing behind it is read."""
    done, last = ENDS[case]
    read = definition(
        f"send:\n  - stream: {{get: /s}}\n    events: json\n    {done}\n"
        "    reply: {text: '$.events[0].text'}\n"
    )
    state = state_of(read)
    state.session = {"end": "over"}
    first = b'data: {"text": "Hi"}\n\n'

    _, reply = play(read.phases["send"], state, [answer(body=first + last + b"data: {}\n\n")])
    _, cut = play(read.phases["send"], state, [answer(body=first)])

    assert reply.text == "Hi"
    assert len(reply.payload["events"]) == 2
    assert cut.code == "stream-cut"


def test_names_of_events():
    """Each event has its name beside its data; one without a name is a message."""
    read = definition(
        "send:\n  - stream: {get: /s}\n    events: json\n    names: true\n"
        "    reply: {text: \"$.events[?@.event == 'answer'].data.text\"}\n"
    )
    body = b'data: {"text": "a"}\n\nevent: answer\ndata: {"text": "b"}\n\n'

    _, reply = play(read.phases["send"], state_of(read), [answer(body=body)])

    assert reply.text == "b"
    assert [event["event"] for event in reply.payload["events"]] == ["message", "answer"]
