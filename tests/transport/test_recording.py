from __future__ import annotations

import json
import math
import re
import signal
import subprocess
import sys
import threading
import time
from random import Random

import pytest

from harness.conversation import Origin, Request, Response
from harness.core.errors import CassetteError, TransportError
from harness.secrets.conversation_redaction import redact_request
from harness.secrets.redaction import Redactor
from harness.transport import Chunk
from harness.transport.cassette import (
    Cassette,
    CassetteHead,
    Interaction,
    Interactions,
    read_cassette,
    write_cassette,
)
from harness.transport.journal import read_journal
from harness.transport.live import LiveLimits
from harness.transport.recording import RecordingTransport
from harness.transport.replay import ReplayTransport
from tests.system_limits import as_an_ordinary_user

RANDOM = Random(1)  # noqa: S311  jitter guards nothing
HEAD = CassetteHead(scenario="x", recorded_at="2026-01-02T03:04:05+00:00", version="0.1.0")
SECRET = "sk-topsecret/1234"


def files(folder) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cassettes" / "x.yaml"


@pytest.fixture
def record(path):
    """A recording wire, closed at the end."""
    made = []

    def make(wire, redactor=None, **options) -> RecordingTransport:
        recording = RecordingTransport(
            wire, path, redactor or Redactor({"token": SECRET}), display="x.yaml", **options
        )
        made.append(recording)
        return recording

    yield make
    for one in made:
        one.close()


def chatty(visit):
    """A reply, a stream, and a busy server before the third."""
    if visit.number == 1:
        visit.answer(
            b'{"reply": "caf\xc3\xa9"}',
            "200 OK",
            "Content-Type: application/json",
            "Set-Cookie: a=1; Path=/",
            "set-cookie: b=2",
            "X-Internal: noise",
            "X-Checked: caf\xe9",
        )
    elif visit.number == 2:
        visit.raw(b"HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n")
        for part in (b"data: caf\xc3", b"\xa9\n\n", b"data: end\n\n"):
            visit.raw(b"%x\r\n%s\r\n" % (len(part), part))
            time.sleep(0.01)
        visit.raw(b"0\r\n\r\n")
    elif visit.number == 3:
        visit.answer(b"", "429 Too Many Requests")
    else:
        visit.answer(b"\xff\xfe\x00")


def requests(server) -> list[Request]:
    def one(turn, **more):
        origin = Origin(turn=turn, step="send.1", message=f"m{turn}")
        return Request(method="POST", url=f"{server.url}/chat", origin=origin, **more)

    return [one(1, body=b'{"text": "hi"}'), one(2, is_stream=True), one(3)]


def play(wire, conversation):
    heard = []
    for request in conversation:
        answer = wire.send(request)
        kept = ("content-type", "set-cookie", "x-checked")
        headers = tuple(pair for pair in answer.headers if pair[0].lower() in kept)
        chunks = list(answer.chunks)
        times = (answer.started, chunks[-1].at)
        bodies = [chunk.content for chunk in chunks]
        # The replay of an answer that is no stream gives its body in one piece.
        pieces = bodies if request.is_stream else [b"".join(bodies), b""]
        heard.append((answer.status, answer.reason, headers, answer.attempts, pieces, times))
    return heard


def test_a_replay_is_what_was_recorded(serve, connect, record, path):
    """Status, reason, headers, bytes, chunks, times and attempts are the same on replay."""
    server = serve(chatty)
    live = connect(server, sleep=lambda _: None, random=RANDOM, limits=LiveLimits())
    wire = record(live, keep_headers=["X-Checked"])

    heard = play(wire, requests(server))
    written = wire.finish(HEAD)
    cassette = read_cassette(path, "x.yaml")
    replayed = play(replay := ReplayTransport(cassette), requests(server))

    assert cassette == written
    assert [one[:2] + one[3:] for one in replayed] == [one[:2] + one[3:] for one in heard]
    assert replayed[0][2] == (
        ("Content-Type", "application/json"),
        ("Set-Cookie", "a=<redacted:set-cookie>; Path=/"),
        ("set-cookie", "b=<redacted:set-cookie>"),
        ("X-Checked", "café"),
    )
    assert [one.status for one in heard[2][3]] == [429]
    assert replay.unused() == ()
    assert files(path.parent) == ["x.yaml"]


