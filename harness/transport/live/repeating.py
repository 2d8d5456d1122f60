"""When a request is sent again, and after which wait."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random

from harness.conversation import Attempt, Headers, Request
from harness.core import LostOnTheWay, NeverSent, TransportError, format_duration
from harness.transport.live.body import Body
from harness.transport.transport import Answer, Chunk

FIRST_WAIT = 0.25
"""The longest wait after the first attempt, in seconds; it doubles with every further attempt."""
LONGEST_WAIT = 30.0
"""The longest wait, in seconds. Where the server asks for more, there is no further attempt."""


def wait_before(attempt: int, asked: float | None, random: Random) -> float:
    """Seconds to wait after an attempt, which is counted from 1.

    They are those that the server asked for, if any; else exponential backoff with full jitter, so
    that many conversations do not continue at the same instant.
    """
    if asked is not None:
        return asked
    # S311: this randomness spreads load and guards nothing.
    return random.uniform(0.0, min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1)))


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks for; None where it is missing or unreadable.

    Source: RFC 9110, section 10.2.3: a number of seconds or an HTTP date.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        if until.tzinfo is None:
            until = until.replace(tzinfo=UTC)
        return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())
    except (ValueError, OverflowError, TypeError, IndexError):
        # Such as an offset of years, which Python parses and cannot subtract.
        return None


def headers_given(headers: Iterable[tuple[str, str]]) -> Headers:
    """The headers of an unread answer that later requests or answers may repeat."""
    return tuple(pair for pair in headers if pair[0].lower() in {"location", "set-cookie"})


def is_repeatable(request: Request) -> bool:
    """Whether a request can be sent again although the server may have acted on it."""
    return request.is_repeatable or request.method in {"GET", "HEAD"}


def may_repeat(request: Request, error: TransportError) -> bool:
    """Whether a request can be sent again after this error."""
    is_lost = isinstance(error, LostOnTheWay)
    return isinstance(error, NeverSent) or (is_lost and is_repeatable(request))


def read_chunks(body: Body) -> tuple[Iterator[Chunk], TransportError | None]:
    """The chunks of a body that were received, and the error that interrupted it."""
    received = []
    try:
        for chunk in body:
            received.append(chunk)  # noqa: PERF402  chunks before an error count too
    except TransportError as error:
        return iter(received), error
    return iter(received), None


def last_answer(
    answer: Answer | None,
    error: TransportError | None,
    attempts: tuple[Attempt, ...],
    passed: Headers,
) -> Answer:
    """The answer after these attempts. Raises the error where there is no answer."""
    if answer is None:
        assert error is not None  # noqa: S101  # there is an answer or an error
        _explain(attempts, error)
        raise error
    if error is None and not attempts:
        return answer
    return replace(
        answer,
        chunks=_explained(attempts, answer.chunks, error),
        attempts=attempts,
        passed=(*passed, *answer.passed),
    )


def _explained(
    attempts: tuple[Attempt, ...], chunks: Iterator[Chunk], error: TransportError | None
) -> Iterator[Chunk]:
    """The chunks, and then the error. An error lists the attempts."""
    try:
        yield from chunks
        if error is not None:
            raise error
    except TransportError as raised:
        _explain(attempts, raised)
        raise


def _explain(attempts: tuple[Attempt, ...], error: TransportError) -> None:
    error.details += tuple(
        f"attempt {number}: {attempt.reason}; waited {format_duration(attempt.waited)}"
        for number, attempt in enumerate(attempts, 1)
    )
