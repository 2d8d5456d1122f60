"""The built-in definitions against servers that are as strict as the vendors' pages.

Names tell the row of the list of inputs that failed once.
"""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.conversation import Outcome
from harness.engine.drift.drift import Drift
from harness.engine.plan import Mode
from tests.conformance import pages
from tests.conformance.conftest import Defined, Played
from tests.conformance.strict_server import Ask, Says, serving
from tests.conformance.strict_systems import Enthusiast, as_json, events, system

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


@pytest.mark.parametrize("identifier", ["a/b", "50%", "a%2Fb", "a?b#c", "ü 李"])
def test_e3_a_session_is_deleted_whatever_its_id_is(identifier: str, played: Played) -> None:
    """A value in a path is one segment, so that the session that was opened is deleted."""
    deleted: list[str] = []

    def answer(ask: Ask) -> Says:
        if ask.method == "DELETE":
            deleted.append(ask.target)
        return system(
            "bighummingbird",
            **{"create-chat-session": as_json({"chat_session_id": identifier})},
        )(ask)

    with serving(answer) as strict:
        played("bighummingbird", strict.url, ONE)

    (target,) = deleted
    *above, segment = target.split("/")
    assert above == ["", "chat-session"]
    assert unquote(segment) == identifier


@pytest.mark.parametrize("identifier", ["..", "."])
def test_e3_a_segment_that_leads_elsewhere_is_not_sent(identifier: str, played: Played) -> None:
    """Dots alone would make another path of the one that was meant."""
    created = as_json({"chat_session_id": identifier})
    with serving(system("bighummingbird", **{"create-chat-session": created})) as strict:
        result = played("bighummingbird", strict.url, ONE)

    assert result.codes == ("wrong-address-part",)
    assert [ask.method for ask in strict.asked] == ["POST", "POST"]


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


ASSISTANT = {
    "assistant": as_json({"external_id": "as-1", "name": "IT"}, 201),
}


@pytest.mark.parametrize("mode", [Mode.LIVE, Mode.RECORD, Mode.REPLAY, Mode.REFRESH])
def test_e1_a_contract_that_is_broken_while_preparing(mode: Mode, played: Played) -> None:
    """An assistant without its preferences fails every conversation with it, in every mode."""
    with serving(system("mister-turing", **ASSISTANT)) as strict:
        if mode is Mode.REPLAY:
            played("mister-turing", strict.url, ONE, Mode.RECORD)
        result = played("mister-turing", strict.url, ONE, mode)

    assert result.outcome is Outcome.FAILED
    assert result.codes == ("contract",)
    assert "step prepare.1" in result.failures[0].message


PHASED = """\
prepare:
  - request: {get: /prepare}
    answer: {schema: right}
open:
  - request: {get: /open}
    answer: {schema: right}
send:
  - request: {post: /send, json: {text: '${message.text}'}}
    answer: {schema: right}
    reply: {text: $.text}
late:
  - request: {get: /late}
    answer: {schema: right}
    reply: {text: $.text}
history:
  - request: {get: /history}
    answer: {schema: right}
close:
  - request: {post: /close}
    answer: {schema: right}
"""


@pytest.mark.parametrize("phase", ["prepare", "open", "send", "late", "history", "close"])
def test_e1_a_broken_contract_fails_in_every_phase(
    phase: str, played: Played, defined: Defined
) -> None:
    """Wherever an answer departs from its schema, the scenario fails."""
    name = defined(PHASED, right={"required": ["right"]})
    turns = (
        "  - user: Hello\n    expect: {messages: {count: 2, within: 1s},"
        " history: {json: {$.text: Hi}}}\n"
    )

    def answer(ask: Ask) -> Says:
        wrong = ask.target == f"/{phase}"
        text = "Later" if ask.target == "/late" else "Hi"
        return as_json({"text": text} if wrong else {"text": text, "right": True})

    with serving(answer) as strict:
        recorded = played(name, strict.url, turns, Mode.RECORD)
        replayed = played(name, strict.url, turns, Mode.REPLAY)

    for result in (recorded, replayed):
        assert result.outcome is Outcome.FAILED
        assert {check.name for check in result.failures} == {"contract"}
        assert f"step {phase}.1" in result.failures[0].message


