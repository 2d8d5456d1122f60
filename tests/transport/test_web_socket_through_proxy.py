"""WebSockets through real proxies on loopback: HTTP and SOCKS, with and without TLS."""

from __future__ import annotations

import contextlib
import logging
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme
from websockets.sync.server import ServerConnection, serve

from harness.conversation import Direction, Frame, Origin, Request
from harness.core.errors import Interrupted, TransportError
from harness.transport.live import LiveLimits, LiveTransport
from harness.transport.network import Network, parse_proxy
from tests.transport.relays import HttpProxy, Relay, SocksProxy

ORIGIN = Origin(turn=1, step="send.1")
CREDENTIALS = "maria:s3cret/pw@ü"
IN_URL = "maria:s3cret%2Fpw%40%C3%BC"
LARGE = "ü" * 300_000


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """The private authority of a company."""
    return trustme.CA()


@pytest.fixture(scope="module")
def secure(authority: trustme.CA) -> ssl.SSLContext:
    """The context of servers and proxies on loopback."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "bot.internal").configure_cert(context)
    return context


@pytest.fixture(scope="module")
def ca(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the authority's certificate."""
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture
def relay() -> Iterator[Callable[..., Relay]]:
    """Start a proxy."""
    started: list[Relay] = []

    def start(kind: type[Relay], **options: object) -> Relay:
        proxy = kind(**options)
        proxy.start()
        started.append(proxy)
        return proxy

    yield start
    for proxy in started:
        proxy.stop()


def echo(connection: ServerConnection) -> None:
    """Say whether the request came with headers for a proxy, and send back each message."""
    assert connection.request is not None
    connection.send("proxy" if "proxy" in str(connection.request.headers).lower() else "direct")
    for message in connection:
        connection.send(message)


@pytest.fixture(params=[False, True], ids=["ws", "wss"])
def echoing(request: pytest.FixtureRequest, secure: ssl.SSLContext) -> Iterator[str]:
    """The URL of a server that sends back each message."""
    context = secure if request.param else None
    with serve(echo, "127.0.0.1", 0, ssl=context) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"{'https' if context else 'http'}://127.0.0.1:{server.socket.getsockname()[1]}"
        server.shutdown()
        thread.join(10)


@pytest.fixture
def connect() -> Iterator[Callable[..., LiveTransport]]:
    """A transport to one server."""
    transports: list[LiveTransport] = []

    def make(url: str, network: Network, **limits: float) -> LiveTransport:
        transport = LiveTransport(
            hosts=frozenset({url.partition("://")[2]}),
            network=network,
            limits=LiveLimits(attempts=1, **limits),
        )
        transports.append(transport)
        return transport

    yield make
    for transport in transports:
        transport.close()


def through(url: str, **more: object) -> Network:
    """All servers are reached through this proxy."""
    proxy = parse_proxy(url)
    return Network(http_proxy=proxy, https_proxy=proxy, **more)


def open_at(transport: LiveTransport, url: str) -> int:
    """Open a WebSocket; gives the status."""
    request = Request(method="GET", url=f"{url}/chat", origin=ORIGIN, is_socket=True)
    return transport.send(request).status


def said(transport: LiveTransport, *messages: str | bytes) -> list[str | bytes]:
    """The greeting, and the answers to some messages that are sent at once."""
    for message in messages:
        transport.send_frame(Frame(origin=ORIGIN, content=message))
    frames = [transport.receive(ORIGIN, 20) for _ in range(len(messages) + 1)]
    assert {one.direction for one in frames} == {Direction.RECEIVED}
    return [one.content for one in frames]


def failure(transport: LiveTransport, url: str) -> TransportError | Interrupted:
    """Why a WebSocket could not be opened."""
    with pytest.raises((TransportError, Interrupted)) as caught:
        open_at(transport, url)
    return caught.value


def without_ports(error: Exception) -> str:
    return re.sub(r":\d{4,5}\b", ":PORT", str(error))


