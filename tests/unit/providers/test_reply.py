from __future__ import annotations

from dataclasses import replace

import pytest

from harness.conversation import ToolCall
from harness.core.errors import ProtocolError
from harness.providers.reply import read_reply
from harness.providers.reply_plan import ButtonPlan, ReplyPlan, TextPath, ToolsPlan
from harness.providers.tool_calls import read_calls


def first_of(*paths):
    return tuple(map(TextPath, paths))


def refusal(plan, payload, seen=()):
    with pytest.raises(ProtocolError) as caught:
        read_reply(plan, payload, set(seen))
    return caught.value


def test_one_message():
    """Where nothing leads to messages, the payload is one."""
    reply = read_reply(ReplyPlan(text=first_of("$.text")), {"text": "Hi"}, set())

    assert reply.text == "Hi"
    assert reply.payload == {"text": "Hi"}


def test_several_messages():
    """Each node that the path leads to is a message, in order."""
    plan = ReplyPlan(messages="$.all[*]", text=first_of("$.text"), id="$.id")

    reply = read_reply(plan, {"all": [{"id": 1, "text": "a"}, {"id": 2, "text": "b"}]}, set())

    assert [(message.id, message.text) for message in reply.messages] == [("1", "a"), ("2", "b")]
    assert reply.messages[1].payload == {"id": 2, "text": "b"}


def test_pieces_of_messages_are_joined_by_their_index():
    """Pieces may alternate; a node without an index is a message of its own."""
    plan = ReplyPlan(messages="$[*]", text=first_of("$.text"), id="$.id", index="$.id")
    payload = [
        {"id": 1, "text": "sun"},
        {"text": "alone"},
        {"id": 2, "text": "moon"},
        {"id": 1, "text": ""},
        {"id": 1, "text": "shine"},
        {"text": "alone"},
        {"id": 2, "text": "light"},
    ]

    messages = read_reply(plan, payload, set()).messages

    assert [(one.id, one.text) for one in messages] == [
        ("1", "sunshine"),
        ("", "alone"),
        ("2", "moonlight"),
        ("", "alone"),
    ]
    assert messages[1].payload == {"text": "alone"}
    assert messages[2].payload == [payload[2], payload[6]]


def test_a_piece_without_a_text_is_reported():
    """A piece whose text is a number is not left out of its message."""
    plan = ReplyPlan(messages="$[*]", text=first_of("$.text"), index="$.id")

    error = refusal(plan, [{"id": 1, "text": "a"}, {"id": 1, "text": 2}])

    assert error.code == "no-text"


def test_the_first_path_that_leads_to_a_text_is_taken():
    """Of several paths, one that leads to an object or nowhere is passed over."""
    plan = ReplyPlan(text=first_of("$.text.value", "$.text"))

    assert read_reply(plan, {"text": "old"}, set()).text == "old"
    assert read_reply(plan, {"text": {"value": "new"}}, set()).text == "new"


def test_an_empty_text_is_a_text():
    """A message may be empty; it is not taken for a missing one."""
    assert read_reply(ReplyPlan(text=first_of("$.text")), {"text": ""}, set()).text == ""


@pytest.mark.parametrize("value", [None, 42, {"a": 1}, ["a"], True])
def test_what_is_no_text(value):
    """A number, a null or an object is never written out as a text."""
    error = refusal(ReplyPlan(text=first_of("$.text")), {"text": value})

    assert error.code == "no-text"
    assert error.message == "a message of the answer has no text at $.text"


def test_a_message_without_a_text_names_the_texts_that_it_has():
    """The first five paths, unless the message is an error."""
    plan = ReplyPlan(text=first_of("$.text"))

    texts = refusal(plan, {"kind": "text", "body": {"a b": "Hello"}, "empty": ""})
    many = refusal(plan, {"lines": [*"abcdef"]})
    wrong = refusal(plan, {"error": "no such desk"})

    assert texts.details[-1] == "the message has texts at $.kind, $.body['a b']"
    assert many.details[-1].endswith("$.lines[4], …")
    assert wrong.details == ("the answer says error: no such desk",)


def test_several_texts_in_one_message_are_an_error():
    """The second text would never be judged; the error says how both are read."""
    plan = ReplyPlan(messages="$.items[?@.who == 'bot']", text=first_of("$.lines[*]"))
    payload = {"items": [{"who": "bot", "lines": ["Trains leave hourly.", "129 EUR."]}]}

    error = refusal(plan, payload)

    assert error.code == "several-texts"
    assert error.message == "a message of the answer has 2 texts at $.lines[*], expected one"
    assert error.hint == (
        "if they are one text, write text: {join: '$.lines[*]', separator: ' '};"
        " if each is a message, write"
        " messages: \"$.items[?@.who == 'bot'].lines[*]\" without 'text'"
    )
    assert error.details == ("the texts are 'Trains leave hourly.', '129 EUR.'",)


def test_what_the_error_about_several_texts_says_to_write_reads_them():
    """A message for each, or one text."""
    payload = {"items": [{"who": "bot", "lines": ["Trains leave hourly.", "129 EUR."]}]}
    joined = (TextPath("$.lines[*]", joins=True, separator=" "),)

    each = read_reply(ReplyPlan(messages="$.items[?@.who == 'bot'].lines[*]"), payload, set())
    one = read_reply(ReplyPlan(messages="$.items[*]", text=joined), payload, set())

    assert [message.text for message in each.messages] == ["Trains leave hourly.", "129 EUR."]
    assert [message.text for message in one.messages] == ["Trains leave hourly. 129 EUR."]


def test_a_path_that_can_match_several_texts_may_match_one():
    """What is not a text does not count."""
    plan = ReplyPlan(text=first_of("$.parts[*].value"))

    assert read_reply(plan, {"parts": [{"value": 1}, {"value": "Hi"}]}, set()).text == "Hi"


ONE_BUTTON = ReplyPlan(
    text=first_of("$.text"),
    actions="$.buttons[*]",
    button=ButtonPlan(label="$.names[*]", prompt="$.sends[*]"),
)
ONE_CALL = ReplyPlan(
    text=first_of("$.text"),
    tools=ToolsPlan(path="$.calls[*]", name="$.names[*]", arguments="$.given[*]", id="$.ids[*]"),
)


@pytest.mark.parametrize(
    ("plan", "payload", "message"),
    [
        pytest.param(
            ReplyPlan(text=first_of("$.text"), id="$.ids[*]"),
            {"text": "Hi", "ids": ["a", 2]},
            "the answer has 2 values for the id of a message at $.ids[*], expected one",
            id="id",
        ),
        pytest.param(
            ReplyPlan(text=first_of("$.text"), index="$.ids[*]"),
            {"text": "Hi", "ids": ["a", 2]},
            "the answer has 2 values for the index of a message at $.ids[*], expected one",
            id="index",
        ),
        pytest.param(
            ONE_BUTTON,
            {"text": "Hi", "buttons": [{"names": ["a", 2]}]},
            "the answer has 2 values for the label of a button at $.names[*], expected one",
            id="label",
        ),
        pytest.param(
            ONE_BUTTON,
            {"text": "Hi", "buttons": [{"names": ["Help"], "sends": ["a", 2]}]},
            "the answer has 2 values for the prompt of a button at $.sends[*], expected one",
            id="prompt",
        ),
        pytest.param(
            ONE_CALL,
            {"text": "Hi", "calls": [{"names": ["a", 2]}]},
            "the answer has 2 values for the name of a tool call at $.names[*], expected one",
            id="tool",
        ),
        pytest.param(
            ONE_CALL,
            {"text": "Hi", "calls": [{"names": ["look"], "given": ["a", 2]}]},
            "the answer has 2 values for the arguments of a tool call at $.given[*], expected one",
            id="arguments",
        ),
    ],
)
def test_several_values_where_one_is_read_are_an_error(plan, payload, message):
    """The others would be dropped in silence; the error shows them."""
    error = refusal(plan, payload)

    assert (error.code, error.message) == ("several-values", message)
    assert error.hint == "write a path in the definition that leads to one of them"
    assert error.details == ('the values are "a", 2',)


