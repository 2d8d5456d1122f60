"""A connection on which HTTP/2 is spoken."""

from __future__ import annotations

import ssl
from typing import Any, Final

import httpcore

HEAD: Final = 9
"""Bytes before the content of a frame. Source: RFC 9113, section 4.1."""
HEADERS, GOAWAY = 1, 7
"""Types of frames. Source: RFC 9113, section 6."""
NO_ERROR = 0
SHORTEST_GOAWAY, LONGEST_GOAWAY = 8, 2**14
"""Bytes of its content. A longer frame is not allowed unless the client asked for it."""
LONGEST_PENDING = 2**16
"""Bytes that are kept of what arrives between two requests, such as the end of a long stream."""
PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
"""What a client sends first. Source: RFC 9113, section 3.4."""


class Http2Stream(httpcore.NetworkStream):
    """Passes on everything but a GOAWAY that says that the server completes its answers.

    The library h2 takes any GOAWAY for the end of the connection, and refuses the rest of the
    answer. Source: RFC 9113, section 6.8.
    """

    def __init__(self, below: httpcore.NetworkStream) -> None:
        self._below = below
        self._is_leaving = False
        self._last_sent = 0
        """The number of the last request."""
        self._rest = 0
        """Bytes that are left of a frame that is passed on."""
        self._held = b""
        """The beginning of a frame that may be held back."""
        self._pending = b""
        """What arrived between two requests."""

    def has_ended(self) -> bool:
        """Whether the server has closed the connection. Asked between two requests only."""
        while not self._is_leaving and self._below.get_extra_info("is_readable"):
            try:
                content = self._below.read(LONGEST_PENDING, 0)
            except httpcore.NetworkError as error:
                # Of a part of what was encrypted, nothing can be read.
                return not (error.args and isinstance(error.args[0], ssl.SSLWantReadError))
            if not content or len(self._pending) > LONGEST_PENDING:
                return True
            self._pending += self._without_notice(content)
        return self._is_leaving

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The bytes that arrived; empty at the end."""
        if self._pending:
            pending, self._pending = self._pending, b""
            return pending
        while content := self._below.read(max_bytes, timeout):
            if passed := self._without_notice(content):
                return passed
        return b""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of it: whole frames."""
        at = len(PREFACE) if buffer.startswith(PREFACE) else 0
        while at + HEAD <= len(buffer):
            length, kind, number = _head(buffer, at)
            if kind == HEADERS:
                self._last_sent = number
            at += HEAD + length
        self._below.write(buffer, timeout)

    def close(self) -> None:
        """Close the connection."""
        self._below.close()

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  httpcore's own signature
        """What the connection below says."""
        return self._below.get_extra_info(info)

    def _without_notice(self, content: bytes) -> bytes:
        content, self._held = self._held + content, b""
        passed = bytearray()
        at = 0
        while at < len(content):
            if not self._rest:
                frame = content[at : at + HEAD]
                if len(frame) < HEAD:
                    self._held = frame
                    break
                length, kind, _ = _head(content, at)
                if kind == GOAWAY and SHORTEST_GOAWAY <= length <= LONGEST_GOAWAY:
                    frame = content[at : at + HEAD + length]
                    if len(frame) < HEAD + length:
                        self._held = frame
                        break
                    if self._completes_answers(frame):
                        self._is_leaving = True
                        at += len(frame)
                        continue
                self._rest = HEAD + length
            part = content[at : at + self._rest]
            passed += part
            self._rest -= len(part)
            at += len(part)
        return bytes(passed)

    def _completes_answers(self, goaway: bytes) -> bool:
        last, error = (int.from_bytes(goaway[at : at + 4]) for at in (HEAD, HEAD + 4))
        return error == NO_ERROR and last >= self._last_sent


def _head(content: bytes, at: int) -> tuple[int, int, int]:
    """The length of a frame's content, its type, and the number of its request."""
    number = int.from_bytes(content[at + 5 : at + HEAD]) & 0x7FFF_FFFF
    return int.from_bytes(content[at : at + 3]), content[at + 3], number


def speaking_http2(stream: httpcore.NetworkStream) -> httpcore.NetworkStream:
    """The encrypted connection, as one of HTTP/2 if client and server agreed on that."""
    encrypted: ssl.SSLObject | ssl.SSLSocket | None = stream.get_extra_info("ssl_object")
    is_http2 = encrypted is not None and encrypted.selected_alpn_protocol() == "h2"
    return Http2Stream(stream) if is_http2 else stream
