from __future__ import annotations

import pytest
from conversations import exchange, reply, scenario

from harness.core.errors import PlayError, ProtocolError
from harness.formats.template import compile_template
from harness.play.conversation_variables import (
    MissingCapture,
    Variables,
    capture_from,
    message_of,
    prompt_of,
)
from harness.scenario import MatrixRow

ASK = "  - user: {user}\n    expect: none\n"


def variables(top="", row=None, seed="s", turns="  - user: Hi\n    expect: none\n"):
    made = scenario(turns, top)
    return Variables(
        made, row or MatrixRow(name=""), seed=seed, now="2025-01-02T03:04:05+00:00"
    ), made


def said(user, top="", last=None, row=None):
    known, made = variables(top, row, turns=ASK.format(user=user))
    return message_of(made.user_turns[0].message, known, last)


def test_a_message_is_filled_in():
    """Variables and the row's values stand in the text."""
    row = MatrixRow(name="d", values={"child": "daughter"})
    message = said(
        "'A ${colour} dress for my ${child}'",
        "vars: {shade: pink, colour: 'light ${shade}'}\nmatrix: {child: [daughter]}\n",
        row=row,
    )

    assert message.text == "A light pink dress for my daughter"
    assert message.display_text == ""


NOTHING = {
    "a text": "'${nothing}'",
    "an attachment": "{text: Here, attachments: [{name: a, content: '${nothing}'}]}",
}


@pytest.mark.parametrize("case", NOTHING)
def test_e2_a_null_is_never_said(case):
    """A variable that is null does not say the word None."""
    with pytest.raises(PlayError) as caught:
        said(NOTHING[case], "vars: {nothing: null}\n")

    assert caught.value.code == "none-in-text"


def test_a_variable_may_use_what_the_row_gives():
    """A value of the matrix stands in variables that use its name."""
    message = said(
        "'${colour}, ${wish}'",
        "vars: {wish: 'a ${colour} dress'}\nmatrix: {colour: [red]}\n",
        row=MatrixRow(name="red", values={"colour": "red"}),
    )

    assert message.text == "red, a red dress"


def test_a_message_that_is_more_than_a_text():
    """Attachments and metadata are filled in too, and keep their types."""
    message = said(
        "{text: Look, attachments: [{name: a.png, content: '${url}'}], metadata: {n: '${n}'}}",
        "vars: {url: 'http://x/a', n: 7}\n",
    )

    assert [(one.name, one.content) for one in message.attachments] == [("a.png", "http://x/a")]
    assert message.metadata == {"n": 7}


def test_pressing_a_button_says_its_prompt():
    """The label is shown, and the prompt is sent."""
    last = reply("Hi", actions={"Help": "I need help"})
    known, made = variables(turns=ASK.format(user="Hi") + ASK.format(user="{press: Help}"))
    message = message_of(made.user_turns[1].message, known, last)

    assert (message.text, message.display_text) == ("I need help", "Help")


@pytest.mark.parametrize(
    ("actions", "hint"),
    [
        ({"Contact Support": "x"}, "did you mean 'Contact Support'?"),
        ({"Yes": "y", "No": "n"}, "known: No, Yes"),
        ({}, "the last reply has no buttons"),
    ],
)
def test_a_button_that_is_not_there(actions, hint):
    """The error names the buttons that there are."""
    with pytest.raises(ProtocolError) as caught:
        prompt_of("Contact Suport", reply("Hi", actions=actions))

    assert (caught.value.code, caught.value.hint) == ("no-such-button", hint)


def test_a_label_that_several_buttons_have():
    """Which is meant is not known if they send different texts, so both texts are named."""
    last = reply("Which?", actions={"Select": "buy 2"}, ambiguous={"Select": ("buy 1", "buy 2")})

    with pytest.raises(ProtocolError) as caught:
        prompt_of("Select", last)

    assert str(caught.value) == (
        "2 buttons are labelled 'Select', and each sends another text; write 'user:' with the"
        " text of the button that is meant, instead of 'press:' [ambiguous-button]\n"
        "  the texts are 'buy 1', 'buy 2'"
    )


def test_no_button_before_the_first_reply():
    """Nothing can be pressed before the bot said something."""
    with pytest.raises(ProtocolError, match="the last reply has no buttons"):
        prompt_of("Help", None)


