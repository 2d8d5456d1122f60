"""Undoing a body's gzip or deflate in pieces of bounded size."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

PIECE = 256 * 1024
"""Decoded bytes that one step may yield: a bomb is seen before it fills the memory."""

MEBIBYTE = 1024 * 1024
LARGEST_BODY = 50 * MEBIBYTE
"""Decoded bytes of one answer."""

CODINGS = ("gzip", "x-gzip", "deflate")
MOST_CODINGS = 4
MOST_MEMBERS = 10_000
"""Of one gzip body: empty ones cost time, and no size tells of them."""


class BadEncoding(Exception):
    """The body is not what its Content-Encoding says. The text is a clause for a message."""


class TooLarge(Exception):
    """There is more than was allowed."""


class Decoder:
    """Undoes every coding that a Content-Encoding header names, and no more than these.

    httpx's own decoders inflate a network chunk at once, which a doubly compressed bomb turns
    into gigabytes; they also pass over unknown codings and over a missing end.
    """

    def __init__(self, content_encoding: str) -> None:
        names = [name.strip().lower() for name in content_encoding.split(",")]
        named = [name for name in names if name not in ("", "identity")]
        for name in named:
            if name not in CODINGS:
                message = f"the content encoding '{name}' is not supported"
                raise BadEncoding(message)
        if len(named) > MOST_CODINGS:
            message = f"there are {len(named)} content encodings, the limit is {MOST_CODINGS}"
            raise BadEncoding(message)
        # The header names the codings in the order in which they were applied.
        self._layers = [_Inflater(name) for name in reversed(named)]

    def feed(self, content: bytes) -> Iterator[bytes]:
        """The decoded pieces of what arrived. Raises `BadEncoding`."""
        return self._through(0, content)

    def end(self) -> None:
        """Say that nothing more comes. Raises `BadEncoding` where something is missing."""
        for layer in self._layers:
            layer.end()

    @property
    def ignored(self) -> int:
        """Bytes behind the end of the encoded data."""
        return sum(layer.ignored for layer in self._layers)

    def whole(self, content: bytes, limit: int) -> bytes:
        """All of a content, decoded. Raises `BadEncoding`, and `TooLarge` beyond `limit` bytes."""
        pieces, size = [], 0
        for start in range(0, len(content), PIECE):
            for piece in self.feed(content[start : start + PIECE]):
                size += len(piece)
                if size > limit:
                    raise TooLarge
                pieces.append(piece)
        self.end()
        return b"".join(pieces)

    def _through(self, depth: int, content: bytes) -> Iterator[bytes]:
        if depth == len(self._layers):
            yield content
            return
        for piece in self._layers[depth].feed(content):
            yield from self._through(depth + 1, piece)


class _Inflater:
    """One gzip or deflate layer."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._held = b""
        self._inflate = None if name == "deflate" else zlib.decompressobj(16 + zlib.MAX_WBITS)
        self._is_fed = False
        self._members = 1
        self.ignored = 0

    def feed(self, content: bytes) -> Iterator[bytes]:
        rest = self._held + content
        inflate = self._inflate
        if inflate is None:
            if len(rest) < 2:  # noqa: PLR2004  a zlib header has two bytes
                self._held = rest
                return
            inflate = zlib.decompressobj(_deflate_window(rest))
            self._held = b""
        while rest:
            if inflate.eof:
                if self._name == "deflate" or self.ignored or not rest.startswith(b"\x1f"):
                    self.ignored += len(rest)
                    break
                # A gzip body may hold several members. Source: RFC 1952, section 2.2.
                self._members += 1
                if self._members > MOST_MEMBERS:
                    message = f"the {self._name} data has more than {MOST_MEMBERS:,} members"
                    raise BadEncoding(message)
                inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
            self._is_fed = True
            try:
                piece = inflate.decompress(rest, PIECE)
            except zlib.error as error:
                message = f"the body is not the {self._name} that its header says ({error})"
                raise BadEncoding(message) from error
            rest = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
            if piece:
                yield piece
        self._inflate = inflate

    def end(self) -> None:
        if (self._is_fed and self._inflate and not self._inflate.eof) or self._held:
            message = f"the {self._name} data ends too early"
            raise BadEncoding(message)


def gunzipped(content: bytes, limit: int) -> bytes:
    """The content of a gzip file with all its members.

    Raises `BadEncoding`, also for what stands behind the data, and `TooLarge` beyond `limit` bytes.
    """
    decoder = Decoder("gzip")
    unpacked = decoder.whole(content, limit)
    if decoder.ignored:
        message = f"{decoder.ignored} bytes after the gzip data are not gzip"
        raise BadEncoding(message)
    return unpacked


def _deflate_window(start: bytes) -> int:
    """Window bits for zlib: `deflate` means zlib's format, but servers send raw deflate too."""
    is_zlib = start[0] & 0x0F == zlib.DEFLATED and int.from_bytes(start[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS
