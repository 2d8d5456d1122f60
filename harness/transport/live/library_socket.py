"""What the library `websockets` reads from and writes to: a socket, or TLS inside TLS."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import httpcore

from harness.transport.live.connections import shut_down
from harness.transport.live.nested_stream import NestedStream


class LibrarySocket:
    """A socket whose limit is for writing: a server may be silent for as long as a step waits.

    Releases of the library before 17.3 end a connection whose reading takes longer.
    """

    def __init__(self, own: socket.socket) -> None:
        self._own = own
        self._is_closing = False
        self.is_given_up: Callable[[], bool] = lambda: False
        """Whether the library refused what it received, and sent the close of the connection.

        It would wait for the server to close the connection too, which need not happen.
        """

    def recv(self, size: int) -> bytes:
        """The bytes that arrived, at most `size`; empty at the end."""
        while True:
            try:
                return self._own.recv(size)
            except TimeoutError:
                if self._is_closing:
                    raise

    def sendall(self, content: bytes) -> None:
        """Send all of it. Raises `OSError`."""
        self._send(content)
        if self.is_given_up():
            shut_down(self._own)

    def _send(self, content: bytes) -> None:
        self._own.sendall(content)

    def settimeout(self, seconds: float | None) -> None:
        """Limit reading too. The library does so only while it closes the connection."""
        self._is_closing = True
        self._own.settimeout(seconds)

    def close(self) -> None:
        """Close the connection."""
        self._is_closing = True
        self._own.close()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the socket has
        return getattr(self._own, name)


class NestedSocket(LibrarySocket):
    """TLS inside TLS: a connection through a proxy that is itself reached by https."""

    def __init__(self, own: socket.socket, stream: NestedStream) -> None:
        """`stream` is the inner connection, whose handshake is over; `own` the outer one."""
        super().__init__(own)
        self._stream = stream
        stream.continue_over(_Outer(LibrarySocket(own)))

    def recv(self, size: int) -> bytes:
        """The bytes that arrived, perhaps more than `size`: the library waits for the socket."""
        return self._stream.read(size) + self._stream.read_pending()

    def _send(self, content: bytes) -> None:
        try:
            self._stream.write(content)
        except httpcore.WriteError as error:
            raise error.args[0] from error


class _Outer:
    """The outer connection, as a nested one reads and writes it."""

    def __init__(self, own: LibrarySocket) -> None:
        self._own = own

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Without a limit of time."""
        del timeout
        return self._own.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Within the limit of the socket."""
        del timeout
        self._own.sendall(buffer)
