from __future__ import annotations

import json
import re

import pytest
from typer.testing import CliRunner

from harness.cli.app import app
from harness.conversation import Outcome
from harness.project.plan import Mode
from harness.transport.journal import read_leftover
from tests.recordings.desk import serving_desk

CODED = "Tk5-qZ8x-Wm2v"
PLAIN = "bluehorse"
"""A secret that looks like any other word."""
STEPS = """\
open:
  - request: {post: /open}
    capture: {room: {json: $.room, secret: true}}
send:
  - request: {post: '/talk/${room}', json: {text: '${message.text}'}}
    reply: {text: $.text}
"""
ROOM = "whiteroom"
CAPTURES = {
    "path": "{json: $.ticket, secret: true}",
    "pattern": "{matches: 'ticket is ([a-z]+)', secret: true}",
    "header": "{header: X-Ticket, secret: true}",
}
SAY = "  - {user: %s, expect: none}\n"
GET = "  - user: %s\n    expect: none\n    capture: {it: %s}\n"


class Desk:
    """Gives tickets; looks into the journal before each answer."""

    def __init__(self) -> None:
        self.journal = None
        self.seen: list[bytes] = []

    def __call__(self, visit) -> None:
        if self.journal is not None and self.journal.exists():
            self.seen.append(self.journal.read_bytes())
        path = visit.head.split(" ")[1]
        if path == "/open":
            visit.answer(json.dumps({"room": ROOM}).encode())
            return
        text = json.loads(visit.body)["text"]
        if text == "cut":
            said = f"ticket is {CODED}"
            visit.raw(f"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{said}".encode())
            visit.connection.close()
            return
        if text == "greet":
            visit.answer(b'{"text": "hello you", "ticket": "no-ticket"}')
            return
        told = {"text": f"hello, your ticket is {PLAIN}", "ticket": PLAIN}
        if text == "told":
            told["ticket"] = "no-ticket"
        visit.answer(json.dumps(told).encode(), "200 OK", f"X-Ticket: {PLAIN}")


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def record(tmp_path, desk, monkeypatch):
    """Record a scenario, and give what came of it."""
    monkeypatch.chdir(tmp_path)
    with serving_desk(tmp_path, desk, STEPS) as project:
        desk.journal = project.journal
        yield lambda turns, mode=Mode.REFRESH: project.play(turns, mode)


def journalled(desk) -> bytes:
    """All that ever stood in the journal, as far as the server saw, and what is left."""
    left = desk.journal.read_bytes() if desk.journal.exists() else b""
    return b"".join([*desk.seen, left])


CUT = SAY % "cut"


@pytest.mark.parametrize("source", CAPTURES)
def test_turns_are_journalled_once_the_last_secret_is_captured(record, desk, source):
    """At each later request, and at the break, the journal has all turns and never the secret."""
    turns = SAY % "plain" + GET % ("plain", CAPTURES[source]) + SAY % "greet" + CUT

    result = record(turns)
    left = read_leftover(desk.journal)

    assert result.error.code == "connection-broken"
    assert [row["turn"] for row in left.interactions.plain] == [1, 1, 2, 3]
    assert (left.last["turn"], left.last["body"]) == (4, f"ticket is {CODED}")
    assert "your ticket is <redacted:it>" in left.interactions.plain[1]["body"]
    assert [part.count(b'{"row": {') for part in desk.seen] == [0, 0, 0, 3, 4]
    assert PLAIN.encode() not in journalled(desk)
    assert ROOM.encode() not in journalled(desk)


@pytest.mark.parametrize("source", CAPTURES)
def test_a_break_before_the_last_secret_leaves_nothing(record, desk, source):
    """Any answer could hold the secret: there is no journal, and the next run records."""
    turns = SAY % "greet" + SAY % "%s" + GET % ("plain", CAPTURES[source])

    broken = record(turns % "cut")
    seen = journalled(desk)
    recorded = record(turns % "coded")

    assert broken.error.code == "connection-broken"
    assert "not recorded, because " in broken.notes[-1]
    assert b'{"row": {' not in seen
    assert recorded.outcome is Outcome.PASSED
    assert record(turns % "coded", Mode.REPLAY).outcome is Outcome.PASSED
    assert [one.name for one in desk.journal.parent.iterdir()] == ["x.yaml"]


