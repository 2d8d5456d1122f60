from __future__ import annotations

import gzip
import threading
import zlib
from random import Random

import pytest

from harness.conversation import Attempt, Exchange
from harness.core.errors import TransportError
from harness.secrets.redaction import Redactor
from harness.transport.live import LiveLimits
from harness.transport.response_body import response_from_chunks

RANDOM = Random(1)  # noqa: S311  jitter guards nothing


def body(answer) -> bytes:
    return b"".join(chunk.content for chunk in answer.chunks)


def test_headers_travel_as_they_were_sent(serve, connect, ask):
    """Duplicate headers, their case, Latin-1 values and an empty reason phrase are kept."""
    server = serve(lambda visit: visit.answer(b"{}", "200 ", "X-A: 1", "x-a: caf\xe9", "X-A: 1"))

    answer = connect(server).send(ask(server.url))

    assert answer.reason == ""
    assert answer.headers == (
        ("Content-Length", "2"),
        ("X-A", "1"),
        ("x-a", "café"),
        ("X-A", "1"),
    )


def test_a_request_is_sent_as_it_is(serve, connect, ask):
    """Method, query, duplicate headers and body reach the server; nothing secret is added."""
    seen = []
    server = serve(lambda visit: (seen.append((visit.head, visit.body)), visit.answer()))
    request = ask(
        f"{server.url}/a%20b?q=1&q=2", "POST", b'{"a": 1}', (("X-T", "caf\xe9"), ("X-T", "2"))
    )

    connect(server).send(request)

    head, content = seen[0]
    assert content == b'{"a": 1}'
    assert head.split("\r\n")[:1] == ["POST /a%20b?q=1&q=2 HTTP/1.1"]
    assert "X-T: caf\xe9\r\nX-T: 2" in head
    assert "Accept-Encoding: gzip, deflate" in head.replace("accept-encoding", "Accept-Encoding")


def test_times_are_microseconds(serve, connect, ask):
    """Every time is rounded to microseconds, so that a recording holds the same number."""
    server = serve(lambda visit: visit.answer(b"hello"))

    answer = connect(server).send(ask(server.url, "POST"))
    chunks = list(answer.chunks)

    assert [chunk.content for chunk in chunks] == [b"hello", b""]
    assert all(round(chunk.at, 6) == chunk.at for chunk in chunks)
    assert round(answer.started, 6) == answer.started
    assert 0 < chunks[0].at <= chunks[1].at


def test_a_stream_is_handed_on_as_it_comes(serve, connect, ask):
    """The first chunk is there before the server has sent the second one."""
    go_on = threading.Event()

    def script(visit):
        visit.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
        go_on.wait(5)
        visit.raw(b"3\r\ntwo\r\n0\r\n\r\n")

    server = serve(script)
    answer = connect(server).send(ask(server.url, "POST", is_stream=True))
    first = next(answer.chunks).content
    go_on.set()

    assert (first, body(answer)) == (b"one", b"two")


def test_a_connection_is_kept_and_cookies_are_sent_back(serve, connect, ask):
    """A wire keeps what the server sets as cookies, for its own conversation only."""
    server = serve(lambda visit: visit.answer(b"", "200 OK", "Set-Cookie: a=b"))
    wire, other = connect(server), connect(server)

    for each in (wire, wire, other):
        body(each.send(ask(server.url)))

    assert ["a=b" in head for head in server.heads] == [False, True, False]


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [
        pytest.param("gzip", gzip.compress(b"hello"), id="gzip"),
        pytest.param("GZip", gzip.compress(b"he") + gzip.compress(b"llo"), id="two gzip members"),
        pytest.param("deflate", zlib.compress(b"hello"), id="deflate"),
        pytest.param("deflate", zlib.compress(b"hello", wbits=-15), id="raw deflate"),
        pytest.param("gzip, gzip", gzip.compress(gzip.compress(b"hello")), id="gzip twice, said"),
        pytest.param("identity", b"hello", id="identity"),
        pytest.param("", b"hello", id="empty"),
    ],
)
def test_encodings_are_undone(serve, connect, ask, encoding, sent):
    """The body is decoded as its header says."""
    server = serve(lambda visit: visit.answer(sent, "200 OK", f"Content-Encoding: {encoding}"))

    answer = connect(server).send(ask(server.url))

    assert body(answer) == b"hello"


