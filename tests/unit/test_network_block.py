from __future__ import annotations

import socket

import pytest
from pytest_socket import SocketConnectBlockedError

from harness.conversation import Origin, Request
from harness.transport.live import LiveLimits, LiveTransport

ELSEWHERE = "192.0.2.1"
"""An address that RFC 5737 keeps for documentation: nobody answers there."""

# pytest-socket warns before it raises, and warnings are errors here.
pytestmark = pytest.mark.filterwarnings("ignore:A test tried to use socket")


def test_a_connection_that_leaves_this_machine_is_refused():
    """A test that reaches for the network fails, so that none can depend on it unseen."""
    with socket.socket() as outward, pytest.raises(SocketConnectBlockedError):
        outward.connect((ELSEWHERE, 80))


def test_the_live_wire_is_held_back_too():
    """The block holds for the sockets that live conversations open, which do not wait."""
    wire = LiveTransport(hosts=frozenset({f"{ELSEWHERE}:80"}), limits=LiveLimits(attempts=1))
    request = Request(
        method="GET", url=f"http://{ELSEWHERE}:80/", origin=Origin(turn=1, step="send.1")
    )

    with pytest.raises(SocketConnectBlockedError):
        wire.send(request)
    wire.close()


def test_loopback_stays_open():
    """Real servers on loopback can be reached, which is what tests use in place of mocks."""
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as client,
    ):
        peer = client.getpeername()

    assert peer[0] == "127.0.0.1"
