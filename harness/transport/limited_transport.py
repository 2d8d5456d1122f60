"""A transport with a pace, which the provider sets, and a deadline, which the scenario sets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import inf

from harness.conversation import Direction, Frame, Origin, Request
from harness.core import TimedOut, TransportError, format_duration
from harness.transport.transport import Answer, Chunk, Transport


class Pace:
    """Spaces requests evenly over all conversations with a provider. Safe for threads."""

    def __init__(
        self, rate: float, *, share: int = 1, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`rate` is in requests a second, of as many processes together as `share` says."""
        self._gap = share / rate
        self._clock = clock
        self._next = 0.0
        self._lock = threading.Lock()

    def reserve(self) -> float:
        """Reserve the next request; returns the seconds to wait for it."""
        with self._lock:
            now = self._clock()
            start = max(now, self._next)
            self._next = start + self._gap
            return start - now


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
        """`seconds` is the limit of the whole conversation, from now; None for no limit."""
        self._transport = transport
        self._pace = pace
        self._seconds = inf if seconds is None else seconds
        self._clock = clock
        self._deadline = clock() + self._seconds

    def send(self, request: Request) -> Answer:
        """Send at the pace. Raises `TransportError` `scenario-timeout` after the deadline."""
        if self._pace is not None and (wait := self._pace.reserve()) > 0:
            self.sleep(wait)
        if self._seconds == inf:
            return self._transport.send(request)
        left = self._left()
        if request.timeout is None or request.timeout > left:
            request = replace(request, timeout=left)
        try:
            answer = self._transport.send(request)
        except TransportError as error:
            raise self._named(error) from error
        return replace(answer, chunks=self._watched(answer.chunks))

    def now(self, origin: Origin) -> float:
        """The time of the other transport."""
        return self._transport.now(origin)

    def send_frame(self, frame: Frame) -> Frame:
        """Send a message, at the pace of requests. Raises as `send` does."""
        if self._pace is not None and (wait := self._pace.reserve()) > 0:
            self.sleep(wait)
        self._left()
        return self._transport.send_frame(frame)

    def receive(self, origin: Origin, seconds: float) -> Frame:
        """Receive, at most until the deadline, and then raise the error of `send`."""
        left = self._left()
        frame = self._transport.receive(origin, min(seconds, left))
        if frame.direction is Direction.NOTHING and seconds > left:
            raise self._over()
        return frame

    def sleep(self, seconds: float) -> None:
        """Wait, at most until the deadline, and then raise the error of `send`."""
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
        left = self._deadline - self._clock()
        if left <= 0:
            raise self._over()
        return left

    def _named(self, error: TransportError) -> TransportError:
        is_over = isinstance(error, TimedOut) and self._clock() >= self._deadline
        return self._over() if is_over else error

    def _over(self) -> TransportError:
        limit = format_duration(self._seconds)
        return TransportError(
            "scenario-timeout", f"the conversation took longer than its limit of {limit}"
        )
