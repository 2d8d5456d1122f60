from __future__ import annotations

import json

import pytest

from harness.conversation import Outcome, UserMessage
from harness.play import scenario_player
from harness.project.plan import Mode
from harness.providers.message_hash import message_hash
from harness.transport.cassette.cassette_reading import parse_cassette
from tests.first_format import in_first_format
from tests.recordings.desk import serving_desk

STEPS = """\
send:
  - request:
      post: /talk
      json:
        text: '${message.text}'
        files: '${message.attachments}'
        page: '${message.metadata}'
        said: '${unsent}'
    reply: {text: $.text, actions: $.buttons}
"""
TOKEN = "Tk5-qZ8x-Wm2v"


def desk(visit) -> None:
    """Thanks, offers two buttons that send the same, and tells a ticket."""
    text = json.loads(visit.body)["text"]
    buttons = {"Go on": "yes", "Proceed": "yes"}
    told = {"text": f"thanks for {text}", "buttons": buttons, "ticket": TOKEN}
    visit.answer(json.dumps(told).encode())


@pytest.fixture
def project(tmp_path):
    """A project with that API."""
    with serving_desk(tmp_path, desk, STEPS) as project:
        yield project


TURNS = """\
  - assistant: Welcome!
  - user:
      text: Here
      attachments: [{name: a.jpg, content: 'https://x.example/a.jpg'}, {name: b.jpg}]
      metadata: {page: product, filter: {size: 1, colour: [red, blue]}, ask: 'no'}
    expect: {contains: thanks}
  - assistant: One moment
  - assistant: and now?
  - user: {press: Go on, metadata: {page: cart}}
    expect: {contains: thanks}
"""
EDITS = {
    "text": ("text: Here", "text: There"),
    "pressed-button": ("press: Go on", "press: Proceed"),
    "attachment-name": ("name: b.jpg", "name: c.jpg"),
    "attachment-content": ("x.example/a.jpg", "x.example/b.jpg"),
    "attachment-added": ("{name: b.jpg}", "{name: b.jpg}, {name: c.jpg}"),
    "attachment-removed": (", {name: b.jpg}", ""),
    "attachment-given-content": ("{name: b.jpg}", "{name: b.jpg, content: aGk=}"),
    "metadata-value": ("page: product", "page: admin"),
    "metadata-value-in-a-list": ("colour: [red, blue]", "colour: [blue, red]"),
    "metadata-type": ("size: 1", "size: '1'"),
    "metadata-number": ("size: 1", "size: 1.0"),
    "metadata-key": ("ask:", "asq:"),
    "metadata-added": ("ask: 'no'", "ask: 'no', more: null"),
    "metadata-removed": (", ask: 'no'", ""),
    "metadata-of-a-pressed-button": ("page: cart", "page: shop"),
    "all-metadata-removed": (", metadata: {page: cart}", ""),
    "line-of-the-assistant": ("Welcome!", "Welcome back!"),
    "line-of-the-assistant-added": ("  - assistant: and now?\n", "  - assistant: x\n" * 2),
    "line-of-the-assistant-removed": ("  - assistant: and now?\n", ""),
    "lines-of-the-assistant-joined": (
        "One moment\n  - assistant: and now?",
        '"One moment\\nand now?"',
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a3_everything_the_author_wrote_for_a_turn_is_part_of_the_match(project, edit):
    """An edit of any of it is `message-changed`, and `record` holds the conversation again."""
    old, new = EDITS[edit]
    project.play(TURNS, Mode.RECORD)
    assert project.play(TURNS, Mode.REPLAY).notes == ()
    edited = TURNS.replace(old, new, 1)
    assert edited != TURNS

    replayed = project.play(edited, Mode.REPLAY)
    again = project.play(edited, Mode.RECORD)

    assert replayed.error.code == "message-changed"
    assert (again.outcome, again.transcript.is_recorded) == (Outcome.PASSED, False)
    assert project.play(edited, Mode.REPLAY).outcome is Outcome.PASSED


def test_a3_the_message_names_what_changed(project):
    """What goes with a message is told from what the user says, with the difference."""
    project.play(TURNS, Mode.RECORD)

    error = project.play(TURNS.replace("page: product", "page: admin"), Mode.REPLAY).error

    assert str(error) == (
        "cassettes/desk/x.yaml: the attachments, metadata or preceding assistant lines of the "
        "message in turn 1 differ from the recording (interaction 1 of 2, turn 1 send.1); "
        "harness run --mode record scenarios/x.yaml [message-changed]\n"
        "  /page/page: recorded 'product', now 'admin'"
    )


def test_a3_the_order_of_keys_says_nothing(project):
    """Metadata is a mapping: its layout may change."""
    project.play(TURNS, Mode.RECORD)
    other = TURNS.replace("size: 1, colour: [red, blue]", "colour: [red, blue], size: 1")

    assert project.play(other, Mode.REPLAY).outcome is Outcome.PASSED


SECRET = """\
  - user: a
    expect: {contains: thanks}
    capture: {ticket: {json: $.ticket, secret: true}}
  - assistant: Is it ${ticket}, number ${uuid()}?
  - user:
      text: b
      attachments: [{name: '${uuid()}', content: '${ticket}'}]
      metadata: {page: '${ticket}'}
    expect: {contains: thanks}
"""


def test_a3_secrets_in_what_goes_with_a_message_are_replayed_as_marks(project):
    """What is drawn and what is secret is the same message in record and replay."""
    live, replayed = project.play(SECRET, Mode.RECORD), project.play(SECRET, Mode.REPLAY)

    assert (live.outcome, live.notes) == (Outcome.PASSED, ())
    assert (replayed.outcome, replayed.error, replayed.notes) == (Outcome.PASSED, None, ())
    assert TOKEN not in project.cassette.read_text()


def test_a3_a_message_with_text_alone_keeps_its_hash():
    """Recordings that were made before go on fitting."""
    said = UserMessage(text="Can I talk to a human?")

    assert message_hash(said) == "195b86044b2bb2fd"


@pytest.fixture
def old(project):
    """The recording as it was written before all of a message was part of the match."""
    project.play(TURNS, Mode.RECORD)
    text = in_first_format(parse_cassette(project.cassette.read_bytes(), "x"))
    project.cassette.write_text(text)
    return text


NOTE = (
    "attachments, metadata and the assistant's lines of turn 1, 2 not compared, because the "
    "recording has format 1; harness run --mode refresh scenarios/x.yaml"
)


@pytest.mark.parametrize("mode", [Mode.REPLAY, Mode.RECORD])
def test_a3_a_recording_of_format_1_is_read_by_its_own_rules(project, old, mode):
    """It goes on working, with a note of what it cannot hold, and nothing is asked again."""
    result = project.play(TURNS.replace("page: product", "page: admin"), mode)

    assert (result.outcome, result.notes) == (Outcome.PASSED, (NOTE,))
    assert result.transcript.is_recorded
    assert project.cassette.read_text() == old


@pytest.mark.parametrize("edit", ["text", "pressed-button", "attachment-name"])
def test_a3_what_format_1_holds_is_compared(project, old, edit):
    """Text, button and names of attachments were part of the match from the beginning."""
    del old

    result = project.play(TURNS.replace(*EDITS[edit], 1), Mode.REPLAY)

    assert result.error.code == "message-changed"


def test_a3_refresh_makes_the_note_go_away(project, old):
    """A new recording holds all of it."""
    project.play(TURNS, Mode.REFRESH)

    assert project.cassette.read_text() != old
    assert project.play(TURNS, Mode.REPLAY).notes == ()


TOLD = """\
open:
  - request: {post: /chats, json: '${session}'}
send:
  - request: {post: /talk, json: {text: '${message.text}'}}
    reply: {text: $.text}
"""
HELLO = "  - user: Hello\n    expect: {contains: thanks}\n"


@pytest.fixture
def told(tmp_path):
    """An API that is told the session."""

    def answer(visit) -> None:
        text = json.loads(visit.body).get("text")
        visit.answer(json.dumps({"text": f"thanks for {text}"}).encode())

    with serving_desk(tmp_path, answer, TOLD) as project:
        yield project


@pytest.mark.parametrize(
    ("recorded", "now"), [("1", "true"), ("false", "0"), ("{a: [true]}", "{a: [1]}")]
)
def test_a3_true_in_a_session_is_not_1(told, recorded, now):
    """A value of another kind is another session, although Python takes the two for equal."""
    told.play(f"{HELLO}session: {{premium: {recorded}}}\n", Mode.RECORD)

    replayed = told.play(f"{HELLO}session: {{premium: {now}}}\n", Mode.REPLAY)

    assert replayed.error is not None
    assert "[session-changed]" in str(replayed.error)


@pytest.mark.parametrize("session", ["{password: hunter22}", "{user: {api_key: hunter22, id: 7}}"])
def test_a3_what_a_recording_hides_of_the_session_is_not_compared(told, session):
    """It cannot be; the replay passes, and a note says so."""
    turns = f"{HELLO}session: {session}\n"
    recorded = told.play(turns, Mode.RECORD)
    name = session[1:].partition(":")[0]

    replayed = told.play(turns, Mode.REPLAY)

    assert recorded.outcome is Outcome.PASSED
    assert "hunter22" not in told.cassette.read_text()
    assert replayed.outcome is Outcome.PASSED, replayed.error
    assert replayed.notes == (
        f"session: {name} not compared, because it is redacted in the recording",
    )


@pytest.mark.parametrize(
    "edited",
    [
        "{user: {api_key: hunter22, id: 8}}",
        "{user: {id: 7}}",
        "{}",
        "{user: {api_key: a, id: 7}, a: 1}",
        "{user: {api_key: a, id: 7}, a: {id: 1}}",
        "{user: Ann}",
    ],
    ids=["value-beside", "removed", "all-removed", "added", "mapping-added", "mapping-to-text"],
)
def test_a3_what_stands_beside_a_hidden_value_is_compared(told, edited):
    """Nothing else of the session may differ, and no message shows the secret."""
    told.play(f"{HELLO}session: {{user: {{api_key: hunter22, id: 7}}}}\n", Mode.RECORD)

    replayed = told.play(f"{HELLO}session: {edited}\n", Mode.REPLAY)

    assert replayed.error is not None
    assert "[session-changed]" in str(replayed.error)
    assert "hunter22" not in str(replayed.error)


@pytest.mark.parametrize(
    "edited",
    [
        HELLO.replace("Hello", "Good day"),
        f"  - assistant: Welcome back\n{HELLO}",
    ],
    ids=["text", "line before"],
)
def test_a3_a_changed_message_is_shown_where_the_first_request_does_not_hold_it(told, edited):
    """The opening step sends nothing of the message, so what was recorded later is shown."""
    told.play(HELLO, Mode.RECORD)

    replayed = told.play(edited, Mode.REPLAY)

    assert replayed.error is not None
    assert replayed.error.code == "message-changed"
    (line,) = replayed.error.details
    assert line.startswith(
        "open.1 does not contain it; recorded in interaction 2 of 2, turn 1 send.1"
    )
    assert line.endswith(': {"text":"Hello"}')


def test_a_line_that_cannot_be_said_is_of_the_turn_that_was_to_come(told):
    """Before the first turn it is turn 1, and after one it is turn 2."""
    missing = "  - assistant: ${nothing}\n"
    end = f"{HELLO}vars: {{nothing: null}}\n"

    first = told.play(missing + end, Mode.LIVE)
    second = told.play(HELLO + missing + end, Mode.LIVE)

    assert [one.error.code for one in (first, second)] == ["none-in-text"] * 2
    assert [one.transcript.stop.turn for one in (first, second)] == [1, 2]


def test_turns_before_a_crash_remain(told, monkeypatch):
    """The turn in which the harness crashed does not; the message names the failure."""
    judged = scenario_player.judge_turn

    def crashing(planned, turn, *more):
        if turn.number > 1:
            raise LookupError("wombat")
        return judged(planned, turn, *more)

    monkeypatch.setattr(scenario_player, "judge_turn", crashing)
    stopping = HELLO + "    on_fail: stop\n"

    result = told.play(stopping * 2, Mode.LIVE)

    assert (result.outcome, result.error.code) == (Outcome.BROKEN, "internal-error")
    assert "LookupError: wombat" in result.error.message
    assert result.transcript.stop.turn == 2
    assert [turn.number for turn in result.transcript.turns] == [1]