def test_the_same_value_several_times_is_one_value():
    """Such as an id that stands in a message and in its head."""
    plan = ReplyPlan(text=first_of("$.text"), id="$..id")
    payload = {"text": "Hi", "id": 7, "head": {"id": 7}}

    assert [one.id for one in read_reply(plan, payload, set()).messages] == ["7"]


def test_many_values_are_cut():
    """The first five are named."""
    plan = ReplyPlan(text=first_of("$.text"), id="$.ids[*]")

    error = refusal(plan, {"text": "Hi", "ids": [*range(9)]})

    assert error.details == ("the values are 0, 1, 2, 3, 4, …",)


def test_a_message_may_do_without_a_text():
    """Where the definition says so, a message may be an image."""
    plan = ReplyPlan(messages="$[*]", text=first_of("$.text"), is_text_optional=True)

    assert [m.text for m in read_reply(plan, [{"image": 1}, {"text": "a"}], set()).messages] == [
        "",
        "a",
    ]


def test_only_new_messages():
    """Messages whose id was read before are left out, and the new ids are kept."""
    plan = ReplyPlan(messages="$[*]", text=first_of("$.text"), id="$.id", only_new=True)
    seen = {"1"}

    reply = read_reply(plan, [{"id": 1, "text": "a"}, {"id": 2, "text": "b"}], seen)

    assert reply.text == "b"
    assert seen == {"1", "2"}


ASKED = {
    "once": ([("agent", "Hi"), ("user", "a"), ("agent", "b")], ["b"]),
    "twice": ([("user", "a"), ("agent", "b"), ("user", "c"), ("agent", "d")], ["d"]),
    "not yet": ([("agent", "Hi"), ("agent", "b")], ["Hi", "b"]),
    "several answers": ([("user", "a"), ("agent", "b"), ("agent", "c")], ["b", "c"]),
}


@pytest.mark.parametrize("case", ASKED)
def test_e5_the_reply_stands_behind_the_question(case):
    """Messages in front of the user's last one belong to an earlier turn."""
    told, texts = ASKED[case]
    plan = ReplyPlan(
        messages="$[*]",
        text=first_of("$.text"),
        id="$.id",
        only_new=True,
        question={"$.role": ("user",)},
    )
    payload = [{"id": n, "role": role, "text": text} for n, (role, text) in enumerate(told)]
    seen = set()

    reply = read_reply(plan, payload, seen)

    assert [message.text for message in reply.messages] == texts
    assert seen == {str(n) for n in range(len(told))}


@pytest.mark.parametrize("identifier", [None, ""])
def test_a_new_message_has_an_id(identifier):
    """Messages without one would be taken for one another, and left out without a word."""
    plan = ReplyPlan(messages="$[*]", text=first_of("$.text"), id="$.id", only_new=True)

    assert refusal(plan, [{"id": identifier, "text": "a"}]).code == "no-id"


def test_a_message_of_another_turn_needs_no_id():
    """Only what may be the reply needs an id; that of the user may come without one."""
    plan = ReplyPlan(
        messages="$[*]",
        text=first_of("$.text"),
        id="$.id",
        only_new=True,
        in_reply_to={"$.to": (7,)},
    )
    payload = [{"id": None, "text": "Q"}, {"id": 0, "text": "a", "to": 7}, {"text": "b", "to": 6}]
    seen = set()

    reply = read_reply(plan, payload, seen)

    assert (reply.text, seen) == ("a", {"0"})


def test_a_message_that_is_delivered_twice_is_one():
    """Two different messages with one id are both kept: none is left out without a word."""
    plan = ReplyPlan(messages="$[*]", text=first_of("$.text"), id="$.id", only_new=True)
    payload = [{"id": 1, "text": text} for text in ("a", "b", "a")]

    assert [one.text for one in read_reply(plan, payload, set()).messages] == ["a", "b"]