@pytest.mark.parametrize("credentials", ["", CREDENTIALS], ids=["open", "password"])
@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
def test_messages_pass_a_proxy(
    kind: type[Relay],
    credentials: str,
    relay: Callable[..., Relay],
    echoing: str,
    connect: Callable[..., LiveTransport],
    ca: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is asked for a connection, even to a `ws://` server; its password is in no log."""
    caplog.set_level(logging.DEBUG)
    proxy = relay(kind, credentials=credentials)
    url = proxy.url(IN_URL if credentials else "")
    transport = connect(echoing, through(url, ca=ca))

    assert open_at(transport, echoing) == 101
    assert said(transport, "hello", b"\0\1", LARGE) == ["direct", "hello", b"\0\1", LARGE]
    assert [echoing.partition("://")[2] in one for one in proxy.asked] == [True]
    assert "s3cret" not in caplog.text
    assert "bWFyaWE6czNjcmV0" not in caplog.text


def test_a_proxy_that_is_reached_by_tls(
    relay: Callable[..., Relay],
    echoing: str,
    connect: Callable[..., LiveTransport],
    ca: Path,
    secure: ssl.SSLContext,
) -> None:
    """To a `wss://` server, one encrypted connection leads through another one."""
    proxy = relay(HttpProxy, context=secure)
    transport = connect(echoing, through(proxy.url(), ca=ca))

    assert open_at(transport, echoing) == 101
    messages = [LARGE, *(f"{number}" * 5000 for number in range(50))]
    assert said(transport, *messages) == ["direct", *messages]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_silent_server_is_waited_for(
    scheme: str,
    relay: Callable[..., Relay],
    echoing: str,
    connect: Callable[..., LiveTransport],
    ca: Path,
    secure: ssl.SSLContext,
) -> None:
    """The limit of a connection without a byte is not that of a WebSocket between messages."""
    proxy = relay(HttpProxy, context=secure if scheme == "https" else None)
    transport = connect(echoing, through(proxy.url(), ca=ca), read=0.3)
    open_at(transport, echoing)

    assert transport.receive(ORIGIN, 5).content == "direct"
    assert transport.receive(ORIGIN, 1).direction is Direction.NOTHING
    transport.send_frame(Frame(origin=ORIGIN, content="late"))
    assert transport.receive(ORIGIN, 5).content == "late"


@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
def test_the_proxy_looks_up_the_server(
    kind: type[Relay],
    relay: Callable[..., Relay],
    echoing: str,
    connect: Callable[..., LiveTransport],
    ca: Path,
) -> None:
    """It may know hosts that this computer does not know."""
    proxy = relay(kind, hosts={"bot.internal": "127.0.0.1"})
    url = echoing.replace("127.0.0.1", "bot.internal")
    transport = connect(url, through(proxy.url(), ca=ca))

    assert open_at(transport, url) == 101
    assert said(transport) == ["direct"]


def test_hosts_of_no_proxy_are_reached_directly(
    relay: Callable[..., Relay], echoing: str, connect: Callable[..., LiveTransport], ca: Path
) -> None:
    """The proxy sees nothing of them."""
    proxy = relay(HttpProxy)
    transport = connect(echoing, through(proxy.url(), ca=ca, direct=("127.0.0.0/8",)))

    assert open_at(transport, echoing) == 101
    assert proxy.asked == []


@pytest.mark.parametrize(
    ("kind", "options", "in_url", "code", "reason"),
    [
        (HttpProxy, {"credentials": "a:b"}, "", "proxy-authentication", "requires a user name"),
        (HttpProxy, {"credentials": "a:b"}, "a:c", "proxy-authentication", "does not accept"),
        (SocksProxy, {"credentials": "a:b"}, "", "proxy-authentication", "requires a user name"),
        (SocksProxy, {"credentials": "a:b"}, "a:c", "proxy-authentication", "does not accept"),
        (HttpProxy, {"answer": "502 Bad Gateway"}, "", "proxy-refused", ": 502 Bad Gateway"),
        (HttpProxy, {"answer": "302 Found"}, "", "proxy-refused", ": 302 Found"),
        (SocksProxy, {"answer": "5"}, "", "proxy-refused", "could not connect: Connection refused"),
        (HttpProxy, {"silent": True}, "", "connect-timeout", "made no connection to"),
        (SocksProxy, {"silent": True}, "", "connect-timeout", "made no connection to"),
    ],
    ids=[
        *("http missing", "http wrong", "socks missing", "socks wrong", "http 502", "http 302"),
        *("socks refused", "http silent", "socks silent"),
    ],
)
def test_a_proxy_that_makes_no_connection(
    kind: type[Relay],
    options: dict[str, object],
    in_url: str,
    code: str,
    reason: str,
    relay: Callable[..., Relay],
    connect: Callable[..., LiveTransport],
) -> None:
    """The errors are those of requests through the same proxy."""
    proxy = relay(kind, **options)
    url = "https://bot.internal:443"
    transport = connect(url, through(proxy.url(in_url)), connect=0.5)

    error = failure(transport, url)

    assert error.code == code
    assert reason in str(error)
    assert f"the proxy {kind.scheme}://127.0.0.1:PORT" in without_ports(error)


def test_a_proxy_that_is_not_there(connect: Callable[..., LiveTransport]) -> None:
    """The message names the proxy, not the server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = "https://bot.internal:443"

    for scheme in ("http", "socks5"):
        transport = connect(url, through(f"{scheme}://127.0.0.1:{port}"))
        assert without_ports(failure(transport, url)) == (
            f"the proxy {scheme}://127.0.0.1:PORT refused the connection; "
            "check 'proxy' of the provider's 'network:' in harness.yaml [proxy-unreachable]"
        )


@pytest.mark.parametrize("scheme", ["http", "socks5"])
@pytest.mark.parametrize("answer", [b"220 mail.example.com ESMTP\r\n\r\n", b"\x05"], ids=repr)
def test_a_server_that_is_no_proxy(
    scheme: str, answer: bytes, connect: Callable[..., LiveTransport]
) -> None:
    """An answer of another kind, or half of one, is the proxy's fault."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            client, _ = listener.accept()
            with contextlib.suppress(ConnectionError), client:
                client.recv(100)
                client.sendall(answer)

        thread = threading.Thread(target=talk)
        thread.start()
        url = "https://bot.internal:443"
        proxy = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
        error = failure(connect(url, through(proxy)), url)
        thread.join(5)

    assert error.code == "proxy-refused"


def test_the_certificate_of_the_server_is_checked_behind_a_proxy(
    relay: Callable[..., Relay],
    connect: Callable[..., LiveTransport],
    secure: ssl.SSLContext,
) -> None:
    """Its authority must be trusted, and the message names the server."""
    with serve(echo, "127.0.0.1", 0, ssl=secure) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"https://127.0.0.1:{server.socket.getsockname()[1]}"
        error = failure(connect(url, through(relay(HttpProxy).url())), url)
        server.shutdown()
        thread.join(10)

    assert error.code == "certificate-untrusted"
    assert "the certificate of https://127.0.0.1:PORT is not trusted" in without_ports(error)


@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
def test_close_ends_a_wait_for_a_proxy(
    kind: type[Relay], relay: Callable[..., Relay], connect: Callable[..., LiveTransport]
) -> None:
    """A run that is stopped does not wait for the limit."""
    url = "https://bot.internal:443"
    transport = connect(url, through(relay(kind, silent=True).url()), connect=60)
    timer = threading.Timer(0.3, transport.close)
    timer.start()

    error = failure(transport, url)
    timer.join()

    assert error.code == "interrupted"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_dies(
    scheme: str,
    relay: Callable[..., Relay],
    echoing: str,
    connect: Callable[..., LiveTransport],
    ca: Path,
    secure: ssl.SSLContext,
) -> None:
    """The WebSocket is lost, as if the server had closed it without a word."""
    proxy = relay(HttpProxy, context=secure if scheme == "https" else None)
    transport = connect(echoing, through(proxy.url(), ca=ca))
    open_at(transport, echoing)
    transport.receive(ORIGIN, 5)
    proxy.stop()

    frame = transport.receive(ORIGIN, 20)

    assert (frame.direction, frame.code) == (Direction.CLOSED, 1006)
