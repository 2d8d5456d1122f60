"""The interface of every transport: it takes a request and returns its answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from harness.conversation import Attempt, Frame, Headers, Origin, Request
from harness.core import ProtocolError, value_class


@value_class(frozen=True, slots=True)
class Chunk:
    """A part of a body, as it arrived."""

    at: float
    """Seconds from sending the request."""
    content: bytes


@value_class(frozen=True, slots=True, kw_only=True)
class Answer:
    """The head of an answer, and its body as it arrives.

    Reading `chunks` raises `TransportError` where the body is interrupted or a limit is reached,
    and `CassetteError` where a recording ends early. The reader must read to the end or close the
    iterator.
    """

    status: int
    reason: str = ""
    headers: Headers = ()
    started: float
    """Seconds from the start of the conversation."""
    chunks: Iterator[Chunk]
    """The body; its last chunk may be empty, and its time is then that of the body's end."""
    attempts: tuple[Attempt, ...] = ()
    passed: Headers = ()
    """Cookies and addresses of the redirects and attempts before it."""
    is_timed: bool = True
    """False where a recording has no times."""


class Transport(Protocol):
    """Sends requests: over the network, or from a recording."""

    def send(self, request: Request) -> Answer:
        """Send one request, and return once the head of its answer has arrived.

        Raises `TransportError` or `CassetteError`.
        """

    def now(self, origin: Origin) -> float:
        """The time for the next request of a step, in seconds since 1970.

        In a replay, it is the time when that request was recorded.
        """

    def send_frame(self, frame: Frame) -> Frame:
        """Send a message on the WebSocket that was opened last; returns it with its time.

        Returns a frame `CLOSED` if the server has closed it. Raises as `send` does, and
        `ProtocolError` `no-socket` where none was opened.
        """
        raise no_socket(frame.origin)

    def receive(self, origin: Origin, seconds: float) -> Frame:
        """The next message on that WebSocket, its close, or `NOTHING` after so many seconds.

        Raises as `send_frame` does.
        """
        del seconds
        raise no_socket(origin)

    def sleep(self, seconds: float) -> None:
        """Wait. A replay does not."""

    def close(self) -> None:
        """Release connections and files. May be called twice, and from another thread."""


def no_socket(origin: Origin) -> ProtocolError:
    """The error for a step that needs a WebSocket, where none is open."""
    return ProtocolError(
        "no-socket",
        f"there is no open WebSocket for step {origin.step}",
        "it was closed, or not opened; a definition opens one with a 'socket' step",
    )
