"""The limits of one request."""

from __future__ import annotations

from dataclasses import dataclass

from harness.transport.decoding import LARGEST_BODY


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveLimits:
    """The limits of one request. Times are seconds."""

    connect: float = 10.0
    """To open a connection, including the lookup of the host and TLS."""
    read: float = 30.0
    """Without a byte from the server."""
    total: float = 120.0
    """From the first attempt to the end of the body, including retries and their waits."""
    body: int = LARGEST_BODY
    """Decoded bytes."""
    attempts: int = 3
