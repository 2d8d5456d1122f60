"""SuperOffice against a server that is as strict as its page."""

from __future__ import annotations

import json

import pytest

from harness.conversation import Outcome
from tests.conformance.conftest import Played
from tests.conformance.strict_server import Ask, Says, serving
from tests.conformance.strict_systems import as_json, system

ONE = "  - user: Hello\n    expect: {status: 200}\n"
XML = "application/xml; charset=utf-8"
CHATBOT = "/api/v1/Agents/AI/GetChatbotResponse"

NET = (
    '<ChatbotTurn xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns="http://schemas.datacontract.org/2004/07/SuperOffice">'
    '<Attachments xmlns:d2p1="http://schemas.microsoft.com/2003/10/Serialization/Arrays">'
    "<d2p1:string>guide.pdf</d2p1:string></Attachments>"
    '<BotActions xmlns:d2p1="http://schemas.microsoft.com/2003/10/Serialization/Arrays">'
    "<d2p1:KeyValueOfstringstring><d2p1:Key>Yes</d2p1:Key><d2p1:Value>I agree</d2p1:Value>"
    "</d2p1:KeyValueOfstringstring>%s</BotActions>"
    "<BotResponse>Do you agree?</BotResponse><Timestamp>2024-11-24T14:32:45Z</Timestamp>"
    '<UserDisplayText i:nil="true"/><UserPrompt>Hello</UserPrompt></ChatbotTurn>'
)
"""A turn as .NET's data contract serializer writes it."""


def xml_turn(**elements: str) -> Says:
    """A turn in XML, of elements whose content is given."""
    holds = {"UserPrompt": "Hello", "BotResponse": "Hi", **elements}
    inside = "".join(f"<{name}>{content}</{name}>" for name, content in holds.items())
    return Says(body=f"<ChatbotTurn>{inside}</ChatbotTurn>".encode(), kind=XML)


BUTTONS = {
    "xml": (
        xml_turn(
            BotActions="<KeyValueOfstringstring><Key>Go on</Key><Value></Value>"
            "</KeyValueOfstringstring>"
        ),
        b"<UserPrompt></UserPrompt><DisplayValue>Go on</DisplayValue>",
    ),
    "json": (
        as_json(
            {
                "Timestamp": None,
                "UserPrompt": "Hello",
                "BotResponse": "Hi",
                "BotActions": {"Go on": ""},
            }
        ),
        b'"UserPrompt":"","DisplayValue":"Go on"',
    ),
}


@pytest.mark.parametrize("written", BUTTONS)
def test_e2_an_empty_prompt_of_a_button_is_sent_as_an_empty_text(
    written: str, played: Played
) -> None:
    """What stands behind a button is sent as it is, also where it is nothing."""
    says, sent = BUTTONS[written]
    with serving(system("superoffice", GetChatbotResponse=says)) as strict:
        played(
            "superoffice",
            strict.url,
            ONE + "  - user: {press: Go on}\n    expect: {status: 200}\n",
            format=written,
        )

    assert sent in strict.asked[1].body
    assert b"None" not in strict.asked[1].body


def test_e3_slashes_of_an_author_stay(played: Played) -> None:
    """A setting that is several segments long is sent as such."""
    page = Says(kind="text/html", headers={"Set-Cookie": "XSRF-TOKEN=abc; Path=/"})

    def answer(ask: Ask) -> Says:
        return page if ask.method == "GET" else system("superoffice")(ask)

    with serving(answer) as strict:
        played("superoffice", strict.url, ONE, token=None, xsrf_path="account/log in")

    assert strict.lines[0] == "GET /account/log%20in"
    assert strict.asked[1].headers["x-xsrf-token"] == "abc"


def turn_of(**properties: object) -> Says:
    """A turn of SuperOffice in JSON, of which a test names properties."""
    turn = {"Timestamp": None, "UserPrompt": "Hello", "BotResponse": "Hi", **properties}
    return as_json(turn, kind="application/json; charset=utf-8")


