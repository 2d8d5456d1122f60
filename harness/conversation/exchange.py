"""One request and its answer, as values. All times are in seconds."""

from __future__ import annotations

from enum import StrEnum

from harness.core import value_class

BUSY = frozenset({429, 503})
"""Statuses that say that the server did not process the request."""

Headers = tuple[tuple[str, str], ...]
"""Names and values in the order sent or received; a name can occur several times."""


class Phase(StrEnum):
    """The phase of a step, in the order of a conversation."""

    PREPARE = "prepare"
    OPEN = "open"
    SEND = "send"
    TOOLS = "tools"
    LATE = "late"
    HISTORY = "history"
    CLOSE = "close"


REPLYING = (Phase.SEND, Phase.TOOLS)
"""The phases whose steps read the reply to a message."""
_PHASES = {phase.value: phase for phase in Phase}


def phase_of(step: str) -> Phase | None:
    """The phase of a step, by its name such as `send.2`; None for the name of another tool."""
    return _PHASES.get(step.partition(".")[0])


@value_class(frozen=True, slots=True, kw_only=True)
class Origin:
    """Which step of which turn a request belongs to. It is the key of a recording."""

    turn: int
    """From 1; 0 for what happens before the first turn, -1 for closing steps."""
    step: str
    """Phase and number, such as `send.2`; a poll keeps one name over all its requests."""
    message: str = ""
    """A hash of the user message of the turn; empty outside a turn."""

    @property
    def phase(self) -> Phase | None:
        """As of `phase_of`."""
        return phase_of(self.step)


FRAME, RECEIVE = "FRAME", "RECEIVE"
"""In a transcript, in place of a method: what a step did on a WebSocket."""
ON_SOCKET = frozenset({FRAME, RECEIVE})
LOST = 1006
"""The close code of a WebSocket whose connection ended without a close.

Source: RFC 6455, section 7.4.1.
"""


class Direction(StrEnum):
    """What happened on a WebSocket."""

    SENT = "sent"
    RECEIVED = "received"
    CLOSED = "closed"
    """The server closed it, or the connection was lost."""
    FAILED = "failed"
    """The network, or a limit, ended what the step did."""
    NOTHING = "nothing"
    """A wait ended without a message."""


@value_class(frozen=True, slots=True, kw_only=True)
class Frame:
    """A message on a WebSocket, its end, or a wait in which there was none."""

    origin: Origin
    direction: Direction = Direction.RECEIVED
    at: float = 0.0
    """Seconds from the start of the conversation."""
    content: str | bytes = ""
    """A text or, as bytes, a binary message."""
    waited: float = 0.0
    """Of a wait without a message: its seconds."""
    code: int = 0
    """Of a close: its code, or `LOST`."""
    fault: str = ""
    """Of a failure: the code of its error."""
    reason: str = ""
    """Of a close: the server's words. Of a failure: the message of its error."""
    now: float | None = None
    """Of a message that was made with a time: that time, in seconds since 1970."""
    hashes: tuple[str, ...] = ()
    """Hashes of secrets in a message that is sent. They are never stored."""


@value_class(frozen=True, slots=True, kw_only=True)
class Request:
    """What is sent, and how."""

    method: str
    url: str
    """Absolute, with its query."""
    headers: Headers = ()
    body: bytes = b""
    origin: Origin
    is_stream: bool = False
    """Whether the answer is read chunk by chunk."""
    is_socket: bool = False
    """Whether it is the handshake of a WebSocket."""
    is_repeatable: bool = False
    """Whether it can be sent again even if the server may have processed it."""
    accepted: frozenset[int] = frozenset()
    """Statuses that the scenario expects. The request is not sent again after them."""
    timeout: float | None = None
    """Total seconds for this request; None for the provider's default."""
    now: float | None = None
    """The time in it, in seconds since 1970; None if it was not made with a time."""
    hashes: tuple[str, ...] = ()
    """Texts in it that are hashes of secrets, such as a signature. They are never stored."""

    def header(self, name: str) -> str | None:
        """The first value of a header, ignoring case; None if it is missing."""
        return _header(self.headers, name)


@value_class(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A try without a usable answer, and why it was repeated."""

    status: int = 0
    """0 if there was no answer."""
    reason: str
    waited: float
    """Seconds between this try and the next."""


@value_class(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer that was read completely."""

    status: int
    reason: str = ""
    headers: Headers = ()
    body: bytes = b""
    """Decoded: without the gzip or deflate of the transfer."""
    started: float = 0.0
    """Seconds from the start of the conversation to the sending of the request."""
    first_byte: float | None = None
    """Seconds from sending to the first byte of the body; None if it was not recorded."""
    seconds: float | None = None
    """Seconds from sending to the end of the body; None if it was not recorded."""
    chunks: tuple[tuple[float, int], ...] = ()
    """For a stream: (seconds from sending, length in bytes) of each chunk."""
    attempts: tuple[Attempt, ...] = ()
    frames: tuple[Frame, ...] = ()
    """In a recording, of the handshake of a WebSocket: what was sent and received on it."""
    passed: Headers = ()
    """Cookies and addresses of the redirects and attempts before it. They are never stored."""

    def header(self, name: str) -> str | None:
        """The first value of a header, ignoring case; None if it is missing."""
        return _header(self.headers, name)

    @property
    def ended(self) -> float:
        """Seconds from the start of the conversation to the end of the body."""
        return self.started + (self.seconds or 0.0)


@value_class(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request with its answer; None if there is no complete answer."""

    request: Request
    response: Response | None
    contract: tuple[str, ...] = ()
    """How the answer breaks the definition's schema, one sentence each."""
    notes: tuple[str, ...] = ()
    """Notes on how the answer was read, one sentence each."""


def _header(headers: Headers, name: str) -> str | None:
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)