def test_chunks_are_handed_on_at_once(serve, connect, record):
    """A stream is not held back until it ends."""
    go_on = threading.Event()

    def script(visit):
        visit.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
        go_on.wait(5)
        visit.raw(b"0\r\n\r\n")

    server = serve(script)
    chunks = record(connect(server)).send(requests(server)[1]).chunks
    first = next(chunks).content
    go_on.set()

    assert first == b"one"
    assert [chunk.content for chunk in chunks] == [b""]


def leaky(visit):
    """Gives the secret back in every way."""
    visit.raw(
        b"HTTP/1.1 200 sk-topsecret/1234\r\nTransfer-Encoding: chunked\r\n"
        b"Location: /x?q=sk-topsecret%2F1234\r\nSet-Cookie: s=sk-topsecret/1234\r\n"
        b"Content-Type: text/sk-topsecret/1234\r\n\r\n"
    )
    for part in (b'data: {"key": "sk-top', b'secret\\/1234"}\n\n', b"c2stdG9wc2VjcmV0LzEyMzQ=\n\n"):
        visit.raw(b"%x\r\n%s\r\n" % (len(part), part))
        time.sleep(0.01)
    visit.raw(b"0\r\n\r\n")


def test_no_secret_is_stored(serve, connect, record, path):
    """A secret in URL, query, header, cookie, form, body, base64, or split over two chunks goes."""
    server = serve(leaky)
    wire = record(connect(server))
    origin = Origin(turn=1, step="send.1", message="m")
    request = Request(
        method="POST",
        url=f"{server.url}/bot{SECRET}/x?token=xyz&q=sk-topsecret%2F1234",
        headers=(("Authorization", f"Token {SECRET}"), ("Content-Type", f"a/{SECRET}")),
        body=f"password=hunter2&x={SECRET}".encode(),
        origin=origin,
        is_stream=True,
    )

    heard = b"".join(chunk.content for chunk in wire.send(request).chunks)
    journal = (path.parent / ".x.yaml.journal").read_text()
    wire.finish(HEAD)
    text = path.read_text()

    assert b"secret" in heard
    for leak in ("topsecret", "c2stdG9", "hunter2", "xyz"):
        assert leak not in text
        assert leak not in journal
    replayed = ReplayTransport(read_cassette(path)).send(redact_request(request, wire.redactor))
    assert b"".join(chunk.content for chunk in replayed.chunks) == (
        b'data: {"key": "<redacted:token>"}\n\n<redacted:token>=\n\n'
    )


def test_a_token_captured_later_is_taken_out(serve, connect, record, path):
    """What became secret during the conversation goes from all interactions."""
    server = serve(lambda visit: visit.answer(b'{"state": "captured-value"}'))
    wire = record(connect(server))
    play(wire, requests(server)[:1])
    wire.know({"captured-value": "state"})

    wire.finish(HEAD)

    assert "captured-value" not in path.read_text()
    assert "<redacted:state>" in path.read_text()


def test_the_journal_is_written_anew_for_a_secret(serve, connect, record, path):
    """What stood in the journal before a value was known as a secret, stands there no more."""
    server = serve(lambda visit: visit.answer(b'{"state": "captured-value"}'))
    wire = record(connect(server))
    journal = path.parent / ".x.yaml.journal"
    wire.write_head(HEAD)
    play(wire, requests(server)[:1])
    before = journal.read_text()

    wire.know({"captured-value": "state"})
    play(wire, requests(server)[1:2])

    assert "captured-value" in before
    assert "captured-value" not in journal.read_text()
    assert len(read_journal(path).interactions) == 2
    assert read_journal(path).head == HEAD
    assert [one.name for one in path.parent.iterdir() if one.suffix == ".tmp"] == []


