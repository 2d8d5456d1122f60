"""What one request may cost."""

from __future__ import annotations

from dataclasses import dataclass

from harness.transport.decoding import LARGEST_BODY


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveLimits:
    """What one request may cost. Times are seconds."""

    connect: float = 10.0
    """To open a connection, the lookup of the host and TLS included."""
    read: float = 30.0
    """Silence."""
    total: float = 120.0
    """From the first try to the end of the body, retries and their waits included."""
    body: int = LARGEST_BODY
    """Decoded bytes."""
    attempts: int = 3