def test_nothing_new():
    """A history without a new message holds no reply."""
    plan = ReplyPlan(messages="$[*]", text=first_of("$.text"), id="$.id", only_new=True)

    error = refusal(plan, [{"id": 1, "text": "a"}], {"1"})

    assert (error.code, error.message) == ("no-reply", "the answer contains no new message")


@pytest.mark.parametrize("key", ["error", "errors", "detail", "message"])
def test_an_error_in_the_answer_is_told(key):
    """Where the answer says what is wrong, the error repeats it."""
    error = refusal(ReplyPlan(messages="$.all[*]"), {key: "no credit left"})

    assert error.details == (f"the answer says {key}: no credit left",)


def test_an_answer_without_an_error_is_shown():
    """Else the beginning of the answer is shown, as JSON and short."""
    error = refusal(ReplyPlan(messages="$.all[*]"), {"a": None, "b": "x" * 1000})

    assert error.details[0].startswith('the answer is {"a": null, "b": "xxx')
    assert len(error.details[0]) < 260


def test_buttons():
    """Buttons are a mapping of label to prompt, or texts that are both."""
    plan = ReplyPlan(text=first_of("$.text"), actions="$.buttons")
    listed = ReplyPlan(text=first_of("$.text"), actions="$.buttons[*]")

    assert read_reply(plan, {"text": "", "buttons": {"Help": "I need help"}}, set()).actions == {
        "Help": "I need help"
    }
    assert read_reply(listed, {"text": "", "buttons": ["Yes", "No"]}, set()).actions == {
        "Yes": "Yes",
        "No": "No",
    }
    assert read_reply(plan, {"text": "", "buttons": None}, set()).actions == {}


NO_PROMPTS = {
    "a mapping": (ReplyPlan(text=first_of("$.text"), actions="$.buttons"), {"Help": None}),
    "objects": (
        ReplyPlan(
            text=first_of("$.text"),
            actions="$.buttons[*]",
            button=ButtonPlan(label="$.label", prompt="$.prompt"),
        ),
        [{"label": "Help", "prompt": None}],
    ),
    "pairs of .NET": (
        ReplyPlan(text=first_of("$.text"), actions="$.buttons"),
        {"Key": "Help", "Value": None},
    ),
}


@pytest.mark.parametrize("case", NO_PROMPTS)
def test_e2_a_prompt_that_is_none_is_an_empty_text(case):
    """Pressing such a button never says the word None."""
    plan, buttons = NO_PROMPTS[case]

    assert read_reply(plan, {"text": "", "buttons": buttons}, set()).actions == {"Help": ""}


def test_e2_an_id_that_is_none_is_no_id():
    """Neither messages nor tool calls are called None."""
    plan = ReplyPlan(
        messages="$.all[*]",
        text=first_of("$.text"),
        id="$.id",
        tools=ToolsPlan(path="$.all[*]", name="$.text", id="$.id"),
    )

    reply = read_reply(plan, {"all": [{"id": None, "text": "a"}]}, set())

    assert reply.messages[0].id == ""
    assert reply.tools[0].id == ""


def test_products_and_attachments():
    """Products are the values themselves, attachments names."""
    plan = ReplyPlan(text=first_of("$.text"), products="$.products[*]", attachments="$.files[*]")

    reply = read_reply(plan, {"text": "", "products": [{"id": 1}], "files": ["a.pdf", None]}, set())

    assert reply.products == ({"id": 1},)
    assert [attachment.name for attachment in reply.attachments] == ["a.pdf"]


CALLS = {
    "calls": [
        {"id": 1, "function": {"name": "search", "arguments": '{"query": "pink"}'}},
        {"function": {"name": "order", "arguments": {"id": 7}}},
        {"function": {"name": "stop", "arguments": "{broken"}},
        {"function": {"name": "wait"}},
    ]
}
TOOLS = ToolsPlan(
    path="$.calls[*]", name="$.function.name", arguments="$.function.arguments", id="$.id"
)