def test_gzip_twice_but_named_once_is_decoded_once(serve, connect, ask):
    """Nothing is guessed beyond what the header says."""
    inner = gzip.compress(b"hello")
    server = serve(
        lambda visit: visit.answer(gzip.compress(inner), "200 OK", "Content-Encoding: gzip")
    )

    answer = connect(server).send(ask(server.url))

    assert body(answer) == inner


def test_an_unread_answer_does_not_stand_in_the_way(serve, connect, ask):
    """The next request may be sent before the last answer was read."""
    server = serve(lambda visit: visit.answer(str(visit.number).encode()))
    wire = connect(server)
    wire.send(ask(server.url, "POST"))

    second = wire.send(ask(server.url, "POST"))

    assert body(second) == b"2"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_busy_server_is_asked_again(serve, connect, ask, method):
    """After 429 and 503 the request is repeated, and every attempt is told."""

    def script(visit):
        busy = ["429 Too Many Requests", "503 Service Unavailable"]
        if visit.number <= 2:
            visit.answer(b"", busy[visit.number - 1], "Retry-After: 7")
        else:
            visit.answer(b"good")

    server = serve(script)
    slept = []
    wire = connect(server, sleep=slept.append, limits=LiveLimits())

    answer = wire.send(ask(server.url, method))

    assert body(answer) == b"good"
    assert slept == [7.0, 7.0]
    assert answer.attempts == (
        Attempt(status=429, reason="429 Too Many Requests", waited=7.0),
        Attempt(status=503, reason="503 Service Unavailable", waited=7.0),
    )


def test_a_server_that_stays_busy_is_believed(serve, connect, ask):
    """After the last attempt its answer is handed on, for a scenario may expect it."""
    server = serve(lambda visit: visit.answer(b"busy", "429 Too Many Requests"))
    slept = []
    wire = connect(server, sleep=slept.append, random=RANDOM, limits=LiveLimits(attempts=3))

    answer = wire.send(ask(server.url, "POST"))

    assert (answer.status, body(answer)) == (429, b"busy")
    assert tuple(one.waited for one in answer.attempts) == tuple(slept)
    assert len(server.heads) == 3


def test_a_wait_beyond_the_total_limit_is_not_begun(serve, connect, ask):
    """Where Retry-After lies behind the total limit, the answer is handed on at once."""
    server = serve(lambda visit: visit.answer(b"", "503 Busy", "Retry-After: 20"))
    wire = connect(server, limits=LiveLimits(total=5))

    answer = wire.send(ask(server.url))

    assert answer.status == 503
    assert len(server.heads) == 1


def test_b8_what_is_done_with_a_chunk_is_not_the_servers_time(serve, connect, ask):
    """Chunks have the time at which they came, however long each is worked on."""
    now = [100.0]
    server = serve(lambda visit: visit.answer(b"x" * 20_000))
    wire = connect(server, clock=lambda: now[0], limits=LiveLimits())
    times = []

    for chunk in wire.send(ask(server.url)).chunks:
        times.append(chunk.at)
        if chunk.content and len(times) == 1:
            continue
        now[0] += 7

    # The rest may come in further reads; behind the last one nothing is waited for.
    assert times[0] == 0.0
    assert times[-1] == times[-2]


def test_b8_undoing_compression_is_not_the_servers_time(serve, connect, ask):
    """All pieces of what came at once have one time."""
    now = [100.0]
    body = gzip.compress(bytes(2 * 1024 * 1024))
    server = serve(lambda visit: visit.answer(body, "200 OK", "Content-Encoding: gzip"))
    wire = connect(server, clock=lambda: now[0], limits=LiveLimits())
    times = []

    for chunk in wire.send(ask(server.url, "POST")).chunks:
        times.append(chunk.at)
        now[0] += 3

    assert len(times) > 4
    assert set(times) == {0.0}


@pytest.mark.parametrize(("seconds", "asked"), [(30, 3), (31, 1), (3600, 1)])
def test_d8_a_wait_beyond_the_longest_is_not_begun(serve, connect, ask, seconds, asked):
    """Where the server asks for more than 30 seconds, its answer is handed on at once."""
    server = serve(lambda visit: visit.answer(b"", "429 Busy", f"Retry-After: {seconds}"))
    wire = connect(server, sleep=lambda _: None, limits=LiveLimits())

    answer = wire.send(ask(server.url))

    assert answer.status == 429
    assert len(server.heads) == asked


@pytest.mark.parametrize(("accepted", "asked"), [({429}, 1), ({503}, 3), (set(), 3)])
def test_d8_what_the_scenario_expects_is_not_asked_again(serve, connect, ask, accepted, asked):
    """A busy server's answer that a scenario expects is taken the first time."""
    server = serve(lambda visit: visit.answer(b"", "429 Busy"))
    wire = connect(server, sleep=lambda _: None, limits=LiveLimits())

    wire.send(ask(server.url, accepted=frozenset(accepted)))

    assert len(server.heads) == asked


