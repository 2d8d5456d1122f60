"""A WebSocket of a live conversation, with the library `websockets`."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import cast
from urllib.parse import urlsplit

import httpcore
from websockets.client import ClientProtocol
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidMessage,
    InvalidStatus,
)
from websockets.extensions.permessage_deflate import enable_client_permessage_deflate
from websockets.sync.client import ClientConnection
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from harness.conversation import LOST, Direction, Frame, Headers, Origin, Request
from harness.core import Interrupted
from harness.transport.live import faults
from harness.transport.live.library_socket import LibrarySocket, NestedSocket
from harness.transport.live.nested_stream import NestedStream

OFFERED = "sec-websocket-protocol"
"""The header of the subprotocols, which the library writes itself."""
CLOSE_SECONDS = 1.0
"""How long a conversation's end waits for the server's answer to our close."""
TOO_BIG = 1009
_SILENT = logging.getLogger("harness.web_socket")
_SILENT.disabled = True
"""The library would log every header and message at level DEBUG."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """The answer to a handshake."""

    status: int
    reason: str
    headers: Headers
    body: bytes = b""
    """Empty if the WebSocket is open."""
    web_socket: WebSocket | None = None
    """None if the server refused."""


class WebSocket:
    """One open WebSocket. A thread of the library answers its pings."""

    def __init__(self, connection: ClientConnection, call: faults.Call, own: socket.socket) -> None:
        self._connection = connection
        self._call = call
        self._socket = own
        self._closing = ExitStack()
        self._closing.enter_context(connection)
        self._step: Origin | None = None
        self._is_ending = False
        self._received = 0
        """Bytes, or characters, of the messages that this step received."""

    def send(self, frame: Frame, now: Callable[[], float]) -> Frame:
        """Send a message. Returns it with its time, or the close of the connection.

        `now` gives the seconds from the start of the conversation.
        """
        at = now()
        try:
            self._connection.send(frame.content)
        except ConnectionClosed as error:
            return self._closed(frame.origin, error, now)
        return replace(frame, at=at)

    def receive(self, origin: Origin, seconds: float, now: Callable[[], float]) -> Frame:
        """The next message, the close of the connection, or `NOTHING` after so many seconds.

        Raises `TransportError` where a step receives more than the limit of a body.
        """
        began = now()
        try:
            content = self._connection.recv(timeout=seconds)
        except TimeoutError:
            self._require_uninterrupted()
            # At least what was asked for, so that a replay decides alike.
            at = max(now(), began + seconds)
            return Frame(
                origin=origin,
                direction=Direction.NOTHING,
                at=round(at, 6),
                waited=max(seconds, round(at - began, 6)),
            )
        except ConnectionClosed as error:
            return self._closed(origin, error, now)
        if origin != self._step:
            self._step, self._received = origin, 0
        self._received += len(content)
        if self._received > self._call.limits.body:
            raise faults.too_large(self._call)
        return Frame(origin=origin, direction=Direction.RECEIVED, at=now(), content=content)

    def is_given_up(self) -> bool:
        """Whether the library sent a close that neither side asked for."""
        protocol = self._connection.protocol
        is_sent = protocol.close_sent is not None and protocol.close_rcvd is None
        return is_sent and not self._is_ending

    def close(self) -> None:
        """Close the connection; waits at most `CLOSE_SECONDS`. May be called twice."""
        self._is_ending = True
        self._closing.close()
        self._call.connections.drop(self._socket)

    def _closed(self, origin: Origin, error: ConnectionClosed, now: Callable[[], float]) -> Frame:
        self._require_uninterrupted()
        if isinstance(error.__cause__, TimeoutError):
            raise faults.explain(httpcore.WriteTimeout(), self._call) from error
        received, sent = error.rcvd, error.sent
        if sent is not None and not error.rcvd_then_sent:
            # The library refused what it received, and closed the connection itself.
            if sent.code == TOO_BIG:
                raise faults.too_large(self._call) from error
            reason = sent.reason or f"close code {sent.code}"
            raise faults.not_web_socket(self._call.address, reason) from error
        return Frame(
            origin=origin,
            direction=Direction.CLOSED,
            at=now(),
            code=received.code if received is not None else LOST,
            reason=received.reason if received is not None else "",
        )

    def _require_uninterrupted(self) -> None:
        if self._call.connections.is_interrupted:
            raise Interrupted("interrupted", "the run was stopped")


def shake_hands(stream: httpcore.NetworkStream, request: Request, call: faults.Call) -> Handshake:
    """Ask for a WebSocket on a connection that is open, and encrypted where it must be.

    Raises `TransportError`; the connection is then closed.
    """
    own: socket.socket = stream.get_extra_info("socket")
    own.settimeout(call.limits.read)
    connected = (
        NestedSocket(own, stream) if isinstance(stream, NestedStream) else LibrarySocket(own)
    )
    offered = [value for name, value in request.headers if name.lower() == OFFERED]
    protocol = ClientProtocol(
        parse_uri(f"ws{request.url.removeprefix('http')}"),
        extensions=enable_client_permessage_deflate(None),
        subprotocols=[Subprotocol(one.strip()) for one in ",".join(offered).split(",") if one]
        or None,
        max_size=call.limits.body,
        logger=_SILENT,
    )
    connection = ClientConnection(
        cast("socket.socket", connected),
        protocol,
        ping_interval=None,
        close_timeout=CLOSE_SECONDS,
    )
    web_socket = WebSocket(connection, call, own)
    connected.is_given_up = web_socket.is_given_up
    try:
        headers = [pair for pair in request.headers if pair[0].lower() != OFFERED]
        connection.handshake(headers, None, call.connections.remaining(call.limits.read))
    except InvalidStatus as error:
        web_socket.close()
        answer = error.response
        return Handshake(
            status=answer.status_code,
            reason=answer.reason_phrase,
            headers=tuple(answer.headers.raw_items()),
            body=bytes(answer.body or b""),
        )
    except (InvalidHandshake, TimeoutError, OSError, EOFError) as error:
        web_socket.close()
        raise _refused(error, call) from error
    answered = connection.response
    assert answered is not None  # noqa: S101  # the handshake ended
    return Handshake(
        status=answered.status_code,
        reason=answered.reason_phrase,
        headers=tuple(answered.headers.raw_items()),
        web_socket=web_socket,
    )


def server_of(url: str) -> tuple[str, str, int]:
    """The scheme, the host and the port of a URL."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, parts.hostname or "", parts.port or (443 if scheme == "https" else 80)


def _refused(error: Exception, call: faults.Call) -> Exception:
    if call.connections.is_interrupted:
        return Interrupted("interrupted", "the run was stopped")
    if isinstance(error, TimeoutError):
        return faults.explain(httpcore.ReadTimeout(), call)
    if isinstance(error, EOFError | OSError) or isinstance(error.__cause__, EOFError | OSError):
        return faults.explain(httpcore.ReadError(error), call)
    reason = error.__cause__ if isinstance(error, InvalidMessage) and error.__cause__ else error
    return faults.not_web_socket(call.address, str(reason))
