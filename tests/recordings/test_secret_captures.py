from __future__ import annotations

import json

import pytest

from harness.conversation import Outcome
from harness.core.errors import PlayError
from harness.project.plan import Mode
from tests.recordings.desk import serving_desk

TOKEN = "Tk5-qZ8x-Wm2v"
PREPARED = "Pp7xKq93Lm20Rt55"
STEPS = """\
prepare:
  - request: {post: /prepare}
    capture: {access: $.access_token}
open:
  - request: {post: /open, headers: {X-Own: '${access}'}}
    capture: {room: {json: $.room, secret: true}}
send:
  - request: {post: '/talk/${room}', json: {text: '${message.text}'}}
    reply: {text: $.text, actions: $.buttons}
close:
  - request: {post: '/close/${room}'}
    answer: {as: none}
"""
SAYS = {
    "get": {"text": f"your ticket is {TOKEN}", "ticket": TOKEN, "pin": 8391744},
    "room": {"text": "you are in R0om-77ab-secret"},
    "prepared": {"text": f"it began with {PREPARED}"},
    "press": {"text": "choose", "buttons": {"Go on": f"go {TOKEN}"}},
    "doors": {"text": "choose", "buttons": {"Go in": "in to R0om-77ab-secret"}},
    "refuse": {"ticket": TOKEN, "error": "no"},
    "short": {"text": "a pin", "ticket": "123"},
    "flood": {"text": f"{'la ' * 333_400}your ticket is {TOKEN}", "ticket": TOKEN},
    "key": {"text": "a key", "ticket": "Kk7-" * 5_001},
    "other": {"text": f"you get {TOKEN}"},
}


def desk(visit) -> None:
    """Gives tickets, and repeats what it is told."""
    path = visit.head.split(" ")[1]
    if path == "/prepare":
        visit.answer(json.dumps({"access_token": PREPARED}).encode())
    elif path == "/open":
        visit.answer(json.dumps({"room": "R0om-77ab-secret"}).encode())
    elif path.startswith("/close"):
        visit.answer(b"")
    else:
        text = json.loads(visit.body)["text"]
        if text == "break":
            visit.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\npart")
            visit.connection.close()
            return
        said = {"buttons": {}, **SAYS.get(text, {"text": f"you said {text}"})}
        if text == "refused flood":
            said = SAYS["flood"]
        status = "400 Bad Request" if text.startswith("refuse") else "200 OK"
        visit.answer(json.dumps(said).encode(), status, f"X-Ticket: {TOKEN}")


@pytest.fixture
def project(tmp_path):
    """A project with that API."""
    with serving_desk(tmp_path, desk, STEPS) as project:
        yield project


def files(folder) -> str:
    """All that was written."""
    return "\n".join(one.read_text() for one in sorted(folder.iterdir()))


GOT = "  - user: get\n    expect: none\n    capture: {it: %s}\n"
CAPTURES = {
    "path": "{json: $.ticket, secret: true}",
    "pattern": r"{matches: 'ticket is ([\w-]+)$', secret: true}",
    "header": "{header: X-Ticket, secret: true}",
}


@pytest.mark.parametrize("source", CAPTURES)
def test_a_check_sees_one_value_in_record_and_replay(project, source):
    """A secret that is said, repeated and compared holds in both; the files hold its mark."""
    turns = GOT % CAPTURES[source] + (
        "  - user: take ${it} and ${uuid()}\n"
        "    expect: {contains: 'take ${it}', starts_with: you said}\n"
        "  - user: again ${uuid()} ${it}\n"
        "    expect: {ends_with: '${it}', not_contains: qZ8x}\n"
    )

    live, replayed = project.play(turns, Mode.REFRESH), project.play(turns, Mode.REPLAY)

    assert (live.outcome, live.notes) == (Outcome.PASSED, ())
    assert (replayed.outcome, replayed.error, replayed.notes) == (Outcome.PASSED, None, ())
    assert [turn.user for turn in live.transcript.turns] == [
        turn.user for turn in replayed.transcript.turns
    ]
    assert TOKEN not in files(project.cassettes) + repr(live.transcript)
    assert "<redacted:it>" in files(project.cassettes)