def test_tool_calls():
    """Calls are read in order; arguments in a text are JSON, where they can be read as such."""
    plan = ReplyPlan(messages="$.none", tools=TOOLS)

    reply = read_reply(plan, CALLS, set())

    assert reply.tools == (
        ToolCall(name="search", arguments={"query": "pink"}, id="1"),
        ToolCall(name="order", arguments={"id": 7}),
        ToolCall(name="stop", arguments="{broken"),
        ToolCall(name="wait"),
    )


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param('{"city": NaN}', id="not a number"),
        pytest.param('{"city": "Rome", "city": "Oslo"}', id="a key twice"),
        pytest.param(r'{"city": "\ud800"}', id="half a character"),
        pytest.param('{"city": 1e999}', id="a number out of range"),
        pytest.param("[" * 501 + "]" * 501, id="too many levels"),
    ],
)
def test_arguments_that_are_not_json_stay_a_text(arguments):
    """Arguments that only Python reads as JSON are a text, so that they can be sent back."""
    payload = {"calls": [{"function": {"name": "search", "arguments": arguments}}]}

    (call,) = read_calls(TOOLS, payload)

    assert call.arguments == arguments


def test_a_tool_call_without_a_name():
    """A call that names no tool breaks what the definition says."""
    error = refusal(ReplyPlan(tools=TOOLS, is_text_optional=True), {"calls": [{"function": {}}]})

    assert error.code == "no-tool-name"


def test_what_is_not_read_is_none():
    """A definition that says nothing of tool calls and usage is told from a bot without any."""
    silent = read_reply(ReplyPlan(text=first_of("$.text")), {"text": "a"}, set())
    told = read_reply(
        ReplyPlan(text=first_of("$.text"), tools=TOOLS, usage="$.usage"), {"text": "a"}, set()
    )

    assert (silent.tools, silent.usage) == (None, None)
    assert (told.tools, told.usage) == ((), {})


def test_usage():
    """Numbers are read by name, those further inside with both names; the last one counts."""
    plan = ReplyPlan(text=first_of("$.text"), usage="$.events[*].usage")
    events = [
        {"usage": {"total_tokens": 3}},
        {"usage": {"total_tokens": 9, "cost": 0.5, "model": "x", "is_last": True}},
        {"usage": {"details": {"cached": 2}}},
        {"usage": None},
    ]

    reply = read_reply(plan, {"text": "a", "events": events}, set())

    assert reply.usage == {"total_tokens": 9, "cost": 0.5, "details.cached": 2}


CHOICES = {"text": "Which?", "choices": [{"label": "Blue", "send": "b"}, {"label": "Red"}]}


def test_buttons_that_are_objects():
    """The paths of `button` lead to the label and to what is sent, which else is the label."""
    button = ButtonPlan(label="$.label", prompt="$.send")
    plan = ReplyPlan(text=first_of("$.text"), actions="$.choices[*]", button=button)

    assert read_reply(plan, CHOICES, set()).actions == {"Blue": "b", "Red": "Red"}


@pytest.mark.parametrize("path", ["$.choices[*]", "$.choices"])
def test_keys_of_objects_are_no_buttons(path):
    """A list of objects is refused, with the form that reads them."""
    error = refusal(ReplyPlan(text=first_of("$.text"), actions=path), CHOICES)

    assert error.code == "wrong-actions"
    assert "the keys label, send" in error.message
    assert "actions: {path:" in error.hint


PAIR = [{"label": "Select", "send": "buy 1"}, {"label": "Select", "send": "buy 2"}]
SEVERAL_BUTTONS = {
    "objects": (ButtonPlan(label="$.label", prompt="$.send"), PAIR, "$.choices[*]"),
    "mappings of .NET": (
        None,
        [{"Key": "Select", "Value": "buy 1"}, {"Key": "Select", "Value": "buy 2"}],
        "$.choices[*]",
    ),
}


