"""One request and its answer, as values. All times are seconds."""

from __future__ import annotations

from enum import StrEnum

from harness.core import value_class

BUSY = frozenset({429, 503})
"""Statuses by which a server says that it did not take the request on."""

Headers = tuple[tuple[str, str], ...]
"""Names and values in the order sent or received; a name may stand several times."""


class Phase(StrEnum):
    """What a step belongs to, in the order in which a conversation goes through the phases."""

    PREPARE = "prepare"
    OPEN = "open"
    SEND = "send"
    LATE = "late"
    HISTORY = "history"
    CLOSE = "close"


_PHASES = {phase.value: phase for phase in Phase}


def phase_of(step: str) -> Phase | None:
    """The phase of a step, by its name such as `send.2`; None where another tool named it."""
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


@value_class(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be sent, and what the sender may do with it."""

    method: str
    url: str
    """Absolute, with its query."""
    headers: Headers = ()
    body: bytes = b""
    origin: Origin
    is_stream: bool = False
    """The answer is read chunk by chunk."""
    is_repeatable: bool = False
    """It may be sent again although the server may have acted on it."""
    accepted: frozenset[int] = frozenset()
    """Statuses that the scenario expects, so that the request is not sent again after them."""
    timeout: float | None = None
    """Total seconds for this request; None for the provider's default."""

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever its case; None where it is missing."""
        return _header(self.headers, name)


@value_class(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A try that did not bring the answer, and why it was repeated."""

    status: int = 0
    """0 where no answer came."""
    reason: str
    waited: float
    """Seconds between this try and the next."""


@value_class(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer that was read to its end."""

    status: int
    reason: str = ""
    headers: Headers = ()
    body: bytes = b""
    """Decoded: the transfer's gzip or deflate is undone."""
    started: float = 0.0
    """Seconds from the start of the conversation to the sending of the request."""
    first_byte: float | None = None
    """Seconds from sending to the first byte of the body; None where it was not recorded."""
    seconds: float | None = None
    """Seconds from sending to the end of the body; None where it was not recorded."""
    chunks: tuple[tuple[float, int], ...] = ()
    """For a stream: (seconds from sending, length in bytes) of each chunk."""
    attempts: tuple[Attempt, ...] = ()
    passed: Headers = ()
    """Cookies and addresses of the redirects and attempts before it. They are never stored."""

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever its case; None where it is missing."""
        return _header(self.headers, name)

    @property
    def ended(self) -> float:
        """Seconds from the start of the conversation to the end of the body."""
        return self.started + (self.seconds or 0.0)


@value_class(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request with its answer; None where no whole answer came."""

    request: Request
    response: Response | None
    contract: tuple[str, ...] = ()
    """What breaks the definition's schema, a sentence each."""
    notes: tuple[str, ...] = ()
    """What people should know of how the answer was read, a sentence each."""


def _header(headers: Headers, name: str) -> str | None:
    wanted = name.lower()
    for key, value in headers:
        if key.lower() == wanted:
            return value
    return None
