"""TLS inside TLS: a server's connection through a proxy that is itself reached by https."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, TypeVar

import httpcore

LARGEST_READ = 65536

_Result = TypeVar("_Result")


class Below(Protocol):
    """The outer connection."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The bytes that arrived, at most `max_bytes`; empty at the end."""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""


class NestedStream(httpcore.NetworkStream):
    """An encrypted connection over another one. Raises httpcore's errors.

    One thread may read while another one writes, as they do on a WebSocket.
    """

    def __init__(
        self,
        below: httpcore.NetworkStream,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None,
    ) -> None:
        self._stream = below
        self._below: Below = below
        self._encrypting, self._sending = threading.Lock(), threading.Lock()
        self._received, self._to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = ssl_context.wrap_bio(
            self._received, self._to_send, server_hostname=server_hostname
        )

    def handshake(self, timeout: float | None) -> None:
        """Begin to encrypt. Raises `OSError` and httpcore's errors."""
        self._perform(self._tls.do_handshake, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The bytes that arrived, at most `max_bytes`; empty at the end."""
        try:
            return self._perform(partial(self._tls.read, max_bytes), timeout)
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            return b""
        except OSError as error:
            raise httpcore.ReadError(error) from error

    def read_pending(self) -> bytes:
        """The bytes that arrived already; does not wait."""
        content = b""
        while True:
            try:
                with self._encrypting:
                    more = self._tls.read(LARGEST_READ)
            except OSError:
                return content
            if not more:
                return content
            content += more

    def continue_over(self, below: Below) -> None:
        """Use the outer connection in another way from here on."""
        self._below = below

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it."""
        rest = memoryview(buffer)
        while rest:
            try:
                rest = rest[self._perform(partial(self._tls.write, rest), timeout) :]
            except OSError as error:
                raise httpcore.WriteError(error) from error

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  httpcore's own signature
        """What httpcore asks for: the protocol, and whether the connection is readable."""
        return self._tls if info == "ssl_object" else self._stream.get_extra_info(info)

    def _perform(self, operation: Callable[[], _Result], timeout: float | None) -> _Result:
        """The result of an operation, after the bytes that it needs were sent and received."""
        while True:
            try:
                with self._encrypting:
                    result = operation()
            except ssl.SSLWantReadError:
                self._flush(timeout)
                content = self._below.read(LARGEST_READ, timeout)
                if content:
                    self._received.write(content)
                else:
                    self._received.write_eof()
            else:
                self._flush(timeout)
                return result

    def _flush(self, timeout: float | None) -> None:
        if self._to_send.pending:
            with self._sending:
                self._below.write(self._to_send.read(), timeout)