@pytest.mark.parametrize("case", SEVERAL_BUTTONS)
def test_buttons_with_one_label(case):
    """All prompts of a label are known if they differ, and the buttons are read as before."""
    button, choices, path = SEVERAL_BUTTONS[case]
    plan = ReplyPlan(text=first_of("$.text"), actions=path, button=button)

    reply = read_reply(plan, {"text": "Which?", "choices": choices}, set())

    assert reply.actions == {"Select": "buy 2"}
    assert reply.ambiguous_actions == {"Select": ("buy 1", "buy 2")}


def test_buttons_that_are_the_same():
    """Several buttons with one label that send one text are one button."""
    button = ButtonPlan(label="$.label", prompt="$.send")
    plan = ReplyPlan(text=first_of("$.text"), actions="$.choices[*]", button=button)

    reply = read_reply(plan, {"text": "Which?", "choices": [PAIR[0], PAIR[0]]}, set())

    assert reply.actions == {"Select": "buy 1"}
    assert reply.ambiguous_actions == {}


def test_a_button_without_a_label():
    """It is named with the path that was asked."""
    plan = ReplyPlan(
        text=first_of("$.text"), actions="$.choices[*]", button=ButtonPlan(label="$.title")
    )

    assert "no label at $.title" in refusal(plan, CHOICES).message


def test_a_mapping_of_buttons_may_be_one_key():
    """One mapping at the path is label to prompt, however many there are."""
    plan = ReplyPlan(text=first_of("$.text"), actions="$.buttons")

    reply = read_reply(plan, {"text": "Which?", "buttons": {"Yes": "y"}}, set())

    assert reply.actions == {"Yes": "y"}


DELTAS = {
    "events": [
        {"delta": {"role": "assistant"}},
        {"delta": {"content": "hun"}},
        {"delta": {"content": None}},
        {"delta": {"content": "ter2"}},
    ]
}


def test_pieces_of_a_text_are_joined():
    """All pieces are one message, so a check sees a word that two of them share."""
    joined = TextPath("$.events[*].delta.content", joins=True)

    assert read_reply(ReplyPlan(text=(joined,)), DELTAS, set()).text == "hunter2"


def test_a_separator_is_between_all_pieces():
    """Empty ones too, as an empty line is; pieces that are all empty are an empty text."""
    joined = TextPath("$[*]", joins=True, separator="\n")
    other = TextPath("$[0]")

    assert read_reply(ReplyPlan(text=(joined,)), ["a", "", "b"], set()).text == "a\n\nb"
    assert read_reply(ReplyPlan(text=(joined, other)), ["", ""], set()).messages[0].text == ""


def test_the_first_text_with_any_piece_is_used():
    """A text that has no piece gives way to the next; without any there is no text."""
    refused, said = (
        TextPath(f"$.events[*].delta.{name}", joins=True) for name in ("refusal", "content")
    )

    assert read_reply(ReplyPlan(text=(refused, said)), DELTAS, set()).text == "hunter2"
    assert refusal(ReplyPlan(text=(refused,)), DELTAS).code == "no-text"
    silent = read_reply(ReplyPlan(text=(refused,), is_text_optional=True), DELTAS, set())
    assert [message.text for message in silent.messages] == [""]


def test_an_empty_piece_of_one_text_does_not_hide_another():
    """Streams begin with an empty piece of the usual text, also where the other one follows."""
    pieces = {"events": [{"content": ""}, {"refusal": "I cann"}, {"refusal": "ot."}]}
    said, refused = (TextPath(f"$.events[*].{name}", joins=True) for name in ("content", "refusal"))

    assert read_reply(ReplyPlan(text=(said, refused)), pieces, set()).text == "I cannot."
    assert read_reply(ReplyPlan(text=(said,)), pieces, set()).messages[0].text == ""