def test_e1_the_check_of_a_provider_tells_of_a_broken_contract(
    played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`harness providers check --live` does not call such a provider right."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("token", "t0ken-of-a-test")
    with serving(system("mister-turing", **ASSISTANT)) as strict:
        played("mister-turing", strict.url, ONE)
        command = ["providers", "check", "mister-turing", "--live"]
        opened = CliRunner().invoke(app, command)
        said = CliRunner().invoke(app, [*command, "--message", "Hello"])

    for result in (opened, said):
        assert result.exit_code == 1
        assert (
            "the answer of step prepare.1 breaks the contract of the provider's definition"
            " [contract]\n  (top): 'assistant_preferences' is missing"
        ) in result.output
        assert "mister-turing answers" not in result.output


RAW = (
    "[1] First, restart it.",
    "{name} is not known.",
    '{"a": 1}',
    "data: the plan costs\n5 EUR a month",
    "data: the plan",
    "id: 7 is yours",
    "event: on Monday",
    "retry: later",
    ":) Hello!",
    "Hello.\r\n\r\nHow are you?",
)


@pytest.mark.parametrize("text", RAW)
def test_e6_a_raw_text_is_taken_as_it_is(text: str, played: Played) -> None:
    """Whatever a text begins with, it is the bot's reply, whole and unaltered."""
    says = Says(body=text.encode(), kind="text/event-stream; charset=utf-8")
    with serving(system("mister-turing", chat=says)) as strict:
        recorded = played("mister-turing", strict.url, ONE, Mode.RECORD)
        replayed = played("mister-turing", strict.url, ONE, Mode.REPLAY)

    for result in (recorded, replayed):
        assert result.outcome is Outcome.PASSED, result.failures or result.error
        assert result.notes == ()
        assert result.transcript.turns[0].reply is not None
        assert result.transcript.turns[0].reply.text == text


def test_e6_an_event_without_its_end_is_noted(played: Played) -> None:
    """What the rules of event streams leave out is told, live and in a replay."""
    says = Says(body=b"data: One.\n\ndata: Two.\n", kind="text/event-stream")
    with serving(system("mister-turing", chat=says)) as strict:
        recorded = played("mister-turing", strict.url, ONE, Mode.RECORD)
        replayed = played("mister-turing", strict.url, ONE, Mode.REPLAY)

    for result in (recorded, replayed):
        assert result.notes == (
            "the answer of step send.1: it ends inside an event, which is left out: Two.",
        )


@pytest.mark.parametrize(
    "says",
    [
        Says(status=204, kind=""),
        Says(status=200, kind=""),
        Says(status=201, body=b"ok", kind="text/plain"),
        Says(status=202, body=b'"ok"'),
    ],
    ids=["204", "empty", "text", "JSON"],
)
def test_e9_an_assistant_is_deployed_by_any_answer_that_says_yes(
    says: Says, played: Played
) -> None:
    """The page says nothing of the body or status of a deployment."""
    with serving(system("mister-turing", deploy=says)) as strict:
        result = played("mister-turing", strict.url, ONE)

    assert result.outcome is Outcome.PASSED, result.failures or result.error


def test_e9_a_deployment_that_is_refused(played: Played) -> None:
    """A status that says no breaks the conversation."""
    with serving(system("mister-turing", deploy=as_json({"detail": "no"}, 400))) as strict:
        result = played("mister-turing", strict.url, ONE)

    assert result.codes == ("unexpected-status",)


QUOTA = as_json({"detail": "The quota is used up."})
OTHER_KINDS = {
    "mister-turing": ("mister-turing", {"chat": QUOTA}, {}),
    "mister-turing, no type": ("mister-turing", {"chat": Says(body=b"Hi", kind="")}, {}),
    "superoffice": (
        "superoffice",
        {"GetChatbotResponse": Says(body=b'{"BotResponse": "Hi"}', kind="text/plain")},
        {},
    ),
    "superoffice in XML": (
        "superoffice",
        {"GetChatbotResponse": as_json(pages.CHATBOT_TURN)},
        {"format": "xml"},
    ),
}


@pytest.mark.parametrize("case", OTHER_KINDS)
def test_e10_an_answer_of_another_content_type_is_no_reply(case: str, played: Played) -> None:
    """Where the page states the content type, another one is not the bot's words."""
    name, answers, settings = OTHER_KINDS[case]
    with serving(system(name, **answers)) as strict:
        result = played(name, strict.url, ONE, **settings)

    assert result.codes == ("wrong-content-type",)


def test_e10_bytes_that_cannot_be_read_are_told(played: Played, defined: Defined) -> None:
    """What is shown as U+FFFD is noted, in a stream and in a text."""
    kind = "text/event-stream"
    with serving(
        system("mister-turing", chat=Says(body=b"data: caf\xe9\n\n", kind=kind))
    ) as strict:
        streamed = played("mister-turing", strict.url, ONE)
    name = defined(
        "send:\n  - request: {post: /talk}\n    answer: {as: text}\n    reply: {text: $}\n"
    )
    with serving(lambda _: Says(body=b"caf\xe9", kind="text/plain")) as strict:
        plain = played(name, strict.url, ONE)

    said = "it is not UTF-8 at byte {}, and U+FFFD stands for what cannot be read"
    assert streamed.notes == (f"the answer of step send.1: {said.format(9)}",)
    assert plain.notes == (f"the answer of step send.1: {said.format(3)}",)


def test_e16_the_last_event_of_other_streams_is_no_text(played: Played) -> None:
    """`[DONE]` at the end is not said by the bot; in a raw text it is."""
    with serving(system("mister-turing", chat=events("Hello.", "[DONE]"))) as strict:
        framed = played("mister-turing", strict.url, ONE)
    raw = Says(body=b"[DONE]", kind="text/event-stream")
    with serving(system("mister-turing", chat=raw)) as strict:
        bare = played("mister-turing", strict.url, ONE)

    assert [turn.reply.text for turn in framed.transcript.turns if turn.reply] == ["Hello."]
    assert [turn.reply.text for turn in bare.transcript.turns if turn.reply] == ["[DONE]"]


def test_e16_another_framing_is_a_drift(played: Played) -> None:
    """The same text, which no longer comes as events, is told."""
    with serving(system("mister-turing")) as strict:
        played("mister-turing", strict.url, ONE, Mode.RECORD)
    raw = Says(body=b"Hello.", kind="text/event-stream")
    with serving(system("mister-turing", chat=raw)) as strict:
        result = played("mister-turing", strict.url, ONE, Mode.DRIFT)

    (difference,) = result.compared[0].drift.differences
    assert difference.kind is Drift.SHAPE
    assert difference.lines == ("send.1: framing: recorded sse, now text",)


def asking(*texts: str) -> str:
    """Turns of which each is answered with one message, that repeats it."""
    return "".join(
        f"  - user: {text}\n    expect: {{equals: 'You asked: {text}', messages: {{count: 1}}}}\n"
        for text in texts
    )


@pytest.mark.parametrize("text", ["Welcome! How can I help?", "Sorry, something went wrong."])
def test_e5_what_stands_before_the_question_is_no_reply(text: str, played: Played) -> None:
    """A greeting or an apology that is in the history already is not counted."""
    server = Enthusiast()
    server.say("agent", text)
    with serving(server) as strict:
        recorded = played("enthusiast", strict.url, asking("Hello", "Again"), Mode.RECORD)
        replayed = played("enthusiast", strict.url, asking("Hello", "Again"), Mode.REPLAY)

    for result in (recorded, replayed):
        assert result.outcome is Outcome.PASSED, result.failures or result.error


def test_e5_a_message_between_two_turns_is_no_reply(played: Played) -> None:
    """What the agent says before the next question does not answer that."""
    server = Enthusiast()

    def answer(ask: Ask) -> Says:
        if ask.line == "POST /api/conversations/1" and server.history:
            server.say("agent", "Are you still there?")
        return server(ask)

    with serving(answer) as strict:
        result = played("enthusiast", strict.url, asking("Hello", "Again"))

    assert result.outcome is Outcome.PASSED, result.failures or result.error


def test_e5_a_late_message_is_none_that_stood_before(played: Played) -> None:
    """Where a check waits, what was in the history before the question does not end the waiting."""
    server = Enthusiast()
    server.say("agent", "Welcome!")
    turns = "  - user: Hello\n    expect: {messages: {count: 1, within: 600ms}}\n"
    with serving(server) as strict:
        result = played("enthusiast", strict.url, turns)

    assert result.outcome is Outcome.PASSED, result.failures or result.error


@pytest.mark.parametrize("slash", ["", "/"])
def test_e11_tasks_are_asked_for_as_on_the_page(slash: str, played: Played) -> None:
    """Both the page's server and one that redirects to a slash are asked in the same way."""
    with serving(Enthusiast(slash=slash)) as strict:
        recorded = played("enthusiast", strict.url, asking("Hello"), Mode.RECORD)
        replayed = played("enthusiast", strict.url, asking("Hello"), Mode.REPLAY)

    assert recorded.outcome is Outcome.PASSED, recorded.failures or recorded.error
    assert replayed.outcome is Outcome.PASSED, replayed.failures or replayed.error
    assert strict.lines[2] == "GET /api/task_status/t-1"
    assert ("GET /api/task_status/t-1/" in strict.lines) is bool(slash)


@pytest.mark.parametrize(
    ("states", "codes"),
    [
        (("PENDING", "RECEIVED", "STARTED", "SUCCESS"), ()),
        (("PENDING", "REJECTED", "RETRY", "SUCCESS"), ()),
        (("RECEIVED", "IGNORED"), ("task-failed",)),
        (("RECEIVED", "FAILURE"), ("task-failed",)),
    ],
)
def test_e16_celery_s_states_are_known(
    states: tuple[str, ...], codes: tuple[str, ...], played: Played
) -> None:
    """A worker that has taken a task on reports RECEIVED."""
    with serving(Enthusiast(states=states)) as strict:
        result = played("enthusiast", strict.url, asking("Hello"))

    assert result.codes == codes


@pytest.mark.parametrize("status", [200, 202, 204, 404])
def test_e16_a_session_that_is_deleted(status: int, played: Played) -> None:
    """Any success, and a session that is gone already, end the conversation."""
    with serving(system("bighummingbird", **{"s-1": Says(status=status, kind="")})) as strict:
        result = played("bighummingbird", strict.url, ONE, Mode.RECORD)

    assert result.outcome is Outcome.PASSED, result.failures or result.error
    assert result.notes == ()


@pytest.mark.parametrize("status", [405, 500])
def test_e16_a_session_that_cannot_be_deleted(status: int, played: Played, tmp_path: Path) -> None:
    """The conversation was whole, so it is recorded; that it was not closed is told."""
    with serving(system("bighummingbird", **{"s-1": as_json({}, status)})) as strict:
        recorded = played("bighummingbird", strict.url, ONE, Mode.RECORD)
        replayed = played("bighummingbird", strict.url, ONE, Mode.REPLAY)

    assert (tmp_path / "cassettes/bighummingbird/case.yaml").is_file()
    for result in (recorded, replayed):
        assert result.outcome is Outcome.PASSED, result.failures or result.error
        (note,) = result.notes
        assert note.startswith("the conversation was not closed: DELETE http://")
        assert note.endswith(f"answered {status}, expected 2xx or 404")


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