def test_what_was_said_before_the_capture_is_hidden_too(project):
    """The value goes from earlier turns as well, and a button that sends it still fits."""
    turns = (
        "  - {user: get, expect: none}\n"
        "  - user: press\n    expect: none\n"
        "  - user: {press: Go on}\n    expect: {contains: you said go}\n"
    ) + GOT % CAPTURES["path"]

    live, replayed = project.play(turns, Mode.REFRESH), project.play(turns, Mode.REPLAY)

    assert live.outcome is Outcome.PASSED
    assert TOKEN not in files(project.cassettes) + repr(live.transcript)
    assert replayed.outcome is Outcome.BROKEN


def test_a_button_that_sends_a_secret_of_a_step_is_replayed(project):
    """Its text is recorded with the mark, although no turn captured a secret."""
    turns = (
        "  - {user: doors, expect: none}\n"
        "  - user: {press: Go in}\n    expect: {contains: you said in to}\n"
    )

    live, replayed = project.play(turns, Mode.REFRESH), project.play(turns, Mode.REPLAY)

    assert (live.outcome, live.error) == (Outcome.PASSED, None)
    assert (replayed.outcome, replayed.error) == (Outcome.PASSED, None)
    assert "R0om-77ab" not in files(project.cassettes) + repr(live.transcript)


def test_a_number_is_hidden(project):
    """A number becomes a text in the recording, and compares as one in record and replay."""
    turns = GOT % "{json: $.pin, secret: true}" + (
        "  - user: get\n    expect: {json: {$.pin: '${it}'}}\n"
        "  - user: pin ${it}\n    expect: {contains: '${it}'}\n"
    )

    outcomes = [project.play(turns, mode).outcome for mode in (Mode.REFRESH, Mode.REPLAY)]

    assert outcomes == [Outcome.PASSED, Outcome.PASSED]
    assert "8391744" not in files(project.cassettes)


@pytest.mark.parametrize("wanted", ["{type: integer}", "{type: integer, minimum: 9}"])
def test_a_number_that_is_hidden_breaks_no_contract(project, wanted):
    """A schema that demands a number says nothing about its mark, nor does one of a scenario."""
    root = project.folder
    definition = root / "definitions/desk/provider.yaml"
    said = "reply: {text: $.text"
    definition.write_text(
        definition.read_text().replace(said, f"answer: {{schema: said}}\n    {said}")
    )
    (root / "definitions/desk/schemas").mkdir()
    schema = root / "definitions/desk/schemas/said.schema.json"
    schema.write_text('{"properties": {"pin": {"type": "integer"}, "text": {"type": "string"}}}')
    turns = GOT.replace("none", f"{{schema: {{properties: {{pin: {wanted}}}}}}}") % (
        "{json: $.pin, secret: true}"
    )

    outcomes = [project.play(turns, mode).outcome for mode in (Mode.REFRESH, Mode.REPLAY)]

    assert outcomes == [Outcome.PASSED, Outcome.PASSED]
    assert "8391744" not in files(project.cassettes)


FRAGMENT = """\
parameters: {token: ~, again: '${uuid()}'}
turns:
  - user: it is ${token}, ${again}
    expect: {contains: 'it is ${token}'}
  - user: and ${token} once more
    expect: {contains: '${token}'}
    capture: {heard: $.text}
  - user: then ${heard}
    expect: {contains: you said and}
"""


def test_a_parameter_that_holds_a_secret_is_said_as_in_a_replay(project):
    """What a fragment is given of a secret is hidden, compared and drawn as in the recording."""
    folder = project.folder / "scenarios/fragments"
    folder.mkdir()
    (folder / "told.yaml").write_text(FRAGMENT)
    turns = GOT % CAPTURES["path"] + (
        "  - include: {file: fragments/told.yaml, with: {token: 'number ${it}'}}\n"
        "  - user: at last ${uuid()} ${it}\n    expect: {ends_with: '${it}'}\n"
    )

    live, replayed = project.play(turns, Mode.REFRESH), project.play(turns, Mode.REPLAY)

    assert (live.outcome, live.error) == (Outcome.PASSED, None)
    assert (replayed.outcome, replayed.error) == (Outcome.PASSED, None)
    assert [turn.user for turn in live.transcript.turns] == [
        turn.user for turn in replayed.transcript.turns
    ]
    assert TOKEN not in files(project.cassettes) + repr(live.transcript)


