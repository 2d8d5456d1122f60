"""The seam between what is said and how it travels: request in, answer out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from harness.conversation import Attempt, Headers, Request
from harness.core import value_class


@value_class(frozen=True, slots=True)
class Chunk:
    """A stretch of a body as it arrived."""

    at: float
    """Seconds from sending the request."""
    content: bytes


@value_class(frozen=True, slots=True, kw_only=True)
class Answer:
    """The head of an answer, and its body as it arrives.

    Reading `chunks` raises `TransportError` where the body breaks off or a limit is reached,
    and `CassetteError` where a recording ends early. Whoever reads must read to the end or
    close the iterator.
    """

    status: int
    reason: str = ""
    headers: Headers = ()
    started: float
    """Seconds from the start of the conversation."""
    chunks: Iterator[Chunk]
    """The body; its last chunk may be empty and then only says when the body ended."""
    attempts: tuple[Attempt, ...] = ()
    passed: Headers = ()
    """Cookies and addresses of the redirects and attempts before it."""
    is_timed: bool = True
    """False where a recording holds no times."""


class Transport(Protocol):
    """How requests travel."""

    def send(self, request: Request) -> Answer:
        """Send one request and return once the head of its answer is there.

        Raises `TransportError` or `CassetteError`.
        """
        ...

    def sleep(self, seconds: float) -> None:
        """Let time pass: really in a live conversation, not at all in a replay."""
        ...

    def close(self) -> None:
        """Give back what the transport holds. May be called twice, and from another thread."""
        ...