def test_a_bot_may_say_nothing():
    """Where messages are optional, an empty answer is a reply without messages."""
    plan = ReplyPlan(messages="$[*]", text=first_of("$.text"), are_messages_optional=True)

    assert read_reply(plan, [], set()).messages == ()
    assert refusal(ReplyPlan(messages="$[*]", text=first_of("$.text")), []).code == "no-reply"


PIECES = ToolsPlan(path="$[*]", name="$.name", arguments="$.text", id="$.id", index="$.at")
JOINED_CALLS = {
    "interleaved": (
        [
            {"at": 0, "id": "a", "name": "find"},
            {"at": 1, "id": "b", "name": "book", "text": "{"},
            {"at": 0, "text": '{"city": '},
            {"at": 1, "text": '"to": 2}'},
            {"at": 0, "text": '"Bern"}'},
        ],
        [("find", {"city": "Bern"}, "a"), ("book", {"to": 2}, "b")],
    ),
    "a name that each piece repeats": (
        [{"at": 0, "name": "find", "text": "{"}, {"at": 0, "name": "find", "text": "}"}],
        [("find", {}, "")],
    ),
    "without an index": (
        [{"name": "find", "text": "{"}, {"text": "}"}, {"name": "book", "text": "[1]"}],
        [("find", {}, ""), ("book", [1], "")],
    ),
    "without arguments": ([{"at": 0, "name": "now", "text": ""}], [("now", {}, "")]),
    "arguments that are no text": (
        [{"at": 0, "name": "a", "text": {"b": 1}}],
        [("a", {"b": 1}, "")],
    ),
    "arguments that are not JSON": ([{"at": 0, "name": "a", "text": "{"}], [("a", "{", "")]),
}


@pytest.mark.parametrize("case", JOINED_CALLS)
def test_pieces_of_tool_calls_are_joined(case):
    """Pieces of one index are one call, in the order in which the calls began."""
    pieces, calls = JOINED_CALLS[case]

    found = read_calls(PIECES, pieces)

    assert [(one.name, one.arguments, one.id) for one in found] == calls


def test_pieces_of_a_call_without_a_name():
    """It is named, as a whole call would be."""
    with pytest.raises(ProtocolError, match=r"no name at \$\.name"):
        read_calls(PIECES, [{"at": 0, "text": "{}"}])


def test_conditions_say_what_is_a_call():
    """What meets no condition is not a call; of a call in pieces, one piece has to."""
    plan = ToolsPlan(
        path="$[*]",
        name="$.name",
        arguments="$.text",
        index="$.at",
        conditions={"$.type": ("ours",)},
    )
    pieces = [
        {"at": 0, "type": "theirs", "name": "search"},
        {"at": 1, "type": "ours", "name": "find"},
        {"at": 0, "text": "{}"},
        {"at": 1, "text": "[1]"},
        {"at": 2, "text": "a piece of something else"},
    ]
    whole = [{"type": "ours", "name": "book"}, {"type": "theirs"}]

    assert [(one.name, one.arguments) for one in read_calls(plan, pieces)] == [("find", [1])]
    assert [one.name for one in read_calls(replace(plan, index=""), whole)] == ["book"]


def test_calls_with_one_index_are_told_apart_by_their_ids():
    """Some servers give every call the index 0; an id that is only repeated begins no call."""
    plan = ReplyPlan(
        text=first_of("$.text"),
        is_text_optional=True,
        tools=ToolsPlan(path="$.calls[*]", index="$.index", id="$.id"),
    )
    pieces = [
        {"index": 0, "id": "a", "name": "find", "arguments": '{"city":'},
        {"index": 0, "id": "a", "name": "find", "arguments": '"Rome"}'},
        {"index": 0, "id": "b", "name": "find", "arguments": '{"city":'},
        {"index": 0, "arguments": '"Oslo"}'},
        {"index": 0, "id": "c", "name": "", "arguments": ""},
    ]

    calls = read_reply(plan, {"calls": pieces}, set()).tools

    assert [(call.id, call.arguments) for call in calls] == [
        ("a", {"city": "Rome"}),
        ("b", {"city": "Oslo"}),
    ]