def test_secrets_of_steps_and_of_preparing_are_known_to_every_conversation(project):
    """What `open` captured as a secret, and what `prepare` was given, is hidden in replies."""
    turns = (
        "  - user: room\n    expect: {contains: 'R0om-77ab'}\n"
        "  - user: prepared\n    expect: {contains: nothing}\n"
    )

    result = project.play(turns, Mode.REFRESH)

    shown = repr(result.transcript) + repr(result.checks)
    assert result.outcome is Outcome.FAILED
    for secret in ("R0om-77ab-secret", PREPARED):
        assert secret not in shown
        assert secret not in files(project.cassettes)
    assert "you are in <redacted:room>" in shown
    assert "it began with <redacted:access_token>" in shown


def test_a_secret_is_journalled_only_as_its_mark(project):
    """Until the last turn that captures came to its end, nothing is journalled."""
    hidden = GOT % CAPTURES["path"] + "  - {user: break, expect: none}\n"
    pending = "  - {user: get, expect: none}\n  - {user: break, expect: none}\n" + (
        GOT % CAPTURES["path"]
    )

    first = project.play(hidden, Mode.REFRESH)
    journal = project.journal
    after_the_capture = journal.read_text()
    project.play(pending, Mode.REFRESH)

    assert isinstance(first.error, PlayError)
    assert TOKEN not in after_the_capture
    assert '"ticket\\": \\"<redacted:it>' in after_the_capture
    assert not journal.exists()


def test_a_turn_that_breaks_off_shows_no_secret(project):
    """What such a turn would have captured is hidden in what is shown of it."""
    turns = (
        "  - user: refuse\n    expect: none\n    capture: {it: {json: $.ticket, secret: true}}\n"
    )

    result = project.play(turns, Mode.REFRESH)

    assert result.outcome is not Outcome.PASSED
    assert TOKEN not in repr(result.transcript) + repr(result.checks)


def test_a_secret_that_is_too_short_is_refused(project):
    """Three characters stand in every text: the conversation is BROKEN, and nothing is written."""
    turns = GOT.replace("get", "short") % CAPTURES["path"]

    result = project.play(turns, Mode.REFRESH)

    assert result.error is not None
    assert result.error.code == "secret-too-short"
    assert "123" not in str(result.error)
    assert not project.cassette.exists()


@pytest.mark.parametrize(
    ("says", "source", "code"),
    [
        ("flood", "pattern", "pattern-text-too-long"),
        ("refused flood", "pattern", "pattern-text-too-long"),
        ("key", "path", "secret-too-long"),
        ("short", "path", "secret-too-short"),
    ],
    ids=["A17-text", "A17-refusal", "A17-secret", "A17-short-secret"],
)
@pytest.mark.parametrize("mode", [Mode.REFRESH, Mode.LIVE], ids=lambda mode: mode.value)
def test_a_secret_that_cannot_be_hidden_is_not_kept(project, says, source, code, mode):
    """Beyond a limit it is BROKEN: no file and no report holds what was answered."""
    refused = "    error: {status: 400}\n" if "refused" in says else "    expect: none\n"
    turns = f"  - user: {says}\n{refused}    capture: {{it: {CAPTURES[source]}}}\n"

    result = project.play(turns, mode)

    assert result.outcome is Outcome.BROKEN
    assert result.error is not None
    assert result.error.code == code
    shown = repr(result.transcript) + repr(result.checks) + str(result.error)
    for secret in (TOKEN, "Kk7-", '"123"', "la la"):
        assert secret not in shown
    assert not project.cassette.exists()
    assert not project.journal.exists()


def test_a17_a_secret_that_was_not_captured_is_not_recorded(project):
    """The bot said it in other words: FAILED, and a recording would contain it in clear."""
    turns = f"  - user: other\n    expect: none\n    capture: {{it: {CAPTURES['pattern']}}}\n"

    result = project.play(turns, Mode.REFRESH)

    assert result.outcome is Outcome.FAILED
    (note,) = result.notes
    assert note == "not recorded, because the secret 'it' was not captured and may be in it"
    assert not project.cassette.exists()
    assert not project.journal.exists()


def test_a_recording_that_was_made_before_says_so(project):
    """Where a cassette holds the value as it is, a note names what mends it; nothing shows it."""
    then = "  - user: take ${it}\n    expect: {contains: 'take ${it}'}\n"
    project.play(GOT % "{json: $.ticket}" + then, Mode.REFRESH)

    result = project.play(GOT % CAPTURES["path"] + then, Mode.REPLAY)

    assert (result.outcome, result.error) == (Outcome.PASSED, None)
    assert result.notes == (
        (
            "the recording contains the secret 'it' unredacted; harness run --mode refresh "
            "scenarios/x.yaml"
        ),
    )
    assert TOKEN not in repr(result.transcript)
