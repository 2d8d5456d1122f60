from __future__ import annotations

import logging
import re
import ssl
import threading
from collections.abc import Callable, Iterator

import pytest
import trustme

from harness.core.errors import LostOnTheWay, TransportError
from harness.transport.live import LiveLimits
from harness.transport.network import Network, parse_proxy
from tests.transport.http2_server import Http2Server
from tests.transport.relays import HttpProxy


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def context(authority) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(made)
    return made


@pytest.fixture
def network(authority, tmp_path) -> Network:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return Network(ca=tmp_path / "ca.pem", http2=True)


@pytest.fixture
def serve_http2(context) -> Iterator[Callable[..., Http2Server]]:
    started: list[Http2Server] = []

    def start(script) -> Http2Server:
        server = Http2Server(script, context)
        server.start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


def read(wire, request) -> bytes:
    return b"".join(chunk.content for chunk in wire.send(request).chunks)


def failure(wire, request) -> TransportError:
    with pytest.raises(TransportError) as caught:
        read(wire, request)
    return caught.value


def message(wire, request) -> str:
    return re.sub(r":\d{4,5}\b", ":PORT", str(failure(wire, request)))


def echo(visit) -> None:
    visit.answer(visit.body or b"ok", ("x-kind", "test"))


def test_requests_share_a_connection(serve_http2, connect, ask, network):
    """Method, path, headers and body arrive; the answer has no reason."""
    server = serve_http2(echo)
    wire = connect(server.origin, network=network)
    request = ask(f"{server.url}/a?b=1", "POST", b"hello", (("X-Key", "1"),))

    answer = wire.send(request)
    body = b"".join(chunk.content for chunk in answer.chunks)
    again = read(wire, request)

    assert (answer.status, answer.reason, body, again) == (200, "", b"hello", b"hello")
    assert ("x-kind", "test") in answer.headers
    first = server.visits[0].headers
    assert (first[":method"], first[":path"], first["x-key"]) == ("POST", "/a?b=1", "1")
    assert server.connections == 1


def test_a_server_without_it_answers_in_http_1(serve, connect, ask, network, context):
    """The server chooses."""
    server = serve(lambda visit: visit.answer(b"old"), context)

    assert read(connect(server, network=network), ask(server.url)) == b"old"


def test_it_is_not_offered_unless_asked_for(serve_http2, connect, ask, network):
    """A server that only speaks HTTP/2 cannot be reached without `http2: true`."""
    server = serve_http2(echo)
    wire = connect(server.origin, network=Network(ca=network.ca))

    assert failure(wire, ask(server.url)).code in ("protocol-violation", "connection-broken")


def test_it_works_through_a_proxy(serve_http2, connect, ask, network):
    """A tunnel passes on what client and server agree on."""
    server, proxy = serve_http2(echo), HttpProxy()
    proxy.start()
    reached = Network(ca=network.ca, http2=True, https_proxy=parse_proxy(proxy.url()))

    answer = read(connect(server.origin, network=reached), ask(server.url, "POST", b"hello"))
    proxy.stop()

    assert answer == b"hello"
    assert len(proxy.asked) == 1


def test_an_answer_in_parts(serve_http2, connect, ask, network):
    """The parts of a stream arrive as they are sent."""

    def script(visit) -> None:
        visit.http2.send_headers(visit.stream, [(":status", "200")])
        for part in (b"one", b"two"):
            visit.http2.send_data(visit.stream, part)
            visit.flush()
        visit.http2.end_stream(visit.stream)
        visit.flush()

    server = serve_http2(script)
    answer = connect(server.origin, network=network).send(ask(server.url, is_stream=True))

    assert b"".join(chunk.content for chunk in answer.chunks) == b"onetwo"


def reset(visit) -> None:
    visit.http2.send_headers(visit.stream, [(":status", "200")])
    visit.http2.send_data(visit.stream, b"half")
    visit.http2.reset_stream(visit.stream, error_code=2)
    visit.flush()


def reset_at_once(visit) -> None:
    visit.http2.reset_stream(visit.stream, error_code=2)
    visit.flush()


def goodbye(visit) -> None:
    visit.http2.close_connection(error_code=2, last_stream_id=visit.stream)
    visit.flush()


def hang_up(visit) -> None:
    visit.connection.shutdown(2)


@pytest.mark.parametrize(
    ("script", "when"),
    [
        (reset, "in the middle of its answer; 4 bytes of the body had come"),
        (reset_at_once, "before it answered; nothing of the body had come"),
        (goodbye, "before it answered; nothing of the body had come"),
        (hang_up, "before it answered; nothing of the body had come"),
    ],
)
def test_a_server_that_breaks_off(script, when, serve_http2, connect, ask, network):
    """A stream that the server ends is a broken connection, as with HTTP/1.1."""
    server = serve_http2(script)

    error = failure(connect(server.origin, network=network), ask(server.url, "POST", b"x"))

    assert re.sub(r":\d{4,5}\b", ":PORT", str(error)) == (
        f"https://127.0.0.1:PORT closed the connection {when} [connection-broken]"
    )
    assert isinstance(error, LostOnTheWay)


