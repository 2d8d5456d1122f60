"""The transport of a live conversation: retries, deadlines, interruption."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

import httpx

from harness.conversation import BUSY, Attempt, Frame, Headers, Origin, Request
from harness.core import Interrupted, TransportError
from harness.transport.live.body import Body
from harness.transport.live.connections import Connections
from harness.transport.live.faults import Call
from harness.transport.live.limits import LiveLimits
from harness.transport.live.repeating import (
    LONGEST_WAIT,
    headers_given,
    is_repeatable,
    last_answer,
    may_repeat,
    read_chunks,
    retry_after,
    wait_before,
)
from harness.transport.live.sender import Sender
from harness.transport.network import DIRECT, Network
from harness.transport.transport import Answer, Chunk, Transport, no_socket

if TYPE_CHECKING:
    from harness.transport.live.live_web_socket import WebSocket


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCheckpoint:
    """What another transport needs to continue a conversation."""

    seconds: float
    """Since the conversation began."""
    cookies: httpx.Cookies


class LiveTransport(Transport):
    """Sends requests with httpx. For one thread; `close` may come from another.

    `Answer.started` and the times of its chunks are those of the attempt that was answered, so
    that waiting for a busy server does not count as the bot's latency. Times are rounded to
    microseconds, as in a recording. `Answer.chunks` has a method `close`.

    Retries are a loop of our own: `close` cannot wake stamina and tenacity when they sleep, and
    they keep no list of attempts.
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
        network: Network = DIRECT,
    ) -> None:
        """`hosts` are the provider's `host:port`; `secret_headers` never leave their origin.

        `close` ends the default `sleep`.
        """
        self._limits = limits or LiveLimits()
        self._network = network
        self._clock = clock
        self._began = clock()
        self._random = random or Random()  # noqa: S311  jitter guards nothing
        self._connections = Connections(clock)
        self._sleep = sleep or self._connections.wait
        self._sender = Sender(
            hosts=hosts,
            secret_headers=secret_headers,
            connections=self._connections,
            network=network,
        )
        self._body: Body | None = None
        self._web_socket: WebSocket | None = None

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
            if answer is None or error is not None:
                assert error is not None  # noqa: S101  # there is an answer or an error
                wait = self._wait(attempts) if may_repeat(request, error) else None
                status, reason = 0, error.message
            else:
                is_busy = answer.status in BUSY - request.accepted
                wait = self._wait(attempts, answer) if is_busy else None
                status, reason = answer.status, f"{answer.status} {answer.reason}".strip()
            if wait is None:
                return last_answer(answer, error, tuple(attempts), passed)
            attempts.append(Attempt(status=status, reason=reason, waited=wait))
            if answer is not None:
                passed += (*answer.passed, *headers_given(answer.headers))
            self._drop_body()
            self.sleep(wait)

    def now(self, _origin: Origin) -> float:
        """The time of the system, to the millisecond."""
        return round(time.time(), 3)

    def send_frame(self, frame: Frame) -> Frame:
        """Send a message on the open WebSocket. Raises `TransportError`, `Interrupted`."""
        if self._web_socket is None:
            raise no_socket(frame.origin)
        self._connections.enter()
        try:
            return self._web_socket.send(frame, self._now)
        finally:
            self._connections.leave()

    def receive(self, origin: Origin, seconds: float) -> Frame:
        """The next message on the open WebSocket. Raises `TransportError`, `Interrupted`."""
        if self._web_socket is None:
            raise no_socket(origin)
        self._connections.enter()
        try:
            return self._web_socket.receive(origin, seconds, self._now)
        finally:
            self._connections.leave()

    def sleep(self, seconds: float) -> None:
        """Wait. Raises `Interrupted` as soon as the transport is closed."""
        self._sleep(seconds)
        if self._connections.is_interrupted:
            raise Interrupted("interrupted", "the run was stopped")

    def close(self) -> None:
        """Close every connection; a thread that waits in `send` or `sleep` gets `Interrupted`."""
        if not self._connections.is_used:
            self._close_web_socket()
        self._connections.interrupt()

    def checkpoint(self) -> LiveCheckpoint:
        """What another transport needs to continue from here. Between two requests only."""
        cookies = httpx.Cookies(self._sender.cookies)
        return LiveCheckpoint(seconds=self._clock() - self._began, cookies=cookies)

    def resume(self, checkpoint: LiveCheckpoint) -> None:
        """Continue the conversation of another transport. Before the first request only."""
        self._began = self._clock() - checkpoint.seconds
        self._sender.cookies.update(checkpoint.cookies)

    def _try(self, request: Request, total: float) -> tuple[Answer, TransportError | None]:
        """The answer of one attempt, and why its body ended early where that is known already."""
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
                network=self._network,
            )
            if request.is_socket:
                return self._open_web_socket(request, call), None
            response, body = self._sender.send(request, call)
            self._body = body
            chunks: Iterator[Chunk] = body
            error: TransportError | None = None
            if is_repeatable(request) and not request.is_stream:
                # Read here, so that the request can be repeated if its answer is interrupted.
                chunks, error = read_chunks(body)
        finally:
            connections.leave()
        answer = Answer(
            status=response.status_code,
            # HTTP/2 has none.
            reason=response.extensions.get("reason_phrase", b"").decode("latin-1"),
            headers=body.headers,
            started=round(call.sent - self._began, 6),
            chunks=chunks,
            passed=tuple(
                pair
                for hop in response.history
                for pair in headers_given(hop.headers.multi_items())
            ),
        )
        return answer, error

    def _open_web_socket(self, request: Request, call: Call) -> Answer:
        """Open a WebSocket in place of the one before it."""
        self._close_web_socket()
        handshake = self._sender.open_web_socket(request, call)
        self._web_socket = handshake.web_socket
        at = round(self._clock() - call.sent, 6)
        return Answer(
            status=handshake.status,
            reason=handshake.reason,
            headers=handshake.headers,
            started=round(call.sent - self._began, 6),
            chunks=iter([Chunk(at, handshake.body)]),
        )

    def _close_web_socket(self) -> None:
        if self._web_socket is not None:
            self._web_socket.close()
            self._web_socket = None

    def _now(self) -> float:
        """Seconds from the start of the conversation."""
        return round(self._clock() - self._began, 6)

    def _wait(self, attempts: list[Attempt], answer: Answer | None = None) -> float | None:
        """Seconds until the next attempt; None where there is no further one."""
        number = len(attempts) + 1
        if number >= self._limits.attempts:
            return None
        headers = answer.headers if answer is not None else ()
        values = (value for name, value in headers if name.lower() == "retry-after")
        asked = retry_after(next(values, None))
        if asked is not None and asked > LONGEST_WAIT:
            return None
        wait = round(wait_before(number, asked, self._random), 6)
        return wait if self._clock() + wait < self._connections.deadline else None

    def _drop_body(self) -> None:
        """Close the body of the last answer, so that its connection is free."""
        if self._body is not None:
            self._body.close()
            self._body = None
