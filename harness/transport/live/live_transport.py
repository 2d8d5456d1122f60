"""The transport of a live conversation: retries, deadlines, interruption."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random

import httpx

from harness.conversation import BUSY, Attempt, Headers, Request
from harness.core import Interrupted, LostOnTheWay, NeverSent, TransportError
from harness.transport.live.body import Body
from harness.transport.live.connections import Connections
from harness.transport.live.faults import Call
from harness.transport.live.limits import LiveLimits
from harness.transport.live.sender import Sender
from harness.transport.transport import Answer, Chunk, Transport

FIRST_WAIT = 0.25
"""Seconds: the longest wait after the first try; it doubles with every further one."""
LONGEST_WAIT = 30.0
"""Seconds: no single wait is longer. Where the server asks for more, it is not asked again."""
_DIGITS = frozenset("0123456789")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCheckpoint:
    """What another transport needs to go on with a conversation."""

    seconds: float
    """Since the conversation began."""
    cookies: httpx.Cookies


class LiveTransport(Transport):
    """Sends requests with httpx. For one thread; `close` may come from another.

    `Answer.started` and the times of its chunks belong to the try that brought the answer, so
    that waiting for a busy server is not counted as the bot's latency. Times are rounded to
    microseconds, which a recording keeps. `Answer.chunks` has a method `close`.

    Retries are a loop of our own: stamina and tenacity sleep where `close` cannot wake them,
    and keep no list of what was tried.
    """

    def __init__(
        self,
        *,
        hosts: frozenset[str],
        limits: LiveLimits | None = None,
        secret_headers: frozenset[str] = frozenset(),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
        random: Random | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """`hosts` are the provider's `host:port`; `secret_headers` never leave their origin.

        `sleep` is by default one that `close` ends; `ssl_context` is for a server whose
        certificate is signed privately.
        """
        self._limits = limits or LiveLimits()
        self._clock = clock
        self._began = clock()
        self._random = random or Random()  # noqa: S311  jitter guards nothing
        self._connections = Connections(clock)
        self._sleep = sleep or self._connections.wait
        self._sender = Sender(
            hosts=hosts,
            secret_headers=secret_headers,
            connections=self._connections,
            ssl_context=ssl_context,
        )
        self._body: Body | None = None

    def send(self, request: Request) -> Answer:
        """Send one request, again where that is safe. Raises `TransportError`, `Interrupted`."""
        total = request.timeout or self._limits.total
        self._connections.deadline = self._clock() + total
        attempts: list[Attempt] = []
        passed: Headers = ()
        while True:
            try:
                answer, error = self._try(request, total)
            except TransportError as unanswered:
                answer, error = None, unanswered
            if error is not None:
                wait = self._wait(attempts) if _may_repeat(request, error) else None
                if wait is None:
                    _explain(attempts, error)
                    if answer is None:
                        raise error
                    broken = _ending_in(error, answer.chunks)
                    passed += answer.passed
                    return replace(answer, chunks=broken, attempts=tuple(attempts), passed=passed)
                attempts.append(Attempt(reason=error.message, waited=wait))
            else:
                assert answer is not None  # noqa: S101  # one of the two is there
                is_busy = answer.status in BUSY - request.accepted
                wait = self._wait(attempts, answer) if is_busy else None
                if wait is None:
                    if not attempts:
                        return answer
                    explained = _explaining(attempts, answer.chunks)
                    passed += answer.passed
                    return replace(
                        answer, chunks=explained, attempts=tuple(attempts), passed=passed
                    )
                reason = f"{answer.status} {answer.reason}".strip()
                attempts.append(Attempt(status=answer.status, reason=reason, waited=wait))
                passed += (*answer.passed, *_given(answer.headers))
            self._drop_body()
            self.sleep(wait)

    def sleep(self, seconds: float) -> None:
        """Wait. Raises `Interrupted` at once when the transport is closed meanwhile."""
        self._sleep(seconds)
        if self._connections.is_interrupted:
            raise Interrupted("interrupted", "the run was stopped")

    def close(self) -> None:
        """Close every connection; a thread that waits in `send` or `sleep` gets `Interrupted`."""
        self._connections.interrupt()

    def checkpoint(self) -> LiveCheckpoint:
        """What another transport needs to go on from here. Between two requests only."""
        cookies = httpx.Cookies(self._sender.cookies)
        return LiveCheckpoint(seconds=self._clock() - self._began, cookies=cookies)

    def resume(self, checkpoint: LiveCheckpoint) -> None:
        """Go on with a conversation from where another transport was. Before the first request."""
        self._began = self._clock() - checkpoint.seconds
        self._sender.cookies.update(checkpoint.cookies)

    def _try(self, request: Request, total: float) -> tuple[Answer, TransportError | None]:
        """The answer, and why its body ended early where that is known already."""
        self._drop_body()
        address, _ = self._sender.allowed(request.url)
        connections = self._connections
        connections.enter()
        try:
            connections.has_ended = False
            call = Call(
                address=address,
                total=total,
                sent=self._clock(),
                limits=self._limits,
                connections=connections,
            )
            response, body = self._sender.send(request, call)
            self._body = body
            chunks: Iterator[Chunk] = body
            error: TransportError | None = None
            if _is_repeatable(request) and not request.is_stream:
                # Read here, so that an answer which breaks off can be asked for again.
                chunks, error = _read(body)
        finally:
            connections.leave()
        answer = Answer(
            status=response.status_code,
            reason=response.extensions["reason_phrase"].decode("latin-1"),
            headers=tuple(
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in response.headers.raw
            ),
            started=round(call.sent - self._began, 6),
            chunks=chunks,
            passed=tuple(
                pair for hop in response.history for pair in _given(hop.headers.multi_items())
            ),
        )
        return answer, error

    def _wait(self, attempts: list[Attempt], answer: Answer | None = None) -> float | None:
        """Seconds until the next try; None where there is no further one."""
        number = len(attempts) + 1
        if number >= self._limits.attempts:
            return None
        asked = None if answer is None else retry_after(_header(answer, "retry-after"))
        if asked is not None and asked > LONGEST_WAIT:
            return None
        wait = round(wait_before(number, asked, self._random), 6)
        return wait if self._clock() + wait < self._connections.deadline else None

    def _drop_body(self) -> None:
        """Give up what is left of the last answer, so that its connection is free."""
        if self._body is not None:
            self._body.close()
            self._body = None


def wait_before(attempt: int, asked: float | None, random: Random) -> float:
    """Seconds to wait after the given try, counted from 1.

    What the server asked for is kept to; else exponential backoff with full jitter, so that many
    conversations do not come back at the same instant.
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


