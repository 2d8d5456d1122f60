"""Sockets with a common deadline, which another thread can interrupt."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpcore

from harness.core import Interrupted
from harness.core.network_guard import own_connection

SLICE = 0.05
"""Seconds between two checks for an interruption while a connection is made."""

# It needs no file descriptor, unlike the default one. Windows does not have it.
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)

Address = tuple[Any, Any, int, str, Any]
"""A result of `socket.getaddrinfo`."""


class Connections(httpcore.NetworkBackend):
    """Opens the sockets of one transport.

    `httpx.Client.close` does not wake a thread that waits for bytes, and a read timeout starts
    again with every byte. Here every wait ends at `deadline`, and `interrupt` ends it at once.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.deadline = float("inf")
        """The `clock`'s time at which every wait ends."""
        self.has_ended = False
        """A server has closed its connection; the caller resets it before each attempt."""
        self.received_at = 0.0
        """The `clock`'s time at which the last bytes, or the end of a connection, were received."""
        self._clock = clock
        self._interrupted = threading.Event()
        self._lock = threading.Lock()
        self._depth = 0
        self._open: set[socket.socket] = set()

    @property
    def is_interrupted(self) -> bool:
        """Whether `interrupt` was called."""
        return self._interrupted.is_set()

    @property
    def is_late(self) -> bool:
        """Whether the deadline is reached."""
        return self._clock() >= self.deadline

    def note_received(self, content: bytes) -> None:
        """Store the time of received bytes; empty ones are the end of the connection."""
        self.received_at = self._clock()
        self.has_ended = not content

    def wait(self, seconds: float) -> None:
        """Wait, at most until `interrupt`."""
        self._interrupted.wait(seconds)

    def interrupt(self) -> None:
        """Close every connection and refuse new ones. Works from any thread.

        A socket in use is shut down, which wakes its thread; that thread closes it in `leave`.
        """
        self._interrupted.set()
        with self._lock:
            if not self._depth:
                self._close_all()
                return
            for sock in self._open:
                _shut_down(sock)

    def enter(self) -> None:
        """Mark that a thread uses the sockets, so that `interrupt` does not close them."""
        with self._lock:
            if self._interrupted.is_set():
                raise Interrupted("interrupted", "the run was stopped")
            self._depth += 1

    def leave(self) -> None:
        """Undo `enter`."""
        with self._lock:
            self._depth -= 1
            if self._interrupted.is_set() and not self._depth:
                self._close_all()

    def remaining(self, timeout: float | None) -> float:
        """The seconds that a wait may last. Raises `TimeoutError` after the deadline."""
        left = self.deadline - self._clock()
        if left <= 0:
            raise TimeoutError
        return left if timeout is None else min(left, timeout)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Open a connection. Raises httpcore's `ConnectTimeout`, or `ConnectError` of the OSError.

        httpcore's pool drops the cause of an exception, so it is the exception's argument.
        """
        del local_address, socket_options  # httpx passes neither unless it is asked to
        with _raising(httpcore.ConnectTimeout, httpcore.ConnectError), own_connection():
            ends = self._clock() + self.remaining(timeout)
            return Stream(self, self._connect(self._resolve(host, port, ends), ends))

    def keep(self, sock: socket.socket) -> None:
        """Watch a socket, so that `interrupt` reaches it."""
        with self._lock:
            self._open.add(sock)
            if self._interrupted.is_set():
                _shut_down(sock)

    def drop(self, sock: socket.socket) -> None:
        """Close a socket. Under the lock, because its number may be reused at once."""
        with self._lock:
            self._open.discard(sock)
            sock.close()

    def _close_all(self) -> None:
        for sock in self._open:
            sock.close()
        self._open.clear()

    def _resolve(self, host: str, port: int, ends: float) -> list[Address]:
        """The addresses of a host. A thread of its own looks them up: nothing can interrupt it."""
        if host == "localhost" or ":" in host or host.replace(".", "").isdigit():
            return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        found: list[Address] = []
        failed: list[OSError] = []
        done = threading.Event()

        def look_up() -> None:
            try:
                with own_connection():
                    found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
            except (OSError, UnicodeError) as error:
                failed.append(error if isinstance(error, OSError) else socket.gaierror(str(error)))
            done.set()

        threading.Thread(target=look_up, name="harness-resolve", daemon=True).start()
        while not done.wait(min(SLICE, max(0.0, ends - self._clock()))):
            self._check(ends)
        if failed:
            raise failed[0]
        return found

    def _connect(self, addresses: list[Address], ends: float) -> socket.socket:
        """A connection to the first address that accepts one. They share the time that is left.

        Raises `TimeoutError` where one did not answer, else the error of the last.
        """
        failed: list[OSError] = [OSError("the host has no address")]
        for number, address in enumerate(addresses):
            now = self._clock()
            try:
                return self._connect_to(address, now + (ends - now) / (len(addresses) - number))
            except OSError as error:
                failed.append(error)
        silent = (error for error in failed if isinstance(error, TimeoutError))
        raise next(silent, failed[-1])

    def _connect_to(self, address: Address, ends: float) -> socket.socket:
        """Connect to an address. Not every system can shut down a connection in the making."""
        family, kind, protocol, _, target = address
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(0)
            with contextlib.suppress(BlockingIOError):
                sock.connect(target)
            while not _is_ready(sock, selectors.EVENT_WRITE, min(SLICE, ends - self._clock())):
                self._check(ends)
            _require_connected(sock)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            # Also for the errors of a project that blocks the network in its tests.
            sock.close()
            raise
        return sock

    def _check(self, ends: float) -> None:
        if self._interrupted.is_set():
            raise OSError("interrupted")
        if self._clock() >= ends:
            raise TimeoutError


class Stream(httpcore.NetworkStream):
    """One connection. Raises httpcore's errors, as its own streams do."""

    def __init__(self, connections: Connections, sock: socket.socket) -> None:
        self._connections = connections
        self._sock = sock
        connections.keep(sock)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The bytes that arrived, at most `max_bytes`; empty at the end."""
        # Without `_raising`, which costs a microsecond: a stream has thousands of chunks.
        try:
            self._sock.settimeout(self._connections.remaining(timeout))
            content = self._sock.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout from error
        except OSError as error:
            raise httpcore.ReadError(error) from error
        self._connections.note_received(content)
        return content

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        rest = memoryview(buffer)
        with _raising(httpcore.WriteTimeout, httpcore.WriteError):
            while rest:
                self._sock.settimeout(self._connections.remaining(timeout))
                rest = rest[self._sock.send(rest) :]

    def close(self) -> None:
        """Close the connection."""
        self._connections.drop(self._sock)

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """The same connection, encrypted. The handshake can be interrupted too."""
        plain = self._sock
        with _raising(httpcore.ConnectTimeout, httpcore.ConnectError, self.close):
            plain.settimeout(self._connections.remaining(timeout))
            encrypted = ssl_context.wrap_socket(
                plain, server_hostname=server_hostname, do_handshake_on_connect=False
            )
            # `wrap_socket` has detached it.
            self._connections.drop(plain)
            stream = Stream(self._connections, encrypted)
            self._sock = encrypted
            encrypted.do_handshake()
            return stream

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  httpcore's own signature
        """Tell httpcore whether an idle connection is readable, which means that it was closed."""
        return _is_ready(self._sock, selectors.EVENT_READ, 0) if info == "is_readable" else None


@contextlib.contextmanager
def _raising(
    timeout: type[httpcore.TimeoutException],
    failure: type[httpcore.NetworkError],
    clean_up: Callable[[], None] = lambda: None,
) -> Iterator[None]:
    """Raise httpcore's errors in place of the socket's."""
    try:
        yield
    except OSError as error:
        clean_up()
        raise (timeout() if isinstance(error, TimeoutError) else failure(error)) from error


def _is_ready(sock: socket.socket, event: int, seconds: float) -> bool:
    """Whether a socket can be read or written within some time."""
    with _Selector() as selector:
        selector.register(sock, event)
        return bool(selector.select(max(0.0, seconds)))


def _require_connected(sock: socket.socket) -> None:
    if code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        # Python picks the subclass by the number, such as ConnectionRefusedError.
        raise OSError(code, os.strerror(code))


def _shut_down(sock: socket.socket) -> None:
    """End every read of this socket at once."""
    with contextlib.suppress(OSError):
        # SSLSocket.shutdown would remove the TLS state that the reading thread uses.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