def test_what_is_held_back_is_not_in_the_journal(serve, connect, record, path):
    """Held back, an interaction stands in memory only; released, it is as it may be kept."""
    server = serve(lambda visit: visit.answer(b'{"state": "captured-value"}'))
    wire = record(connect(server), held_until=2)
    journal = path.parent / ".x.yaml.journal"
    play(wire, requests(server)[:1])
    wire.end_turn(1)
    held = read_journal(path)

    wire.know({"captured-value": "state"})
    wire.end_turn(2)
    released = journal.read_text()
    wire.finish(HEAD)

    assert held.is_empty
    assert "<redacted:state>" in released
    assert "captured-value" not in released + path.read_text()
    assert "<redacted:state>" in path.read_text()


def test_each_turn_may_be_held_back(serve, connect, record, path):
    """Of a provider that may name a secret at any time, a turn is journalled when it ended."""
    server = serve(lambda visit: visit.answer(b'{"state": "captured-value"}'))
    wire = record(connect(server), holds_turns=True)
    counts = []
    for number in (1, 2):
        play(wire, requests(server)[number - 1 : number])
        counts.append(len(read_journal(path).interactions))
        wire.end_turn(number)
        counts.append(len(read_journal(path).interactions))

    assert counts == [0, 1, 1, 2]


def test_what_was_held_back_to_the_end_survives_a_full_disk(serve, connect, record, path):
    """All secrets are known by then: the journal holds what the cassette would have held."""
    server = serve(lambda visit: visit.answer(b'{"state": "captured-value"}'))
    wire = record(connect(server), held_until=math.inf)
    wire.write_head(HEAD)
    play(wire, requests(server)[:1])
    wire.know({"captured-value": "state"})
    path.mkdir()

    with pytest.raises(CassetteError, match="is a folder"):
        wire.finish(HEAD)
    wire.close()

    left = read_journal(path)
    assert [row["body"] for row in left.interactions.plain] == ['{"state": "<redacted:state>"}']


def test_a_secret_that_got_through_stops_the_write(serve, connect, record, path):
    """Where the redaction misses a form of the secret, the scan refuses the file."""
    server = serve(lambda visit: visit.answer(b"\\u0073k-topsecret/1234 sk%2dtopsecret/1234"))
    path.parent.mkdir()
    path.write_text("old")
    wire = record(connect(server))
    play(wire, requests(server)[:1])

    with pytest.raises(CassetteError) as caught:
        wire.finish(HEAD)

    assert str(caught.value) == (
        "x.yaml would contain the secret 'token'; nothing was written [secret-in-cassette]"
    )
    assert path.read_text() == "old"


def test_one_writer_at_a_time(serve, connect, record, path):
    """A second recording of the same cassette is refused before its first request."""
    server = serve(lambda visit: visit.answer())
    first = record(connect(server))

    with pytest.raises(CassetteError) as caught:
        record(connect(server))

    assert str(caught.value) == (
        "x.yaml is being recorded by this process; only one run can record it at a time "
        "[cassette-locked]"
    )
    assert server.heads == []
    first.discard()
    record(connect(server)).discard()
    assert files(path.parent) == []


