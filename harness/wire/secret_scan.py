"""An independent look for secrets in what is about to be written.

Shares no code with the redaction, so that a fault there is seen here: the redaction encodes the
secrets and looks for them, this decodes the text and looks for them.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

SHORTEST = 4
SHORTEST_LINE = 12
"""Characters from which on a line of a longer secret, such as a key file, counts alone."""

_OURS = re.compile(rb"<redacted:[A-Za-z0-9_.-]*>")
_RUN = re.compile(rb"[A-Za-z0-9+/_-]{6,}")
_ESCAPE = re.compile(rb"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


class SecretScan:
    """Finds secrets in bytes, whatever common encoding hides them."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        """`secrets` are values by name; those under four characters are passed over."""
        self._needles = {
            name: [part.encode("utf-8", "surrogatepass") for part in _parts(value)]
            for name, value in secrets.items()
            if len(value) >= SHORTEST
        }

    def __call__(self, content: bytes) -> list[str]:
        """The names of the secrets that are there."""
        if not self._needles:
            return []
        views = _views(_OURS.sub(b" ", content))
        return [
            name
            for name, needles in self._needles.items()
            if any(needle in view for view in views for needle in needles)
        ]


def _parts(value: str) -> list[str]:
    lines = [line.strip() for line in value.splitlines()]
    return [value, *(line for line in lines if len(line) >= SHORTEST_LINE and line != value)]


def _views(content: bytes) -> list[bytes]:
    """The content as it stands, and with its escapes undone one after the other."""
    views = [content]
    plain = content.replace(b"''", b"'")
    for _ in range(2):
        plain = _ESCAPE.sub(_unescaped, plain)
        views.append(plain)
    views += [_unquoted(view) for view in views]
    # Wrapped base64 is joined; what it decodes to may start at any of four letters.
    joined = re.sub(rb"\s+", b"", content)
    runs = [run for view in (content, views[1], joined) for run in _RUN.findall(view)]
    views.append(b"\n".join(_decoded(run[start:]) for run in runs for start in range(4)))
    return views


def _unescaped(match: re.Match[bytes]) -> bytes:
    number = match[1] or match[2] or match[3]
    if number is None:
        return _LETTERS.get(match[4], match[4])
    code = int(number, 16)
    return chr(code).encode("utf-8", "surrogatepass") if code <= 0x10FFFF else b""  # noqa: PLR2004  Unicode's end


def _unquoted(content: bytes) -> bytes:
    return unquote_to_bytes(content.replace(b"+", b" ")) + b"\n" + unquote_to_bytes(content)


def _decoded(run: bytes) -> bytes:
    padded = run[: len(run) // 4 * 4] if len(run) % 4 == 1 else run + b"=" * (-len(run) % 4)
    try:
        return base64.b64decode(padded.replace(b"-", b"+").replace(b"_", b"/"))
    except binascii.Error:
        return b""
