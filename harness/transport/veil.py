"""Hides every word that could be a secret, while it is not known yet which of them is one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from harness.conversation import Headers
from harness.core.typing import Json
from harness.secrets.secret_names import Span
from harness.secrets.secret_names import mark as mark_of
from harness.secrets.secret_spans import Chunks, moved, replaced

LONGEST_KEY = 16
"""Characters. Keys seldom are secrets: `address_line_2` is none."""
_SECRET = re.compile(r"(?=.*[0-9]).{4,}|(?=.*[^_][-.~+%@|\\:]).{8,}|.{16,}")
# What does not part words in ASCII is listed: a class of all other characters compiles slowly.
_PART = re.compile(r"<redacted:[^>]*>|[\x00-\x08\x0e-\x1b!$%*+.:@A-Z\\^_`a-z|~\x7f0-9-]+")
_CHARSET = re.compile(r"(?i)(?:charset[=:])?(?:utf-?\d+|iso-8859-\d+)")
_PLAIN_HEADERS = frozenset(
    {"accept", "cache-control", "content-language", "content-type", "retry-after"}
)
_IN_URL = re.compile(r"(?<![:/])/[^/?#]+|=[^&#]+")


class Veil:
    """Puts `<redacted:unsettled-1>` and so on in the place of words; the same word, the same mark.

    Hidden are words of four characters with a digit, of eight with a dash or another sign in
    them, and all of sixteen. Messages of the user stay comparable, as a recording holds their
    hash.
    """

    def __init__(self) -> None:
        self._marks: dict[str, str] = {}
        self._plain: set[str] = set()

    def url(self, url: str) -> str:
        """An absolute URL: its host is shown, here and wherever it is said later."""
        self._plain.add(urlsplit(url).netloc)
        scheme, separator, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        return f"{scheme}{separator}{host}{_IN_URL.sub(self._of_url, slash + path)}"

    def headers(self, headers: Headers) -> Headers:
        """Headers, but for those that hold no ids."""
        return tuple(
            (name, value if name.lower() in _PLAIN_HEADERS else self.text(value))
            for name, value in headers
        )

    def text(self, text: str) -> str:
        """A sentence."""
        return _PART.sub(lambda found: self._word(found[0]), text)

    def stream(self, content: bytes, chunks: Chunks) -> tuple[bytes, Chunks]:
        """A body, and its chunks with the lengths that they have now."""
        if not chunks:
            try:
                value = self._json(json.loads(content))
            except (ValueError, RecursionError):
                pass
            else:
                return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"), ()
        # One character a byte: offsets in the text are offsets in the body.
        text = content.decode("latin-1")
        spans = [
            Span(*found.span(), hidden)
            for found in _PART.finditer(text)
            if (hidden := self._word(found[0])) != found[0]
        ]
        if not spans:
            return content, chunks
        hidden_body = replaced(text, spans).encode("latin-1")
        return hidden_body, moved(chunks, spans, len(content), len(hidden_body))

    def _json(self, value: Json) -> Json:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self._key(key): self._json(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._json(one) for one in value]
        if isinstance(value, bool) or value is None:
            return value
        shown = self._word(str(value))
        return value if shown == str(value) else shown

    def _key(self, key: str) -> str:
        is_credential = len(key) >= LONGEST_KEY and any(map(str.isdigit, key))
        return self.text(key) if is_credential else key

    def _of_url(self, found: re.Match[str]) -> str:
        # A part of an address is a word, whatever is percent-encoded in it.
        return found[0][0] + self._word(found[0][1:])

    def _word(self, found: str) -> str:
        word = found.rstrip(".,!?:")
        if word.startswith("<redacted:") or word in self._plain or _CHARSET.fullmatch(word):
            return found
        if not _SECRET.fullmatch(word):
            return found
        mark = self._marks.setdefault(word, mark_of(f"unsettled-{len(self._marks) + 1}"))
        return mark + found[len(word) :]