def _given(headers: Iterable[tuple[str, str]]) -> Headers:
    """What of an answer's head may be said again, although nobody reads the answer."""
    return tuple(pair for pair in headers if pair[0].lower() in {"location", "set-cookie"})


def _is_repeatable(request: Request) -> bool:
    return request.is_repeatable or request.method in {"GET", "HEAD"}


def _may_repeat(request: Request, error: TransportError) -> bool:
    is_lost = isinstance(error, LostOnTheWay)
    return isinstance(error, NeverSent) or (is_lost and _is_repeatable(request))


def _header(answer: Answer, name: str) -> str | None:
    return next((value for key, value in answer.headers if key.lower() == name), None)


def _read(body: Body) -> tuple[Iterator[Chunk], TransportError | None]:
    """What came of a body, and why no more did."""
    kept = []
    try:
        for chunk in body:
            kept.append(chunk)  # noqa: PERF402  what came before an error counts
    except TransportError as error:
        return iter(kept), error
    return iter(kept), None


def _ending_in(error: TransportError, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    yield from chunks
    raise error


def _explaining(attempts: list[Attempt], chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    try:
        yield from chunks
    except TransportError as error:
        _explain(attempts, error)
        raise


def _explain(attempts: list[Attempt], error: TransportError) -> None:
    error.details += tuple(_line(n, one) for n, one in enumerate(attempts, 1))


def _line(number: int, attempt: Attempt) -> str:
    return f"attempt {number}: {attempt.reason}; waited {attempt.waited:g} s"