KILLED = """
import sys, time
from pathlib import Path
from harness.conversation import Origin, Request
from harness.transport.live import LiveTransport
from harness.transport.recording import RecordingTransport
from harness.secrets.redaction import Redactor
url, path = sys.argv[1:]
live = LiveTransport(hosts=frozenset({url.removeprefix("http://")}))
wire = RecordingTransport(live, Path(path), Redactor(), display=path)
for turn in (1, 2):
    origin = Origin(turn=turn, step="send.1", message="m")
    list(wire.send(Request(method="GET", url=url, origin=origin)).chunks)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def other_process(serve, path):
    """A process that recorded two interactions and still holds the cassette."""
    server = serve(lambda visit: visit.answer(b"hello"))
    command = [sys.executable, "-c", KILLED, server.url, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def test_another_process_is_named(connect, record, other_process):
    """The lock holds between processes, and the message names the owner."""
    with pytest.raises(CassetteError) as caught:
        record(connect("a:80"))

    assert f"x.yaml is being recorded by process {other_process.pid};" in str(caught.value)


def test_a_killed_run_leaves_its_journal(connect, record, path, other_process):
    """After SIGKILL the old cassette is as it was, and the journal holds what was heard."""
    path.write_text("old")
    other_process.send_signal(signal.SIGKILL)
    other_process.wait(5)

    leftover = read_journal(path)

    assert leftover is not None
    assert [one.response.body for one in leftover.interactions] == [b"hello", b"hello"]
    assert re.fullmatch(
        r"x\.yaml contains 2 interactions of an interrupted recording \(\S+\)",
        leftover.named("x.yaml"),
    )
    assert path.read_text() == "old"
    assert record(connect("a:80")).leftover == leftover
    assert ".x.yaml.journal.old" in files(path.parent)


def test_a_half_written_line_is_left_out(path):
    """A journal that was cut inside a line gives what stands before."""
    path.parent.mkdir()
    journal = path.parent / ".x.yaml.journal"
    journal.write_text('{"journal": 1, "process": 1, "recorded_at": "now"}\n{"row": {"tu')

    leftover = read_journal(path)

    assert leftover is not None
    assert len(leftover.interactions) == 0


def test_an_answer_that_breaks_off_is_in_the_journal(serve, connect, record, path):
    """What arrived before the connection broke is kept, with the reason."""

    def break_and_close(visit):
        visit.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\npart")

    server = serve(break_and_close)
    wire = record(connect(server))

    with pytest.raises(TransportError):
        play(wire, requests(server)[:1])
    wire.close()
    (line,) = (path.parent / ".x.yaml.journal").read_text().splitlines()[1:]
    leftover = read_journal(path)

    assert json.loads(line)["row"]["body"] == "part"
    assert "closed the connection in the middle" in json.loads(line)["broken"]
    assert leftover is not None
    assert len(leftover.broken) == 1
    assert not path.exists()


def test_a_stream_that_is_left_early_is_kept(serve, connect, record, path):
    """A reader that closes a stream at its terminal event records what it read."""

    def script(visit):
        visit.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
        visit.wait()

    server = serve(script)
    wire = record(connect(server))
    chunks = wire.send(requests(server)[1]).chunks
    next(chunks)
    chunks.close()

    cassette = wire.finish(HEAD)

    assert [one.response.body for one in cassette.interactions] == [b"one"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: path.mkdir(parents=True), "x.yaml is a folder; move the folder away"),
        (
            lambda path: (path.parent.mkdir(), path.symlink_to("/dev/null")),
            "x.yaml is a link, which a recording would replace; remove the link",
        ),
        (
            lambda path: path.parent.write_text("no folder"),
            (
                "the folder of x.yaml cannot be created: File exists; "
                "make sure that the user who runs this may write there"
            ),
        ),
    ],
    ids=["folder", "link", "no folder"],
)
def test_the_target_is_checked_first(serve, connect, record, path, make, message):
    """A place that cannot be written to is found before the first request, which may cost money."""
    server = serve(lambda visit: visit.answer())
    make(path)

    with pytest.raises(CassetteError) as caught:
        record(connect(server))

    assert str(caught.value) == f"{message} [cassette-target]"
    assert server.heads == []


def test_a_folder_without_permission(connect, record, path):
    """A folder that is not writable is named."""
    path.parent.mkdir(mode=0o500)

    with pytest.raises(CassetteError, match="is not writable"):
        as_an_ordinary_user(lambda: record(connect("a:80")))


def test_discarding_leaves_the_old_cassette(serve, connect, record, path):
    """A conversation that was not whole changes nothing."""
    old = Cassette(path="x.yaml", head=HEAD)
    write_cassette(path, old)
    server = serve(lambda visit: visit.answer())
    wire = record(connect(server))
    play(wire, requests(server)[:1])

    wire.discard()

    assert read_cassette(path, "x.yaml") == old
    assert files(path.parent) == ["x.yaml"]


def test_an_untimed_answer_stays_untimed(record):
    """Recording a replay without times invents none."""
    origin = Origin(turn=1, step="send.1", message="m")
    request = Request(method="GET", url="http://x/", origin=origin)
    one = Interaction(request=request, response=Response(status=200, body=b"a"))
    wire = record(ReplayTransport(Cassette(interactions=Interactions.of([one]))))

    assert list(wire.send(request).chunks) == [Chunk(0.0, b"a")]
    assert wire.finish(HEAD).interactions[0].response.seconds is None
