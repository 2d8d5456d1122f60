"""An independent search for secrets in what is about to be written.

It shares no code with the redaction, so that it finds what a fault there missed: the redaction
encodes the secrets and searches for them, this module decodes the text and searches for them.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from urllib.parse import unquote_to_bytes

SHORTEST = 4
SHORTEST_LINE = 12
"""Characters of the shortest line of a longer secret, such as a key file, that is searched for."""

SHORTEST_SPLIT = 8
"""Bytes of the shortest secret that is searched for in split texts; ids may contain a short one."""

_OURS = re.compile(rb"<redacted:[A-Za-z0-9_.-]*>")
_RUN = re.compile(rb"[A-Za-z0-9+/_-]{6,}")
_HEX_RUN = re.compile(rb"[0-9A-Fa-f]{8,}")
# JSON escapes a character beyond U+FFFF as two halves.
_ESCAPE = re.compile(
    rb"\\(?:u(?P<high>[dD][89abAB][0-9A-Fa-f]{2})\\u(?P<low>[dD][c-fC-F][0-9A-Fa-f]{2})"
    rb"|u(?P<u>[0-9A-Fa-f]{4})|U(?P<U>[0-9A-Fa-f]{8})|x(?P<x>[0-9A-Fa-f]{2})|(?P<char>.))",
    re.DOTALL,
)
_MEMBER = re.compile(rb'"(\w*)"\s*:\s*"((?:[^"\\]|\\.)*)"')
_EVENT_DATA = re.compile(rb"(?m)^\s*data: ?([^\r\n]*)")
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class SecretScan:
    """Finds secrets in bytes, whatever common encoding hides them."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        """`secrets` are values by name; those shorter than `SHORTEST` are ignored."""
        self._needles = {
            name: [part.encode("utf-8", "surrogatepass") for part in _parts(value)]
            for name, value in secrets.items()
            if len(value) >= SHORTEST
        }

    def __call__(self, content: bytes) -> list[str]:
        """The names of the secrets in a content."""
        if not self._needles:
            return []
        found: set[str] = set()
        plain = _OURS.sub(b" ", content)
        for shortest, views in ((SHORTEST, _views(plain)), (SHORTEST_SPLIT, _put_together(plain))):
            for view in views:
                found |= {
                    name
                    for name, needles in self._needles.items()
                    if name not in found
                    and any(len(needle) >= shortest and needle in view for needle in needles)
                }
        return [name for name in self._needles if name in found]


def _parts(value: str) -> list[str]:
    lines = [line.strip() for line in value.splitlines()]
    return [value, *(line for line in lines if len(line) >= SHORTEST_LINE and line != value)]


def _views(content: bytes) -> Iterator[bytes]:
    """The content itself, and with up to two encodings undone, in any order."""
    yield content
    for plain in _undone(content):
        yield plain
        yield from _undone(plain)
    # Wrapped base64 is joined. The secret in it may start at any of four letters.
    views = (content, _without_escapes(content), re.sub(rb"\s+", b"", content))
    # Most runs are words, which come again and again: each is decoded once.
    runs = dict.fromkeys(run for view in views for run in _RUN.findall(view))
    yield b"\n".join(_decoded(run[start:]) for run in runs for start in range(4))
    digits = dict.fromkeys(_HEX_RUN.findall(content))
    yield b"\n".join(_from_hex(run[start:]) for run in digits for start in range(2))


def _put_together(content: bytes) -> Iterator[bytes]:
    """The texts under each key of JSON, and those of server-sent events, joined."""
    for view in (content, *_undone(content)):
        texts: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for key, text in _MEMBER.findall(view):
            texts[key].append(text)
        for pieces in (*texts.values(), _EVENT_DATA.findall(view)):
            joined = b"".join(pieces)
            yield joined
            yield from _undone(joined)


def _undone(content: bytes) -> Iterator[bytes]:
    """The content without its escapes, without its percent-encoding, and without HTML's."""
    if b"\\" in content:
        yield _without_escapes(content)
    if b"''" in content:
        # YAML doubles an apostrophe between apostrophes.
        yield _without_escapes(content.replace(b"''", b"'"))
    if b"\xc3" in content:
        # UTF-8 that was read as Latin-1, as headers are: each of its bytes is a character.
        yield content.decode("utf-8", "surrogateescape").encode("latin-1", "replace")
    if b"%" in content:
        yield unquote_to_bytes(content)
    if b"+" in content:
        yield unquote_to_bytes(content.replace(b"+", b" "))
    if b"&" in content:
        text = content.decode("utf-8", "surrogateescape")
        yield html.unescape(text).encode("utf-8", "surrogateescape")


def _without_escapes(content: bytes) -> bytes:
    return _ESCAPE.sub(_unescaped, content)


def _unescaped(match: re.Match[bytes]) -> bytes:
    if match["high"] is not None:
        return bytes.fromhex((match["high"] + match["low"]).decode()).decode("utf-16-be").encode()
    number = match["u"] or match["U"] or match["x"]
    if number is None:
        return _LETTERS.get(match["char"], match["char"])
    code = int(number, 16)
    return chr(code).encode("utf-8", "surrogatepass") if code <= 0x10FFFF else b""  # noqa: PLR2004  Unicode's end


def _decoded(run: bytes) -> bytes:
    padded = run[: len(run) // 4 * 4] if len(run) % 4 == 1 else run + b"=" * (-len(run) % 4)
    try:
        return base64.b64decode(padded.replace(b"-", b"+").replace(b"_", b"/"))
    except binascii.Error:
        return b""


def _from_hex(run: bytes) -> bytes:
    return bytes.fromhex(run[: len(run) // 2 * 2].decode())
