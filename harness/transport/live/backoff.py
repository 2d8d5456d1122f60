"""How long to wait before a request is sent again."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random

_DIGITS = frozenset("0123456789")

FIRST = 0.25
"""Seconds: the longest wait after the first try; it doubles with every further one."""
LONGEST = 30.0
"""Seconds: no single wait is longer. Where the server asks for more, it is not asked again."""


def wait_before(attempt: int, asked: float | None, random: Random) -> float:
    """Seconds to wait after the given try, counted from 1.

    What the server asked for is kept to; else exponential backoff with full jitter, so that many
    conversations do not come back at the same instant.
    """
    if asked is not None:
        return asked
    # S311: this randomness spreads load and guards nothing.
    return random.uniform(0.0, min(LONGEST, FIRST * 2 ** (attempt - 1)))


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks for; None where it is missing or unreadable.

    Source: RFC 9110, section 10.2.3: a number of seconds or an HTTP date.
    """
    if value is None:
        return None
    text = value.strip()
    if text and _DIGITS.issuperset(text):
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        if until.tzinfo is None:
            until = until.replace(tzinfo=UTC)
        return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())
    except (ValueError, OverflowError, TypeError, IndexError):
        # Such as an offset of years, which Python's parser takes and cannot count with.
        return None