def in_small_parts(connection, content: bytes) -> None:
    for at in range(0, len(content), 5):
        connection.sendall(content[at : at + 5])


def leave_and_complete(visit) -> None:
    """Say that the connection will be closed, complete the answer, and close it."""
    visit.http2.send_headers(visit.stream, [(":status", "200")])
    visit.http2.send_data(visit.stream, b"half ")
    in_small_parts(visit.connection, visit.http2.data_to_send())
    last = visit.stream.to_bytes(4)
    in_small_parts(visit.connection, b"\0\0\x0c\x07" + bytes(5) + last + bytes(4) + b"soon")
    visit.http2.send_data(visit.stream, b"whole", end_stream=True)
    in_small_parts(visit.connection, visit.http2.data_to_send())
    if visit.headers[":path"] == "/closed":
        visit.connection.shutdown(2)


@pytest.mark.parametrize("path", ["/open", "/closed"])
def test_a_server_that_completes_its_answer_and_leaves(path, serve_http2, connect, ask, network):
    """A GOAWAY without an error does not cut the answer; the next request needs a connection."""
    server = serve_http2(leave_and_complete)
    wire = connect(server.origin, network=network)
    request = ask(f"{server.url}{path}", "POST", b"x")

    assert [read(wire, request) for _ in range(3)] == [b"half whole"] * 3
    assert server.connections == 3


def test_a_server_that_closes_an_idle_connection(serve_http2, connect, ask, network):
    """The next request, which would not be repeated, is sent on a new connection."""
    closed = threading.Event()

    def script(visit) -> None:
        echo(visit)
        visit.connection.shutdown(2)
        visit.connection.close()
        closed.set()

    server = serve_http2(script)
    wire = connect(server.origin, network=network)
    answers = []
    for _ in range(3):
        answers.append(read(wire, ask(server.url, "POST", b"hello")))
        assert closed.wait(5)
        closed.clear()

    assert answers == [b"hello"] * 3
    assert server.connections == 3


def test_what_comes_between_two_requests(serve_http2, connect, ask, network):
    """A ping and the rest of a stream that is not read to its end leave the connection open."""
    is_sent = threading.Event()

    def script(visit) -> None:
        visit.http2.send_headers(visit.stream, [(":status", "200")])
        visit.http2.send_data(visit.stream, b"start")
        visit.flush()
        visit.http2.ping(b"12345678")
        visit.http2.send_data(visit.stream, b"rest" * 100, end_stream=True)
        visit.flush()
        is_sent.set()

    server = serve_http2(script)
    wire = connect(server.origin, network=network)
    starts = []
    for _ in range(3):
        chunks = wire.send(ask(server.url, "POST", b"x", is_stream=True)).chunks
        starts.append(next(chunks).content[:5])
        chunks.close()
        assert is_sent.wait(5)
        is_sent.clear()

    assert starts == [b"start"] * 3
    assert server.connections == 1


def test_a_request_that_the_server_did_not_take(serve_http2, connect, ask, network):
    """A GOAWAY that names an earlier request says that this one can be sent again."""

    def script(visit) -> None:
        if server.connections == 1 and visit.stream > 1:
            visit.http2.close_connection(error_code=0, last_stream_id=1)
            visit.flush()
        else:
            echo(visit)

    server = serve_http2(script)
    wire = connect(server.origin, network=network)

    answers = [read(wire, ask(server.url, "POST", text)) for text in (b"one", b"two")]

    assert answers == [b"one", b"two"]
    assert server.connections == 2


def test_a_server_that_breaks_the_protocol_in_its_body(serve_http2, connect, ask, network):
    """Bytes that are no frames of HTTP/2 are named as such."""

    def script(visit) -> None:
        visit.http2.send_headers(visit.stream, [(":status", "200")])
        visit.flush()
        # A frame of data for a stream that the client never opened.
        visit.connection.sendall(b"\x00\x00\x01\x00\x00\x00\x00\x00\x63x")

    server = serve_http2(script)

    error = failure(connect(server.origin, network=network), ask(server.url, "POST", b"x"))

    assert error.code == "protocol-violation"


def test_silence_has_its_limit(serve_http2, connect, ask, network):
    """A server that does not answer is a timeout, as with HTTP/1.1."""
    server = serve_http2(lambda _visit: None)
    wire = connect(server.origin, network=network, limits=LiveLimits(read=0.2, attempts=1))

    assert failure(wire, ask(server.url)).code == "read-timeout"


def test_no_log_shows_headers(serve_http2, connect, ask, network, caplog):
    """The libraries log names of events, without headers and bodies."""
    caplog.set_level(logging.DEBUG)
    server = serve_http2(lambda visit: visit.answer(b"pl4nted", ("set-cookie", "a=pl4nted")))
    request = ask(server.url, "POST", b"pl4nted", (("Authorization", "pl4nted"),))

    read(connect(server.origin, network=network), request)

    # The server of this test logs too.
    ours = [one for one in caplog.records if one.threadName == "MainThread"]
    assert {one.name for one in ours} >= {"httpcore.http2", "hpack.hpack"}
    assert [one.getMessage() for one in ours if "pl4nted" in one.getMessage()] == []
