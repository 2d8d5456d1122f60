"""Hashes of texts: the filters `sha256`, `hmac_sha256` and their like, and signing."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from harness.core import did_you_mean, quote
from harness.formats.template.filters import text_of
from harness.formats.template.template_error import Fault

ALGORITHMS: Final = ("md5", "sha1", "sha256", "sha512")
ENCODINGS: Final[Mapping[str, Callable[[bytes], str]]] = {
    "hex": bytes.hex,
    "base64": lambda digest: base64.b64encode(digest).decode(),
    "base64url": lambda digest: base64.urlsafe_b64encode(digest).decode().rstrip("="),
}
"""How a hash is written."""
KEY_ENCODINGS: Final = ("text", "hex", "base64")
"""How a key is written."""
NOTE: Final = "\0hashed"
"""The name in a context of a function that is given the texts and the result of each hash."""


def written_bytes(text: str) -> bytes:
    """The bytes of a text, whose parts that are not UTF-8 are as `shown_bytes` gives them."""
    return text.encode("utf-8", "surrogateescape")


def shown_bytes(content: bytes) -> str:
    """Any content as a text, of which `written_bytes` gives the same bytes."""
    return content.decode("utf-8", "surrogateescape")


def key_bytes(key: str, encoding: str) -> bytes:
    """The bytes of a key. Raises `ValueError` for one that is not written in its encoding."""
    if encoding == "hex":
        return bytes.fromhex(key)
    if encoding == "base64":
        padded = key + "=" * (-len(key) % 4)
        return base64.b64decode(padded.translate(_STANDARD), validate=True)
    return written_bytes(key)


def signature(algorithm: str, content: bytes, key: bytes, encoding: str) -> str:
    """The HMAC of a content. Source: RFC 2104."""
    return ENCODINGS[encoding](hmac.new(key, content, algorithm).digest())


def _hash(algorithm: str, value: object, encoding: str = "hex") -> str:
    _require("encoding", encoding, ENCODINGS)
    # MD5 and SHA-1 are what some systems ask for, not a choice of ours.
    digest = hashlib.new(algorithm, written_bytes(text_of(value)), usedforsecurity=False)
    return ENCODINGS[encoding](digest.digest())


def _hmac(
    algorithm: str, value: object, key: object, encoding: str = "hex", key_encoding: str = "text"
) -> str | None:
    _require("encoding", encoding, ENCODINGS)
    _require("key_encoding", key_encoding, KEY_ENCODINGS)
    if key is None:
        return None
    try:
        secret = key_bytes(text_of(key), key_encoding)
    except (ValueError, binascii.Error) as error:
        raise Fault("template-failed", f"the key is not {key_encoding}") from error
    return signature(algorithm, written_bytes(text_of(value)), secret, encoding)


def _require(name: str, value: str, known: Mapping[str, object] | tuple[str, ...]) -> None:
    if value not in known:
        hint = did_you_mean(str(value), known) or f"known: {', '.join(known)}"
        raise Fault("template-failed", f"{name} {quote(value)} does not exist", hint)


_STANDARD = str.maketrans("-_", "+/")

HASHES: Final[Mapping[str, Callable[..., str | None]]] = {
    **{name: partial(_hash, name) for name in ALGORITHMS},
    **{f"hmac_{name}": partial(_hmac, name) for name in ALGORITHMS},
}
"""Filters by name. A none stays none."""
