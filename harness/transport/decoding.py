"""Undoing a body's gzip or deflate in pieces of bounded size."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

PIECE = 256 * 1024
"""Decoded bytes that one step may yield: a bomb is noticed before it fills the memory."""

MEBIBYTE = 1024 * 1024
LARGEST_BODY = 50 * MEBIBYTE
"""Decoded bytes of one answer."""
LARGEST = 256 * MEBIBYTE
"""Bytes of a cassette, compressed and uncompressed, and of all its bodies together."""

GZIP = b"\x1f\x8b"
"""The first bytes of gzip data."""
CODINGS = ("gzip", "x-gzip", "deflate")
MOST_CODINGS = 4
MOST_MEMBERS = 10_000
"""Of one gzip body: empty members cost time and add nothing to its size."""


class BadEncoding(Exception):
    """The body is not what its Content-Encoding says. The text is a clause for a message."""


class TooLarge(Exception):
    """The decoded content is longer than its limit."""


class Decoder:
    """Undoes the codings that a Content-Encoding header names.

    httpx's own decoders inflate a network chunk at once, which a doubly compressed bomb turns
    into gigabytes; they also ignore unknown codings and a missing end.
    """

    def __init__(self, content_encoding: str) -> None:
        """Raises `BadEncoding` where a coding is unknown, or there are too many."""
        names = [name.strip().lower() for name in content_encoding.split(",")]
        named = [name for name in names if name not in ("", "identity")]
        for name in named:
            if name not in CODINGS:
                raise BadEncoding(f"the content encoding '{name}' is not supported")
        if len(named) > MOST_CODINGS:
            raise BadEncoding(
                f"there are {len(named)} content encodings, the limit is {MOST_CODINGS}"
            )
        # The header names the codings in the order in which they were applied.
        self._layers = [_Inflater(name) for name in reversed(named)]

    def feed(self, content: bytes) -> Iterator[bytes]:
        """Decode what arrived, in pieces. Raises `BadEncoding`."""
        return self._through(0, content)

    def end(self) -> None:
        """Finish the body. Raises `BadEncoding` where its end is missing."""
        for layer in self._layers:
            layer.end()

    @property
    def ignored(self) -> int:
        """Bytes after the end of the encoded data."""
        return sum(layer.ignored for layer in self._layers)

    def whole(self, content: bytes, limit: int) -> bytes:
        """Decode a whole content. Raises `BadEncoding`, and `TooLarge` beyond `limit` bytes."""
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
                    raise BadEncoding(
                        f"the {self._name} data has more than {MOST_MEMBERS:,} members"
                    )
                inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
            self._is_fed = True
            try:
                piece = inflate.decompress(rest, PIECE)
            except zlib.error as error:
                raise BadEncoding(
                    f"the body is not the {self._name} that its header says ({error})"
                ) from error
            rest = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
            if piece:
                yield piece
        self._inflate = inflate

    def end(self) -> None:
        if (self._is_fed and self._inflate and not self._inflate.eof) or self._held:
            raise BadEncoding(f"the {self._name} data ends too early")


def uncompressed(content: bytes, limit: int) -> bytes:
    """The content of a gzip file with all its members; any other content as it is.

    Raises `BadEncoding`, also for bytes after the gzip data, and `TooLarge` beyond `limit` bytes.
    """
    if not content.startswith(GZIP):
        return content
    decoder = Decoder("gzip")
    whole = decoder.whole(content, limit)
    if decoder.ignored:
        raise BadEncoding(f"{decoder.ignored} bytes after the gzip data are not gzip")
    return whole


def _deflate_window(start: bytes) -> int:
    """Window bits for zlib: `deflate` means zlib's format, but servers send raw deflate too."""
    is_zlib = start[0] & 0x0F == zlib.DEFLATED and int.from_bytes(start[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS
