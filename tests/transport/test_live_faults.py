from __future__ import annotations

import contextlib
import gzip
import re
import socket
import ssl
import threading
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from harness.core.errors import Interrupted, TransportError
from harness.transport.live import LiveLimits
from harness.transport.network import Network

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"


def read(wire, request) -> bytes:
    return b"".join(chunk.content for chunk in wire.send(request).chunks)


def message(wire, request) -> str:
    """The error's text, with the port replaced."""
    with pytest.raises((TransportError, Interrupted)) as caught:
        read(wire, request)
    return re.sub(r":\d{4,5}\b", ":PORT", str(caught.value))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextlib.contextmanager
def taking_no_connections(address: str, port: int = 0):
    """A server whose queue of connections is full, so that a new one is never taken."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind((address, port))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.settimeout(0)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def test_refused(connect, ask):
    """Where nobody listens, the address is named, and what was tried, with a readable wait."""
    target = f"127.0.0.1:{free_port()}"
    wire = connect(target, sleep=lambda _: None, limits=LiveLimits(attempts=2))

    text = message(wire, ask(f"http://{target}/x?token=s3cret"))

    assert re.sub(r"waited (\d+ ms|\d+(\.\d{1,2})? s)$", "waited N s", text) == (
        "http://127.0.0.1:PORT refused the connection; "
        "is the server running, and is the address right? [connection-refused]\n"
        "  attempt 1: http://127.0.0.1:PORT refused the connection; waited N s"
    )


def test_unknown_host(connect, ask):
    """A host without an address is named."""
    text = message(connect("nowhere.invalid:80"), ask("http://nowhere.invalid/x"))

    assert text == (
        "the host of http://nowhere.invalid:80 has no address; "
        "check the spelling of the host and the network [unknown-host]"
    )


def test_plain_answer_to_tls(connect, ask):
    """A server that speaks no TLS is a TLS failure, not a broken connection."""
    listener = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        connection, _ = listener.accept()
        with contextlib.suppress(ConnectionError), connection:
            connection.recv(9999)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    thread = threading.Thread(target=talk)
    thread.start()
    target = f"127.0.0.1:{listener.getsockname()[1]}"
    text = message(connect(target), ask(f"https://{target}/"))
    thread.join()
    listener.close()

    assert text == (
        "no secure connection to https://127.0.0.1:PORT: wrong version number [tls-failure]"
    )


def test_connect_timeout(connect, ask):
    """A host that does not take connections is BROKEN at the limit for connecting."""
    with taking_no_connections("127.0.0.1") as port:
        target = f"127.0.0.1:{port}"
        wire = connect(target, limits=LiveLimits(connect=0.2, attempts=1))

        text = message(wire, ask(f"http://{target}/"))

    assert text == (
        "http://127.0.0.1:PORT did not take the connection within 0.2 s [connect-timeout]"
    )


@pytest.fixture
def name_service(monkeypatch):
    """Give a host name several addresses on loopback: what the resolver of the system would say."""

    def has(*addresses: str) -> None:
        def look_up(_host: str, port: int, **_: object) -> list[tuple[object, ...]]:
            kind = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
            return [(*kind, (address, port)) for address in addresses]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)

    return has


def test_c4_an_address_that_does_not_answer(serve, connect, ask, name_service):
    """Where the first address of a host takes no connection, the next one is asked."""
    server = serve(lambda visit: visit.answer(b"from the second"))
    name_service("127.0.0.2", "127.0.0.1")
    target = f"bot.example:{server.port}"
    with taking_no_connections("127.0.0.2", server.port):
        wire = connect(target, limits=LiveLimits(connect=1, attempts=1))

        assert read(wire, ask(f"http://{target}/")) == b"from the second"


def test_c4_an_address_that_refuses(serve, connect, ask, name_service):
    """Where the first addresses of a host refuse, the next one is asked."""
    server = serve(lambda visit: visit.answer(b"from the third"))
    name_service("127.0.0.3", "127.0.0.2", "127.0.0.1")
    target = f"bot.example:{server.port}"

    assert read(connect(target), ask(f"http://{target}/")) == b"from the third"


def test_c4_no_address_answers(connect, ask, name_service):
    """All addresses of a host share one limit for connecting."""
    name_service("127.0.0.1", "127.0.0.2")
    with taking_no_connections("127.0.0.1") as port, taking_no_connections("127.0.0.2", port):
        target = f"bot.example:{port}"
        wire = connect(target, limits=LiveLimits(connect=0.4, attempts=1))

        text = message(wire, ask(f"http://{target}/"))

    assert text == (
        "http://bot.example:PORT did not take the connection within 0.4 s [connect-timeout]"
    )


def test_c4_a_refusal_and_silence(connect, ask, name_service):
    """An address that refuses does not end the wait for one that may still answer."""
    name_service("127.0.0.1", "127.0.0.2")
    with taking_no_connections("127.0.0.1") as port:
        target = f"bot.example:{port}"
        wire = connect(target, limits=LiveLimits(connect=0.6, attempts=1))

        text = message(wire, ask(f"http://{target}/"))

    assert "[connect-timeout]" in text


def test_read_timeout(serve, connect, ask):
    """Silence is BROKEN at the limit for silence, with what had come."""

    def script(visit):
        visit.raw(HEAD + b"part")
        visit.wait()

    server = serve(script)
    wire = connect(server, limits=LiveLimits(read=0.2, attempts=1))

    assert message(wire, ask(server.url)) == (
        "http://127.0.0.1:PORT sent nothing for 0.2 s; 4 bytes of the body had come [read-timeout]"
    )


@pytest.mark.parametrize(
    ("start", "came"),
    [
        pytest.param(HEAD, r"\d+ bytes? of the body had come", id="body"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: ", "nothing of the body had come", id="head"),
    ],
)
def test_a_byte_at_a_time(serve, connect, ask, start, came):
    """Slow bytes do not put off the limit for the whole, in the head or in the body."""

    def script(visit):
        visit.raw(start)
        while not visit.server.stopped.wait(0.02):
            visit.raw(b"x")

    server = serve(script)
    wire = connect(server, limits=LiveLimits(total=0.3, attempts=1))

    assert re.fullmatch(
        r"http://127\.0\.0\.1:PORT did not end its answer within 0\.3 s; "
        rf"{came} \[total-timeout\]",
        message(wire, ask(server.url)),
    )


def test_a_request_has_its_own_total_limit(serve, connect, ask):
    """`Request.timeout` goes before the wire's limit."""
    server = serve(lambda visit: visit.wait())

    text = message(connect(server), ask(server.url, timeout=0.5))

    assert "did not end its answer within 0.5 s" in text


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        pytest.param(
            HEAD + b"0123456789",
            "http://127.0.0.1:PORT closed the connection in the middle of its answer; "
            "10 bytes of the body had come [connection-broken]",
            id="in mid-body",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n",
            "http://127.0.0.1:PORT closed the connection in the middle of its answer; "
            "3 bytes of the body had come [connection-broken]",
            id="between chunks",
        ),
        pytest.param(
            b"",
            "http://127.0.0.1:PORT closed the connection before it answered; "
            "nothing of the body had come [connection-broken]",
            id="at once",
        ),
        pytest.param(
            b"hello, this is no HTTP\r\n\r\n",
            "http://127.0.0.1:PORT: not valid HTTP: illegal status line: "
            "'hello, this is no HTTP' [protocol-violation]",
            id="no HTTP",
        ),
    ],
)
def test_broken_answers(serve, connect, ask, sent, expected):
    """A connection that ends early, and what is no HTTP, are named apart."""

    def send_and_close(visit):
        visit.raw(sent)

    server = serve(send_and_close)

    assert message(connect(server), ask(server.url, "POST")) == expected


def test_chunks_before_the_break_are_handed_on(serve, connect, ask):
    """What came before the break reaches the reader, so that a journal can keep it."""

    def send_and_close(visit):
        visit.raw(HEAD + b"part")

    server = serve(send_and_close)
    chunks = connect(server).send(ask(server.url, "POST")).chunks
    first = next(chunks)

    with pytest.raises(TransportError):
        next(chunks)
    assert first.content == b"part"


@pytest.mark.parametrize(
    ("encoding", "sent", "expected"),
    [
        (
            "gzip",
            b"no gzip at all",
            (
                "http://127.0.0.1:PORT: the body is not the gzip that its header says (Error -3 "
                "while decompressing data: incorrect header check); nothing of the body had come "
                "[bad-encoding]"
            ),
        ),
        (
            "gzip",
            gzip.compress(b"hello")[:-4],
            (
                "http://127.0.0.1:PORT: the gzip data ends too early; 5 bytes of the body had come "
                "[bad-encoding]"
            ),
        ),
        (
            "zip",
            b"hello",
            (
                "http://127.0.0.1:PORT: the content encoding 'zip' is not supported; "
                "nothing of the body had come [bad-encoding]"
            ),
        ),
        (
            "gzip, gzip, gzip, gzip, gzip",
            b"hello",
            (
                "http://127.0.0.1:PORT: there are 5 content encodings, the limit is 4; "
                "nothing of the body had come [bad-encoding]"
            ),
        ),
    ],
    ids=["not gzip", "cut gzip", "unknown", "too many"],
)
def test_bad_encodings(serve, connect, ask, encoding, sent, expected):
    """A body that is not what its header says is BROKEN."""
    server = serve(lambda visit: visit.answer(sent, "200 OK", f"Content-Encoding: {encoding}"))

    assert message(connect(server), ask(server.url)) == expected


def endless(head, part):
    """A script that sends the part until the client has enough."""

    def script(visit):
        visit.raw(head)
        while not visit.server.stopped.is_set():
            try:
                visit.connection.sendall(part)
            except OSError:
                return

    return script


def test_too_large(serve, connect, ask):
    """A body that goes on past the limit is cut there, and the limit is named."""
    server = serve(endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536))
    wire = connect(server, limits=LiveLimits(body=1024 * 1024))

    assert message(wire, ask(server.url, "POST")) == (
        "the body from http://127.0.0.1:PORT is longer than the limit of 1 MiB [too-large]"
    )


def test_decompression_bomb(serve, connect, ask):
    """A gzip of a gzip of 2 GB stops at the limit, and never stands in memory."""
    inner = zlib.compressobj(9, wbits=31)
    block = bytes(1024 * 1024)
    once = b"".join(inner.compress(block) for _ in range(256)) + inner.flush()
    bomb = gzip.compress(once * 8)
    server = serve(lambda visit: visit.answer(bomb, "200 OK", "Content-Encoding: gzip, gzip"))

    assert message(connect(server), ask(server.url)) == (
        "the body from http://127.0.0.1:PORT is longer than the limit of 50 MiB [too-large]"
    )


def test_a_request_to_another_host_is_refused(serve, connect, ask):
    """Only the provider's hosts are spoken to."""
    server = serve(lambda visit: visit.answer())

    assert message(connect(server), ask("http://example.com/x?token=s3cret")) == (
        "http://example.com:80 is not a host of this provider; allowed: 127.0.0.1:PORT "
        "[host-refused]"
    )


@pytest.mark.parametrize("url", ["ftp://a/b", "file:///etc/passwd", "/x", "http://a:x/"])
def test_what_is_no_web_address_is_refused(connect, ask, url):
    """No scheme but http and https is sent to."""
    text = message(connect("a:80"), ask(url))

    assert text == f"'{url}' is not an absolute http or https URL [host-refused]"


def test_redirect_to_another_host(serve, connect, ask):
    """A redirect away from the provider is not followed, and nothing is sent there."""
    other = serve(lambda visit: visit.answer())
    server = serve(lambda visit: visit.answer(b"", "302 Found", f"Location: {other.url}/x"))
    request = ask(server.url, headers=(("Authorization", "Token s3cret"),))

    text = message(connect(server), request)

    assert text == (
        "http://127.0.0.1:PORT redirects to http://127.0.0.1:PORT, "
        "which is not a host of this provider; nothing was sent there [redirect-refused]"
    )
    assert other.heads == []


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("file:///etc/passwd", "redirect-refused"),
        ("http://[bad", "redirect-refused"),
        ("javascript:alert(1)", "redirect-refused"),
    ],
)
def test_redirect_to_no_web_address(serve, connect, ask, target, code):
    """A redirect to another scheme is refused."""
    server = serve(lambda visit: visit.answer(b"", "302 Found", f"Location: {target}"))

    text = message(connect(server), ask(server.url))

    assert text.endswith(f"[{code}]")


@pytest.mark.parametrize("is_redirect", [False, True], ids=["request", "redirect"])
def test_credentials_in_a_url_are_refused(serve, connect, ask, is_redirect):
    """A name or a password in a URL goes nowhere, and the message does not show it."""
    server = serve(lambda visit: visit.answer(b"", "302 Found", f"Location: {login}"))
    login = server.url.replace("//", "//me:s3cret@") + "/x"

    text = message(connect(server), ask(server.url if is_redirect else login))

    assert text == (
        "a URL of http://127.0.0.1:PORT contains a user name or password; "
        "nothing was sent there; put credentials in settings [host-refused]"
    )
    assert len(server.heads) == is_redirect


def test_a_stream_without_an_end(serve, connect, ask):
    """A stream stops at the limit of a body too."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    server = serve(endless(head, b"data: more\n\n" * 1000))
    wire = connect(server, limits=LiveLimits(body=1024 * 1024))

    assert message(wire, replace(ask(server.url, "POST"), is_stream=True)) == (
        "the body from http://127.0.0.1:PORT is longer than the limit of 1 MiB [too-large]"
    )


def test_redirects_without_an_end(serve, connect, ask):
    """Five redirects are followed, a sixth is not."""
    server = serve(lambda visit: visit.answer(b"", "302 Found", "Location: /again"))

    text = message(connect(server), ask(server.url))

    assert text == (
        "http://127.0.0.1:PORT redirected more than 5 times in a row [too-many-redirects]"
    )
    assert len(server.heads) == 6


def test_an_illegal_header_is_not_sent(serve, connect, ask):
    """A line break in a header value cannot smuggle in another header."""
    server = serve(lambda visit: visit.answer())

    text = message(connect(server), ask(server.url, headers=(("X", "a\r\nY: b"),)))

    assert text == (
        "http://127.0.0.1:PORT: not valid HTTP: Illegal header value b'a\\r\\nY: b' "
        "[protocol-violation]"
    )
    assert server.heads == []


@pytest.mark.parametrize(
    "sent", [b"", HEAD, HEAD + b"part"], ids=["no head", "no body", "half a body"]
)
def test_close_wakes_a_waiting_thread(serve, connect, ask, sent):
    """`close` from another thread ends a wait for bytes that never come."""
    waits = threading.Event()

    def script(visit):
        visit.raw(sent)
        waits.set()
        visit.wait()

    server = serve(script)
    wire = connect(server, limits=LiveLimits(read=60, total=60))
    closer = threading.Thread(target=lambda: (waits.wait(5), wire.close()))
    closer.start()

    text = message(wire, ask(server.url, "POST"))
    closer.join()

    assert text == "the run was stopped [interrupted]"


def test_close_wakes_a_thread_that_connects(connect, ask):
    """`close` ends a wait for a connection too."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.settimeout(0)
            filler.connect_ex(listener.getsockname())
        target = f"127.0.0.1:{listener.getsockname()[1]}"
        wire = connect(target, limits=LiveLimits(connect=60, attempts=1))
        closer = threading.Timer(0.1, wire.close)
        closer.start()

        text = message(wire, ask(f"http://{target}/"))
        closer.join()
        for filler in fillers:
            filler.close()

    assert text == "the run was stopped [interrupted]"


def test_close_wakes_a_tls_handshake(connect, ask):
    """`close` ends a handshake that the server never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        target = f"127.0.0.1:{listener.getsockname()[1]}"
        wire = connect(target, limits=LiveLimits(connect=60, attempts=1))
        closer = threading.Timer(0.1, wire.close)
        closer.start()

        text = message(wire, ask(f"https://{target}/"))
        closer.join()

    assert text == "the run was stopped [interrupted]"


def test_close_wakes_a_sleep(connect):
    """`close` ends a wait between two requests."""
    wire = connect("a:80")
    closer = threading.Timer(0.05, wire.close)
    closer.start()

    with pytest.raises(Interrupted):
        wire.sleep(60)
    closer.join()


def test_a_closed_wire_sends_nothing(serve, connect, ask):
    """After `close`, which may come twice, a request is refused."""
    server = serve(lambda visit: visit.answer())
    wire = connect(server)
    read(wire, ask(server.url))
    wire.close()
    wire.close()

    assert message(wire, ask(server.url)) == "the run was stopped [interrupted]"
    assert len(server.heads) == 1


def test_untrusted_certificate(serve, connect, ask, certificate):
    """A certificate that nobody signed is named as the reason."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = serve(lambda visit: visit.answer(), context)

    assert message(connect(server), ask(server.url)) == (
        "the certificate of https://127.0.0.1:PORT is not trusted: self-signed certificate; "
        "name its authority under 'ca' of the provider's 'network:' in harness.yaml "
        "[certificate-untrusted]"
    )


def test_a_private_certificate_can_be_trusted(serve, connect, ask, certificate):
    """With a context of the user's own, TLS works, and `close` wakes its readers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    waits = threading.Event()

    def script(visit):
        if visit.number == 1:
            visit.answer(b"secure")
        else:
            waits.set()
            visit.wait()

    server = serve(script, context)
    wire = connect(server, network=Network(ca=Path(certificate)))
    closer = threading.Thread(target=lambda: (waits.wait(5), wire.close()))
    closer.start()

    assert read(wire, ask(server.url)) == b"secure"
    assert message(wire, ask(server.url)) == "the run was stopped [interrupted]"
    closer.join()