def test_seeded_values_are_the_same_again():
    """uuid() and random() depend on the seed alone, and now() is the recorded time."""
    turns = ASK.format(user="'${uuid()} ${uuid()} ${random()} ${now()}'")

    def text(seed):
        known, made = variables(seed=seed, turns=turns)
        return message_of(made.user_turns[0].message, known, None).text

    assert text("a") == text("a")
    assert text("a") != text("b")
    first, second, _, now = text("a").split(" ")
    assert first != second
    assert now == "2025-01-02T03:04:05+00:00"


def test_a_value_that_is_not_there_is_broken():
    """A capture without the wanted part stops the conversation, with the place."""
    turns = ASK.format(user="a") + "    capture: {all: $}\n" + ASK.format(user="'${all.town}'")
    known, made = variables(turns=turns)
    known.remember("all", {"city": "Paris"})

    with pytest.raises(PlayError) as caught:
        message_of(made.user_turns[1].message, known, None)

    assert caught.value.code == "undefined-member"
    assert caught.value.details == ("at case.yaml:6:12",)


def test_a_snapshot_does_not_change():
    """What was known in a turn is not touched by later captures."""
    known, _ = variables()
    before = known.snapshot()
    known.remember("id", 7)

    assert "id" not in before
    assert known.snapshot()["id"] == 7


def captured(written, answer, headers=()):
    made = scenario(f"  - user: Hi\n    expect: none\n    capture: {{x: {written}}}\n")
    capture = made.user_turns[0].captures["x"]
    return capture_from(capture, answer, (exchange(headers=headers),))


CAPTURES = {
    "a path": ("$.a.b", reply("", payload={"a": {"b": [1]}}), [1]),
    "the first of several": ("$..b", reply("", payload=[{"b": 1}, {"b": 2}]), 1),
    "a null": ("$.a", reply("", payload={"a": None}), None),
    "a path under its name": ("{json: $.a}", reply("", payload={"a": "x"}), "x"),
    "a pattern": ("{matches: 'IT-[0-9]+'}", reply("see", "ticket IT-12"), "IT-12"),
    "a pattern with a group": ("{matches: 'no\\. ([0-9]+)'}", reply("no. 12"), "12"),
}


@pytest.mark.parametrize("case", CAPTURES)
def test_captures(case):
    """A capture is read by path, or by pattern from all messages."""
    written, answer, value = CAPTURES[case]

    assert captured(written, answer) == value


def test_a_header_is_captured_whatever_its_case():
    """Header names have no case."""
    assert captured("{header: x-trace}", reply(""), (("X-Trace", "t-1"),)) == "t-1"


MISSING = {
    "a path": ("$.a", "nothing in the payload at $.a"),
    "a pattern": ("{matches: 'IT-[0-9]+'}", "no text of the reply matches 'IT-[0-9]+'"),
    "a header": ("{header: X-Trace}", "the answer has no header 'X-Trace'"),
}


@pytest.mark.parametrize("case", MISSING)
def test_a_capture_that_is_not_there(case):
    """What is missing is a value with its reason, not an exception."""
    written, reason = MISSING[case]

    found = captured(written, reply("Hi", payload={}))

    assert isinstance(found, MissingCapture)
    assert found.reason == reason


def test_parameters_are_known_inside_of_a_fragment():
    """They stand before a variable of the same name, which is back after the fragment."""
    known, _ = variables("vars: {colour: pink}\n")
    given = (
        {"colour": compile_template("dark ${colour}")},
        {"both": compile_template("${colour}!")},
    )

    with known.within(given):
        inside = known.snapshot()
    after = known.snapshot()

    assert (inside["colour"], inside["both"]) == ("dark pink", "dark pink!")
    assert after["colour"] == "pink"
    assert "both" not in after


def test_a_capture_of_a_fragment_stays_known():
    """What is captured under a parameter's name is not taken back."""
    known, _ = variables()

    with known.within(({"id": compile_template("mine")},)):
        known.remember("id", "captured")

    assert known.snapshot()["id"] == "captured"


@pytest.mark.parametrize("secret", ["1234-5678", "zebra-1234"])
def test_a_parameter_with_a_secret_is_hidden_whatever_it_begins_with(secret):
    """It is its mark in what a replay says, and in what is stored of the turn."""
    known, _ = variables()
    known.remember_secret("it", secret, "<redacted:it>")

    with known.within(({"token": compile_template("number ${it}")},)):
        stored = known.snapshot()["token"]
        with known.hidden():
            said_in_a_replay = known.fill(compile_template("${token}"))

    assert stored == said_in_a_replay == "number <redacted:it>"