@pytest.mark.parametrize(
    ("method", "options", "asked"),
    [
        pytest.param("GET", {}, 3, id="GET is repeated"),
        pytest.param("POST", {}, 1, id="POST is not"),
        pytest.param("POST", {"is_repeatable": True}, 3, id="a repeatable POST is"),
    ],
)
def test_a_lost_request_is_repeated_only_where_that_is_safe(
    serve, connect, ask, method, options, asked
):
    """What the server may have acted on is sent again only where the definition says so."""

    def hang_up_and_close(visit):
        visit.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart")

    server = serve(hang_up_and_close)
    wire = connect(server, sleep=lambda _: None, limits=LiveLimits())

    with pytest.raises(TransportError, match="closed the connection") as caught:
        body(wire.send(ask(server.url, method, **options)))

    assert len(server.heads) == asked
    assert len(caught.value.details) == asked - 1


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [
        ("301", "POST", "GET"),
        ("302", "POST", "GET"),
        ("303", "PUT", "GET"),
        ("307", "POST", "POST"),
        ("308", "POST", "POST"),
    ],
)
def test_redirects_are_followed(serve, connect, ask, status, method, then):
    """A redirect on the same host is followed with the method that RFC 9110 names."""
    seen = []

    def script(visit):
        seen.append((visit.head.split(" ")[0], visit.body))
        if visit.number == 1:
            visit.answer(b"", f"{status} Moved", "Location: /there?x=1")
        else:
            visit.answer(b"here")

    server = serve(script)
    headers = (("Authorization", "Token s3cret"),)

    answer = connect(server).send(ask(server.url, method, b"{}", headers))

    assert body(answer) == b"here"
    assert seen == [(method, b"{}"), (then, b"{}" if then == "POST" else b"")]
    assert "/there?x=1" in server.heads[1]
    assert "s3cret" in server.heads[1]


def test_secrets_do_not_go_to_another_origin(serve, connect, ask):
    """A redirect to another host of the provider is followed without its secret headers."""
    other = serve(lambda visit: visit.answer(b"there"))
    server = serve(lambda visit: visit.answer(b"", "307 Moved", f"Location: {other.url}/x"))
    wire = connect(server, other, secret_headers=frozenset({"X-Key"}))
    headers = (("X-Key", "s3cret"), ("Authorization", "s3cret"), ("X-Plain", "kept"))

    answer = wire.send(ask(server.url, headers=headers))

    assert body(answer) == b"there"
    assert "s3cret" not in other.heads[0]
    assert "kept" in other.heads[0]


def test_what_an_interrupted_answer_set_is_known(serve, connect, ask):
    """A cookie of an answer that was interrupted and asked for again is a credential too."""

    def script_and_close(visit):
        if visit.number == 1:
            head = "HTTP/1.1 200 OK\r\nSet-Cookie: sid=cookieRot-3333cccc\r\nContent-Length: 9"
            visit.raw(f"{head}\r\n\r\npart".encode())
        else:
            visit.answer(b"you sent cookieRot-3333cccc")

    server = serve(script_and_close)
    request = ask(f"{server.url}/in")
    answer = connect(server, limits=LiveLimits(attempts=2)).send(request)
    response = response_from_chunks(answer, list(answer.chunks))

    redactor = Redactor().learning(Exchange(request=request, response=response))

    assert redactor.body(response.body) == b"you sent <redacted:set-cookie>"


@pytest.mark.parametrize("then", ["302 Found", "503 Busy"])
def test_b1_what_passed_before_the_answer_is_known(serve, connect, ask, then):
    """A cookie of a redirect or of a repeated attempt is a credential, though nobody reads it."""

    def script(visit):
        if visit.number == 1:
            headers = ("Set-Cookie: sid=cookieRot-3333cccc", "Location: /x", "Retry-After: 0")
            visit.answer(b"", then, *headers)
        else:
            visit.answer(b"you sent cookieRot-3333cccc")

    server = serve(script)
    request = ask(f"{server.url}/in")
    answer = connect(server, limits=LiveLimits(attempts=2)).send(request)
    response = response_from_chunks(answer, list(answer.chunks))

    redactor = Redactor().learning(Exchange(request=request, response=response))

    assert redactor.body(response.body) == b"you sent <redacted:set-cookie>"
