from __future__ import annotations

import json

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
  - when: ${'stream' not in message.metadata}
    request: {post: '/talk/${room}', json: {text: '${message.text}'}}
    reply: {text: $.text}
  - when: ${'stream' in message.metadata}
    stream: {post: '/stream/${room}', json: {text: '${message.text}'}}
    framing: sse
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
CUTS = {
    "in the value": f'{{"text": "ticket is {PLAIN}", "ticket": "{PLAIN}',
    "behind the value": f'{{"text": "ticket is {PLAIN}", "ticket": "{PLAIN}"',
    "in the next key": f'{{"ticket": "{PLAIN}", "te',
    "before the next value": f'{{"ticket": "{PLAIN}", "text":',
    "behind a comma": f'{{"ticket": "{PLAIN}",',
    "in an escape": f'{{"ticket": "{PLAIN}", "text": "\\',
}


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
        if path.startswith("/stream"):
            visit.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            event = f"data: ticket is {PLAIN}\n\n".encode()
            visit.raw(b"%x\r\n%s\r\n" % (len(event), event))
            visit.connection.close()
        elif text.startswith("cut "):
            visit.raw(f"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{CUTS[text[4:]]}".encode())
            visit.connection.close()
        else:
            ticket = CODED if text == "coded" else PLAIN
            told = f"hello, your ticket is {ticket}" if text != "greet" else "hello you"
            said = {"text": told, "ticket": ticket if text != "greet" else ""}
            header = f"X-Ticket: {ticket}" if text != "greet" else "X-Other: 1"
            visit.answer(json.dumps(said).encode(), "200 OK", header)


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


@pytest.mark.parametrize("cut", CUTS)
def test_an_answer_that_breaks_off_is_journalled_without_what_it_would_give(record, desk, cut):
    """However the answer is cut, what stands at the capture's path never reaches the disk."""
    turns = SAY % "greet" + GET % (f"cut {cut}", CAPTURES["path"])

    result = record(turns)
    left = read_leftover(desk.journal)

    assert result.error.code == "connection-broken"
    assert [row["step"] for row in left.interactions.rows] == ["open.1", "send.1"]
    assert "hello you" in left.interactions.rows[1]["body"]
    assert left.last is not None
    assert "<redacted:it>" in left.last["body"]
    assert PLAIN.encode() not in journalled(desk)
    assert ROOM.encode() not in journalled(desk)


@pytest.mark.parametrize("source", CAPTURES)
def test_what_is_heard_is_journalled_at_once_without_the_secret(record, desk, source):
    """At each later request, and at the break, the journal has all turns and never the secret."""
    told = GET % ("plain", CAPTURES[source])
    turns = told + SAY % "greet" + GET % ("cut in the value", CAPTURES["path"])

    record(turns)
    left = read_leftover(desk.journal)

    assert [row["turn"] for row in left.interactions.rows] == [1, 1, 2]
    assert left.last["turn"] == 3
    assert PLAIN.encode() not in journalled(desk)
    assert len(desk.seen) == 4


def test_what_was_told_before_it_is_captured_is_hidden_by_its_shape(record, desk):
    """A token in a turn before the capturing one is hidden, and the words around it are not."""
    turns = SAY % "coded" + SAY % "greet" + GET % ("cut behind the value", CAPTURES["path"])

    record(turns)
    left = read_leftover(desk.journal)

    assert CODED.encode() not in journalled(desk)
    assert "hello, your ticket is <redacted:unsettled-" in left.interactions.rows[1]["body"]


def test_a_stream_that_breaks_off_is_hidden_too(record, desk):
    """The events of a cut stream are searched by the capture's pattern."""
    turns = GET % ("{text: hi, metadata: {stream: 1}}", CAPTURES["pattern"])

    record(turns)
    left = read_leftover(desk.journal)

    assert left.last["body"] == "data: ticket is <redacted:it>\n\n"
    assert PLAIN.encode() not in journalled(desk)


def test_what_was_kept_is_taken_up_and_breaks_again(record, desk):
    """`recover --broken` makes a cassette of it, whose replay breaks where the network did."""
    turns = SAY % "greet" + GET % ("cut behind the value", CAPTURES["path"])
    record(turns)

    said = CliRunner().invoke(app, ["cassettes", "recover", "--broken"])
    replayed = record(turns, Mode.REPLAY)

    assert said.exit_code == 0, said.output
    assert replayed.outcome is Outcome.BROKEN
    assert replayed.error.code == "connection-broken"
    assert replayed.transcript.turns[0].reply.text == "hello you"


def test_what_was_settled_is_as_it_was(record, desk):
    """Once the last capture came, nothing is hidden but the secrets; the cassette is the same."""
    turns = SAY % "coded" + GET % ("coded", CAPTURES["path"])

    result = record(turns)
    text = (desk.journal.parent / "x.yaml").read_text()

    assert result.outcome is Outcome.PASSED
    assert "unsettled" not in text
    assert text.count("<redacted:it>") == 4
    assert record(turns, Mode.REPLAY).outcome is Outcome.PASSED
    assert not desk.journal.exists()
