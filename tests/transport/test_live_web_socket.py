"""WebSockets over the network: TLS, limits, interruption, and a missing library."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from websockets.sync.server import ServerConnection, serve

from harness.conversation import Direction, Frame, Origin, Request
from harness.core.errors import Interrupted, TransportError
from harness.transport.live import LiveLimits, LiveTransport
from harness.transport.network import Network

ORIGIN = Origin(turn=1, step="send.1")


def echo(connection: ServerConnection) -> None:
    """Send back each message."""
    for message in connection:
        connection.send(message)


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[str]:
    """A server that sends back each message; gives its URL."""
    with ExitStack() as stack:
        server = stack.enter_context(serve(echo, "127.0.0.1", 0, ssl=context))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        stack.callback(thread.join, 10)
        stack.callback(server.shutdown)
        scheme = "https" if context else "http"
        yield f"{scheme}://127.0.0.1:{server.socket.getsockname()[1]}"


@contextmanager
def opened(url: str, **options: object) -> Iterator[LiveTransport]:
    """A transport with an open WebSocket."""
    transport = LiveTransport(hosts=frozenset({url.partition("://")[2]}), **options)
    try:
        request = Request(method="GET", url=f"{url}/chat", origin=ORIGIN, is_socket=True)
        assert transport.send(request).status == 101
        yield transport
    finally:
        transport.close()


def test_an_encrypted_web_socket(certificate: str) -> None:
    """It trusts the authority of the provider's network settings, and no other server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving(context) as url:
        with opened(url, network=Network(ca=Path(certificate))) as transport:
            transport.send_frame(Frame(origin=ORIGIN, content="hello"))
            received = transport.receive(ORIGIN, 5)
        with pytest.raises(TransportError) as refused, opened(url):
            pass

    assert (received.direction, received.content) == (Direction.RECEIVED, "hello")
    assert refused.value.code == "certificate-untrusted"


def test_a_message_that_is_too_long() -> None:
    """The limit of a body is that of one message, and of all that a step receives."""
    long, half = "x" * 1001, "x" * 600
    limits = LiveLimits(body=1000)
    with serving() as url, opened(url, limits=limits) as transport:
        transport.send_frame(Frame(origin=ORIGIN, content=half))
        transport.receive(ORIGIN, 5)
        transport.send_frame(Frame(origin=ORIGIN, content=half))
        with pytest.raises(TransportError) as all_of_a_step:
            transport.receive(ORIGIN, 5)
    with serving() as url, opened(url, limits=limits) as transport:
        transport.send_frame(Frame(origin=ORIGIN, content=long))
        with pytest.raises(TransportError) as one:
            transport.receive(ORIGIN, 5)

    assert (all_of_a_step.value.code, one.value.code) == ("too-large", "too-large")


def test_a_wait_can_be_interrupted() -> None:
    """Closing the transport from another thread ends it at once."""
    with serving() as url, opened(url) as transport:
        timer = threading.Timer(0.2, transport.close)
        timer.start()
        with pytest.raises(Interrupted):
            transport.receive(ORIGIN, 60)
        timer.join()
