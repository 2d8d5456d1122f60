from __future__ import annotations

import threading

import pytest

from harness.conversation import Origin, Request
from harness.core.errors import TransportError
from harness.secrets.redaction import Redactor
from harness.transport.cassette import CassetteHead, read_cassette
from harness.transport.journal import read_journal
from harness.transport.live import LiveLimits
from harness.transport.recording import RecordingTransport
from harness.transport.replay import ReplayTransport

HEAD = CassetteHead(scenario="x", version="0.1.0")
START = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
EVENT = b"data: tick\n\n"


def part(content: bytes) -> bytes:
    """A chunk of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(content), content)


def stream(server) -> Request:
    """A request for a stream."""
    origin = Origin(turn=1, step="send.1", message="m")
    return Request(method="POST", url=f"{server.url}/talk", origin=origin, is_stream=True)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.yaml"


@pytest.fixture
def record(connect, path):
    """A recording wire to a server, closed at the end."""
    made = []

    def make(server, **options) -> RecordingTransport:
        wire = RecordingTransport(connect(server, **options), path, Redactor(), display="x.yaml")
        made.append(wire)
        return wire

    yield make
    for one in made:
        one.close()


def test_a_slow_streams_events_reach_the_reader_one_by_one(serve, record, path):
    """The server sends an event only when the reader has the one before, recorded all the same."""
    is_read = threading.Semaphore(0)

    def script(visit):
        visit.raw(START)
        for number in range(5):
            visit.raw(part(b"data: %d\n\n" % number))
            if not is_read.acquire(timeout=5):
                return
        visit.raw(part(b""))

    server = serve(script)
    wire = record(server)
    heard = []
    for chunk in wire.send(stream(server)).chunks:
        heard.append(chunk.content)
        is_read.release()
    wire.finish(HEAD)
    replayed = ReplayTransport(read_cassette(path)).send(stream(server)).chunks

    assert heard == [*(b"data: %d\n\n" % number for number in range(5)), b""]
    assert [chunk.content for chunk in replayed] == heard


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        pytest.param(LiveLimits(body=4096, attempts=1), "too-large", id="by its size"),
        pytest.param(LiveLimits(total=0.3, attempts=1), "total-timeout", id="by its time"),
    ],
)
def test_an_endless_stream_ends_at_its_limit(serve, record, path, limits, code):
    """A stream without an end is cut at the limit, and what came until then is in the journal."""
    ended = threading.Event()

    def script(visit):
        visit.raw(START)
        while not ended.wait(0.001):
            visit.raw(part(EVENT))

    server = serve(script)
    wire = record(server, limits=limits)
    heard = []
    with pytest.raises(TransportError) as caught:
        heard.extend(chunk.content for chunk in wire.send(stream(server)).chunks)
    ended.set()
    wire.close()
    leftover = read_journal(path)

    assert caught.value.code == code
    assert leftover is not None
    assert code in leftover.broken[0]
    assert (path.parent / ".x.yaml.journal").read_text().count("tick") >= 1
    assert not path.exists()


def test_a_broken_stream_is_kept_up_to_the_break(serve, record, path):
    """What the reader got before the connection broke stands in the journal, with the reason."""

    def break_and_close(visit):
        visit.raw(START + part(b"data: one\n\n") + part(b"data: two\n\n"))

    server = serve(break_and_close)
    wire = record(server)
    heard = []
    with pytest.raises(TransportError):
        heard.extend(chunk.content for chunk in wire.send(stream(server)).chunks)
    journal = read_journal(path)
    text = (path.parent / ".x.yaml.journal").read_text()

    assert journal is not None
    assert "in the middle" in journal.broken[0]
    assert r"data: one\n\ndata: two\n\n" in text
    assert not path.exists()