DOCUMENTED = {
    "Timestamp",
    "UserPrompt",
    "UserDisplayText",
    "BotResponse",
    "BotActions",
    "Attachments",
}


@pytest.mark.parametrize("written", ["json", "xml"])
def test_e4_previous_turns_hold_what_is_documented(written: str, played: Played) -> None:
    """A property that the page does not know is accepted in a reply, and never sent back."""
    says = turn_of(Score=1) if written == "json" else xml_turn(Score="1")
    with serving(system("superoffice", GetChatbotResponse=says)) as strict:
        result = played("superoffice", strict.url, ONE + ONE, format=written)

    assert result.outcome is Outcome.PASSED, result.failures or result.error
    assert b"BotResponse" in strict.asked[1].body
    assert b"Score" not in strict.asked[1].body
    if written == "json":
        (turn,) = json.loads(strict.asked[1].body)["PreviousTurns"]
        assert turn.keys() <= DOCUMENTED


def test_e4_a_server_that_refuses_what_is_not_documented(played: Played) -> None:
    """Conversations of three turns go on with a server that takes no other property."""

    def answer(ask: Ask) -> Says:
        turns = json.loads(ask.body)["PreviousTurns"]
        if any(turn.keys() - DOCUMENTED or None in turn.values() for turn in turns):
            return as_json({"Message": "The request is invalid."}, 400)
        return turn_of(Score=len(turns))

    with serving(answer) as strict:
        result = played("superoffice", strict.url, ONE * 3)

    assert result.outcome is Outcome.PASSED, result.failures or result.error


SILENT = {
    "null": ("json", turn_of(BotResponse=None)),
    "empty": ("json", turn_of(BotResponse="")),
    "an empty element": ("xml", xml_turn(BotResponse="")),
    "a nil element": (
        "xml",
        Says(
            body=b'<ChatbotTurn xmlns:i="http://www.w3.org/2001/XMLSchema-instance">'
            b'<UserPrompt>Hello</UserPrompt><BotResponse i:nil="true"/></ChatbotTurn>',
            kind=XML,
        ),
    ),
}


@pytest.mark.parametrize("case", SILENT)
def test_e7_a_reply_may_have_no_text(case: str, played: Played) -> None:
    """A response that is null or empty is a reply without a text, and the conversation goes on."""
    written, says = SILENT[case]
    with serving(system("superoffice", GetChatbotResponse=says)) as strict:
        result = played("superoffice", strict.url, ONE + ONE, format=written)

    assert result.outcome is Outcome.PASSED, result.failures or result.error
    assert [turn.reply.text for turn in result.transcript.turns if turn.reply] == ["", ""]


def test_e7_a_response_that_is_missing_is_told(played: Played) -> None:
    """The page documents the property, so that it must be there, if only as a null."""
    says = as_json({"Timestamp": None, "UserPrompt": "Hello"})
    with serving(system("superoffice", GetChatbotResponse=says)) as strict:
        result = played("superoffice", strict.url, ONE)

    assert result.codes == ("contract", "no-reply")


@pytest.mark.parametrize("written", ["json", "xml"])
def test_e8_what_select_left_out_is_sent_as_far_as_it_is_known(
    written: str, played: Played
) -> None:
    """The user's own words and button stand in the previous turns, whatever the reply repeats."""
    says = {
        "json": turn_of(UserPrompt=None, UserDisplayText=None, BotActions={"Go on": "go"}),
        "xml": xml_turn(
            UserPrompt="",
            BotActions="<KeyValueOfstringstring><Key>Go on</Key><Value>go</Value>"
            "</KeyValueOfstringstring>",
        ),
    }
    turns = ONE + "  - user: {press: Go on}\n    expect: {status: 200}\n" + ONE
    with serving(system("superoffice", GetChatbotResponse=says[written])) as strict:
        played(
            "superoffice",
            strict.url,
            turns,
            top="session: {select: 'BotResponse,BotActions'}\n",
            format=written,
        )

    sent = strict.asked[2].body
    if written == "xml":
        assert sent.count(b"<UserPrompt>Hello</UserPrompt>") == 2
        assert b"<UserPrompt>go</UserPrompt><UserDisplayText>Go on</UserDisplayText>" in sent
        return
    previous = json.loads(sent)["PreviousTurns"]
    assert [(turn["UserPrompt"], turn["UserDisplayText"]) for turn in previous] == [
        ("Hello", "Hello"),
        ("go", "Go on"),
    ]


