"""Sockets with a common deadline, which another thread can interrupt."""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpcore

from harness.core import Interrupted
from harness.core.network_guard import own_connection
from harness.transport.live.addresses import connect, is_ready, resolve
from harness.transport.live.http2_stream import speaking_http2
from harness.transport.live.nested_stream import NestedStream


class Connections(httpcore.NetworkBackend):
    """Opens the sockets of one transport.

    `httpx.Client.close` does not wake a thread that waits for bytes, and a read timeout starts
    again with every byte. Here every wait ends at `deadline`, and `interrupt` ends it at once.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.deadline = float("inf")
        """The `clock`'s time at which every wait ends."""
        self.setup_ends = float("inf")
        """The same while a proxy connects to the server: the limit of the whole connection."""
        self.connect_ends = float("inf")
        """When the limit of the connection ends that was opened last."""
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
    def is_used(self) -> bool:
        """Whether a thread uses the sockets."""
        return self._depth > 0

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
                shut_down(sock)

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
        left = min(self.deadline, self.setup_ends) - self._clock()
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
            self.setup_ends = float("inf")
            self.connect_ends = ends = self._clock() + self.remaining(timeout)
            addresses = resolve(host, port, ends, self._check)
            return Stream(self, connect(addresses, ends, self._clock, self._check))

    def remaining_to_connect(self) -> float:
        """The seconds that are left to open a connection. Raises `TimeoutError` if there are none.

        TLS, and what a proxy does, are within the same limit as the connection to an address.
        """
        left = self.remaining(self.connect_ends - self._clock())
        if left <= 0:
            raise TimeoutError
        return left

    def keep(self, sock: socket.socket) -> None:
        """Watch a socket, so that `interrupt` reaches it."""
        with self._lock:
            self._open.add(sock)
            if self._interrupted.is_set():
                shut_down(sock)

    def drop(self, sock: socket.socket) -> None:
        """Close a socket. Under the lock, because its number may be reused at once."""
        with self._lock:
            self._open.discard(sock)
            sock.close()

    def _close_all(self) -> None:
        for sock in self._open:
            sock.close()
        self._open.clear()

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
        del timeout  # its limit is that of the whole connection
        plain = self._sock
        with _raising(httpcore.ConnectTimeout, httpcore.ConnectError, self.close):
            left = self._connections.remaining_to_connect()
            if isinstance(plain, ssl.SSLSocket):
                nested = NestedStream(self, ssl_context, server_hostname)
                nested.handshake(left)
                return speaking_http2(nested)
            plain.settimeout(left)
            encrypted = ssl_context.wrap_socket(
                plain, server_hostname=server_hostname, do_handshake_on_connect=False
            )
            # `wrap_socket` has detached it.
            self._connections.drop(plain)
            stream = Stream(self._connections, encrypted)
            self._sock = encrypted
            encrypted.do_handshake()
            return speaking_http2(stream)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  httpcore's own signature
        """The socket, or what httpcore asks for: whether an idle connection is readable.

        If it is, it was closed. The protocol is that of `ssl_object`.
        """
        if info == "socket":
            return self._sock
        if info == "ssl_object":
            return self._sock if isinstance(self._sock, ssl.SSLSocket) else None
        return is_ready(self._sock, selectors.EVENT_READ, 0) if info == "is_readable" else None


@contextlib.contextmanager
def _raising(
    timeout: type[httpcore.TimeoutException],
    failure: type[httpcore.NetworkError],
    clean_up: Callable[[], None] = lambda: None,
) -> Iterator[None]:
    """Raise httpcore's errors in place of the socket's."""
    try:
        yield
    except (httpcore.ReadTimeout, httpcore.WriteTimeout) as error:
        # Of the connection below a nested one.
        clean_up()
        raise timeout from error
    except (httpcore.ReadError, httpcore.WriteError) as error:
        clean_up()
        raise failure(*error.args) from error
    except OSError as error:
        clean_up()
        raise (timeout() if isinstance(error, TimeoutError) else failure(error)) from error


def shut_down(sock: socket.socket) -> None:
    """End every read of this socket at once."""
    with contextlib.suppress(OSError):
        # SSLSocket.shutdown would remove the TLS state that the reading thread uses.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