def test_a_run_that_is_killed_before_the_last_secret_is_recorded_again(record, desk):
    """Its journal holds no interaction: `recover` says so, and the next run replaces it."""
    turns = SAY % "greet" + GET % ("plain", CAPTURES["path"])
    record(turns)
    desk.journal.write_bytes(desk.seen[-1])
    (desk.journal.parent / "x.yaml").unlink()

    said = CliRunner().invoke(app, ["cassettes", "recover"])
    recorded = record(turns, Mode.RECORD)

    assert said.exit_code == 1
    assert said.output.endswith(
        "cassettes/desk/.x.yaml.journal: turn 1 and turn 2 are missing; turns that may hold a"
        " secret are written after the last one is captured; harness run --mode record"
        " scenarios/x.yaml, or harness cassettes recover --discard cassettes/desk/.x.yaml.journal"
        " [journal-incomplete]\n"
    )
    assert (recorded.outcome, recorded.notes) == (Outcome.PASSED, ())
    assert [one.name for one in desk.journal.parent.iterdir()] == ["x.yaml"]


def test_a_run_that_is_killed_after_the_last_secret_is_recovered(record, desk):
    """What it left is taken up with `--broken`, and its replay breaks where the network did."""
    turns = GET % ("plain", CAPTURES["path"]) + SAY % "greet" + CUT
    record(turns)

    said = CliRunner().invoke(app, ["cassettes", "recover", "--broken"])
    replayed = record(turns, Mode.REPLAY)

    assert said.exit_code == 0, said.output
    assert replayed.outcome is Outcome.BROKEN
    assert replayed.error.code == "connection-broken"
    assert replayed.transcript.turns[1].reply.text == "hello you"


def test_a_secret_that_is_not_captured_is_never_journalled(record, desk):
    """The pattern does not match what the bot says: no later turn brings it into the journal."""
    turns = GET % ("plain", "{matches: 'number is ([a-z]+)', secret: true}")

    result = record(turns + SAY % "greet" + SAY % "greet")

    assert result.outcome is Outcome.FAILED
    assert b'{"row": {' not in journalled(desk)
    assert not desk.journal.exists()


def test_what_a_step_of_each_turn_captures_is_never_journalled(tmp_path, desk, monkeypatch):
    """An earlier answer may have said what the last one captures, so all are held to the end."""
    monkeypatch.chdir(tmp_path)
    steps = STEPS.replace(
        "    reply:", "    capture: {it: {json: $.ticket, secret: true}}\n    reply:", 1
    )
    with serving_desk(tmp_path, desk, steps) as project:
        desk.journal = project.journal
        result = project.play(SAY % "told" + SAY % "greet" + SAY % "plain", Mode.REFRESH)

    assert result.outcome is Outcome.PASSED
    assert b'{"row": {' not in journalled(desk)
    assert PLAIN not in project.cassette.read_text()


def test_a_journal_of_an_earlier_version_with_words_hidden_is_not_taken_up(record, desk):
    """It holds marks in the place of ordinary words, so the conversation is recorded again."""
    record(SAY % "greet" + CUT)
    old = desk.journal.read_text().replace('{"journal": 2', '{"journal": 1')
    old = re.sub(r', "sum": "[0-9a-f]{16}"', "", old)
    desk.journal.write_text(old.replace('{"row"', '{"unsettled": true, "row"'))

    said = CliRunner().invoke(app, ["cassettes", "recover", "--broken"])

    assert said.exit_code == 1
    assert "[journal-damaged]" in said.output


def test_what_is_captured_while_opening_holds_back_the_first_turn(record, desk):
    """After it, each interaction is journalled at once, an answer that breaks off too."""
    record(SAY % "greet" + SAY % "coded" + CUT)
    left = read_leftover(desk.journal)

    assert [part.count(b'{"row": {') for part in desk.seen] == [0, 0, 2, 3]
    assert left.last["turn"] == 3
    assert ROOM.encode() not in journalled(desk)