def test_e12_names_with_prefixes_are_read(played: Played) -> None:
    """The prefixes of namespaces are the server's choice: buttons and attachments are found."""
    turns = (
        "  - user: Hello\n"
        "    expect: {equals: Do you agree?, actions: ['Yes'], attachments: {count: 1}}\n"
        "  - user: {press: 'Yes'}\n    expect: {contains: agree}\n"
    )
    says = Says(body=(NET % "").encode(), kind=XML)
    with serving(system("superoffice", GetChatbotResponse=says)) as strict:
        result = played("superoffice", strict.url, turns, format="xml")

    assert result.outcome is Outcome.PASSED, result.failures or result.error
    assert b"<UserPrompt>I agree</UserPrompt>" in strict.asked[1].body


@pytest.mark.parametrize("unknown", ["<d2p1:Other>1</d2p1:Other>", "<Pair><Key>No</Key></Pair>"])
def test_e12_unknown_content_of_a_known_element_is_told(unknown: str, played: Played) -> None:
    """An element of buttons that nobody knows breaks the contract; it does not vanish."""
    says = Says(body=(NET % unknown).encode(), kind=XML)
    with serving(system("superoffice", GetChatbotResponse=says)) as strict:
        result = played("superoffice", strict.url, ONE, format="xml")

    assert result.outcome is Outcome.FAILED
    assert result.codes == ("contract",)


def test_e13_blanks_around_a_text_are_kept(played: Played) -> None:
    """What the bot says in XML begins and ends as it was written."""
    turns = "  - user: Hello\n    expect: {json: {$.ChatbotTurn.BotResponse: {equals: '  Hi '}}}\n"
    with serving(system("superoffice", GetChatbotResponse=xml_turn(BotResponse="  Hi "))) as strict:
        result = played("superoffice", strict.url, turns, format="xml")

    assert result.transcript.turns[0].reply is not None
    assert result.transcript.turns[0].reply.text == "  Hi "


SAID = {"a bell": r"ring\x07", "an escape": r"\x1b[1m", "no character": r"a\ufffe"}


@pytest.mark.parametrize("said", SAID)
def test_e13_what_xml_cannot_hold_is_not_sent(said: str, played: Played) -> None:
    """A control character in a message is refused before anything is sent."""
    turns = f'  - user: "{SAID[said]}"\n    expect: {{status: 200}}\n'
    with serving(system("superoffice", GetChatbotResponse=xml_turn())) as strict:
        result = played("superoffice", strict.url, turns, format="xml")

    assert result.codes == ("request-not-xml",)
    assert strict.asked == []


def test_e13_line_ends_of_a_message_arrive(played: Played) -> None:
    """A carriage return is written so that a parser does not make a line feed of it."""
    turns = '  - user: "one\\r\\ntwo"\n    expect: {status: 200}\n'
    with serving(system("superoffice", GetChatbotResponse=xml_turn())) as strict:
        played("superoffice", strict.url, turns, format="xml")

    assert b"<UserPrompt>one&#13;\ntwo</UserPrompt>" in strict.asked[0].body


def test_a_header_of_several_lines_is_not_sent(played: Played) -> None:
    """What a scenario tells cannot add a header to the request."""
    with serving(system("superoffice")) as strict:
        result = played(
            "superoffice", strict.url, ONE, top='session: {language: "en\\nX-Admin: 1"}\n'
        )

    assert result.codes == ("wrong-header",)
    assert strict.asked == []


def test_previous_turns_are_json(played: Played) -> None:
    """The strict servers read what is sent."""
    with serving(system("superoffice")) as strict:
        played("superoffice", strict.url, ONE + ONE)

    assert len(json.loads(strict.bodies(CHATBOT)[1])["PreviousTurns"]) == 1
