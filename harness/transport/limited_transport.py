"""A transport with a pace and a deadline: what a provider allows, and what a scenario may take."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from harness.conversation import Request
from harness.core import TimedOut, TransportError, format_duration
from harness.transport.transport import Answer, Chunk, Transport


class Pace:
    """Spaces requests evenly over all conversations with a provider. Safe for threads."""

    def __init__(self, rate: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`rate` is in requests a second."""
        self._gap = 1.0 / rate
        self._clock = clock
        self._next = 0.0
        self._lock = threading.Lock()

    def reserve(self) -> float:
        """Take the next place; returns the seconds to wait for it."""
        with self._lock:
            now = self._clock()
            mine = max(now, self._next)
            self._next = mine + self._gap
            return mine - now


class LimitedTransport:
    """Keeps another transport to a pace and a deadline."""

    def __init__(
        self,
        transport: Transport,
        *,
        pace: Pace | None = None,
        seconds: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`seconds` is what the whole conversation may take, from now."""
        self._transport = transport
        self._pace = pace
        self._seconds = seconds
        self._clock = clock
        self._deadline = None if seconds is None else clock() + seconds

    def send(self, request: Request) -> Answer:
        """Send in time. Raises `TransportError` `scenario-timeout` where the time is over."""
        if self._pace is not None:
            wait = self._pace.reserve()
            if wait > 0:
                self.sleep(wait)
        if self._deadline is None:
            return self._transport.send(request)
        left = self._left()
        if request.timeout is None or request.timeout > left:
            request = replace(request, timeout=left)
        try:
            answer = self._transport.send(request)
        except TransportError as error:
            raise self._named(error) from error
        return replace(answer, chunks=self._watched(answer.chunks))

    def sleep(self, seconds: float) -> None:
        """Let time pass, at most until the deadline; then raises as `send` does."""
        if self._deadline is None:
            self._transport.sleep(seconds)
            return
        left = self._left()
        self._transport.sleep(min(seconds, left))
        if seconds >= left:
            raise self._over()

    def close(self) -> None:
        """Close the other transport."""
        self._transport.close()

    def _watched(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        try:
            yield from chunks
        except TransportError as error:
            raise self._named(error) from error

    def _left(self) -> float:
        assert self._deadline is not None  # noqa: S101  # asked by the callers
        left = self._deadline - self._clock()
        if left <= 0:
            raise self._over()
        return left

    def _named(self, error: TransportError) -> TransportError:
        assert self._deadline is not None  # noqa: S101  # asked by the callers
        is_over = isinstance(error, TimedOut) and self._clock() >= self._deadline
        return self._over() if is_over else error

    def _over(self) -> TransportError:
        limit = format_duration(self._seconds or 0.0)
        return TransportError(
            "scenario-timeout", f"the conversation took longer than its limit of {limit}"
        )
