"""Taking secrets out of whatever is stored, logged or shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from harness.conversation import Exchange, Headers
from harness.core import Json, scalars
from harness.secrets.credentials import credentials_in
from harness.secrets.secret_forms import SHORTEST, SecretForms, latin
from harness.secrets.secret_marks import MARK, Chunks, Span, mark, merged, moved, replaced
from harness.secrets.secret_names import is_piece, is_secret_header, is_secret_key, named_secrets
from harness.secrets.split_texts import (
    Piece,
    pieces_of_events,
    put_together,
    with_texts,
)

MOST_HEADERS = 1000
"""Headers that are remembered with what came of them."""

_CUT = re.compile(r"(… \(\d+ more characters\))")


class Redactor:
    """Replaces secrets by `<redacted:name>`, by name and by value.

    By name: the headers and keys of `secret_names`. By value: each secret given here, in every
    spelling of `secret_forms`. Redacting twice changes nothing, and JSON stays JSON.

    Values shorter than four characters are not looked for. A secret that the events of a stream
    or the elements of a list share is found where they say it one after another: its mark stands
    in the first of them.
    """

    def __init__(
        self,
        secrets: Mapping[str, str] | None = None,
        *,
        headers: Iterable[str] = (),
        learned: Mapping[str, str] | None = None,
        forms: Mapping[str, SecretForms] | None = None,
    ) -> None:
        """`secrets` are values by name; `headers` are further names of secret headers.

        `learned` are names by value: several tokens may stand under one name. `forms` are those
        of another redactor, by value: they may have been compiled.
        """
        given = {name: value for name, value in (secrets or {}).items() if len(value) >= SHORTEST}
        self._secrets = given
        self._headers = frozenset(name.lower() for name in headers)
        self._learned = dict(learned or {})
        # What was captured under a name is shown under it, also where it is a setting's value.
        marks = {value: mark(name) for name, value in given.items()}
        marks |= {value: mark(name) for value, name in self._learned.items()}
        made = forms or {}
        self._forms = {
            value: known
            if (known := made.get(value)) is not None and known.mark == one
            else SecretForms(value, one)
            for value, one in marks.items()
        }
        self._needles = tuple({one for known in self._forms.values() for one in known.needles})
        self._exact = {known.value: known.mark for known in self._forms.values()}
        self._known_headers: dict[tuple[str, str], tuple[str, str]] = {}

    def adding(self, values: Mapping[str, str]) -> Redactor:
        """A redactor that also knows captured values; `values` are names by value.

        The same redactor where there is nothing new. Values that are too short are passed over.
        """
        new = {
            value: name
            for value, name in values.items()
            if len(value) >= SHORTEST and self._learned.get(value) != name
        }
        if not new:
            return self
        learned = {**self._learned, **new}
        return Redactor(self._secrets, headers=self._headers, learned=learned, forms=self._forms)

    @property
    def learned(self) -> Mapping[str, str]:
        """What was learned or added since the secrets were given: names by value."""
        return self._learned

    def learning(self, exchange: Exchange) -> Redactor:
        """A redactor that also knows the credentials of an exchange: they may be said again.

        The same redactor where there is nothing new.
        """
        found = credentials_in(exchange)
        return self.adding({v: name for v, name in found.items() if v not in self._forms})

    @property
    def secrets(self) -> Mapping[str, str]:
        """The values that are looked for, for an independent scan."""
        if not self._learned:
            return self._secrets
        numbered = enumerate(self._learned.items(), 1)
        return {
            **{f"{name} {number}": value for number, (value, name) in numbered},
            **self._secrets,
        }

    def body(self, content: bytes) -> bytes:
        """A body of any kind."""
        return self.stream(content, ())[0]

    def stream(self, content: bytes, chunks: Chunks) -> tuple[bytes, Chunks]:
        """A body, and its chunks with the lengths that they have now.

        A secret that is split over two chunks counts to the first.
        """
        # One character a byte: offsets in the text are offsets in the body.
        text = content.decode("latin-1")
        found = [*self._all_in(text), *self._split(pieces_of_events(text))]
        spans = merged(found, text) if found else []
        if not spans:
            return (content if chunks else self._respelled(content)), chunks
        redacted = replaced(text, spans).encode("latin-1")
        if text.lstrip()[:1] in ("{", "[") and _is_json(content) and not _is_json(redacted):
            # A secret stood where JSON has no text, such as a number.
            redacted = json.dumps(self.json(json.loads(content)), ensure_ascii=False).encode()
            spans = [Span(0, len(text), "")] if chunks else []
        if not chunks:
            redacted = self._respelled(redacted)
        return redacted, moved(chunks, spans, len(content), len(redacted))

    def _split(self, pieces: Iterable[Piece], *, is_within: bool = False) -> Iterator[Span]:
        """Where a text that is made of these pieces holds a secret.

        The pieces may be JSON themselves, such as events that are kept as they came.
        """
        for split in put_together(pieces):
            found = [*self._all_in(split.text)]
            if not is_within:
                found += self._split(pieces_of_events(split.text), is_within=True)
            if found:
                yield from split.apart(merged(found, split.text))

    def _all_in(self, text: str) -> Iterator[Span]:
        # By value first: where both find the same, it is the value's own mark.
        yield from self._by_value(text)
        yield from named_secrets(text)

    def _respelled(self, content: bytes) -> bytes:
        """JSON without the secrets that its escapes hide; anything else as it is."""
        if not self._needles or b"\\u" not in content:
            return content
        try:
            value = json.loads(content)
        except (ValueError, RecursionError):
            return content
        plain = latin(json.dumps(value, ensure_ascii=False))
        spans = merged([*self._by_value(plain)], plain)
        return replaced(plain, spans).encode("latin-1") if spans else content

    def text(self, text: str) -> str:
        """A message, a log line, a header's value."""
        return self.body(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def shortened(self, text: str) -> str:
        """A message in which texts were cut: the beginning of a secret before a cut goes too."""
        text = self.text(text)
        parts = _CUT.split(text)
        return "".join([*map(self._without_beginning, parts[:-1]), parts[-1]])

    def _without_beginning(self, text: str) -> str:
        """`text` ends where it was cut, or is the remark that says so."""
        if _CUT.fullmatch(text):
            return text
        content = latin(text)
        found = [(at, one) for one in self._forms.values() if (at := one.beginning(content))]
        if not found:
            return text
        start, forms = min(found, key=lambda pair: pair[0])
        return _text(content[:start]) + forms.mark

    def url(self, url: str) -> str:
        """A URL: its password, its query, and secrets anywhere in it."""
        return self.text(url)

    def headers(self, headers: Headers) -> Headers:
        """Headers; cookies keep their names, as a definition may ask whether one was set."""
        return tuple(self._known_header(name, value) for name, value in headers)

    def _known_header(self, name: str, value: str) -> tuple[str, str]:
        # Most headers of a run are the same: remembered, they take a tenth of the time.
        known = self._known_headers.get((name, value))
        if known is None:
            known = (self.text(name), self._header(name.lower(), value))
            if len(self._known_headers) < MOST_HEADERS:
                self._known_headers[name, value] = known
        return known

    def json(self, value: Json) -> Json:
        """A JSON value; what stands under a secret key goes as a whole."""
        try:
            return self._in_pieces(self._json(value))
        except RecursionError:
            # The reader of answers lets through more levels than Python calls functions.
            redacted: Json = json.loads(self.body(json.dumps(value).encode()))
            return redacted

    def _json(self, value: Json) -> Json:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(key): self._member(key, one) for key, one in value.items()}
        if isinstance(value, Sequence):
            return [self._json(one) for one in value]
        if isinstance(value, bool) or value is None:
            return value
        return self._exact.get(str(value), value)

    def _in_pieces(self, value: Json) -> Json:
        """A value without the secrets that elements of its lists share."""
        if not isinstance(value, (Mapping, list)):
            return value
        pieces, start = [], 0
        for path, text in scalars(value):
            if not isinstance(text, str):
                continue
            pieces.append(Piece(path, start, latin(text)))
            start += len(pieces[-1].text)
        content = "".join(piece.text for piece in pieces)
        spans = merged(list(self._split(pieces)), content)
        if not spans:
            return value
        whole = replaced(content, spans)
        before = tuple((0.0, len(piece.text)) for piece in pieces)
        lengths = [length for _, length in moved(before, spans, len(content), len(whole))]
        shown = (
            whole[end - length : end].encode("latin-1").decode("utf-8", "surrogatepass")
            for end, length in zip(accumulate(lengths), lengths, strict=True)
        )
        return with_texts(value, shown)

    def _member(self, key: str, value: Json) -> Json:
        is_leaf = isinstance(value, str | int | float) and not isinstance(value, bool)
        if not is_leaf or not is_secret_key(key) or is_piece(key, str(value)) or value == "":
            return self._json(value)
        if MARK.search(str(value)):
            return str(value)
        known = self.text(str(value))
        return known if MARK.fullmatch(known) else mark(key)

    def _header(self, name: str, value: str) -> str:
        if name == "cookie":
            return "; ".join(self._cookie(part, name) for part in value.split("; "))
        if name == "set-cookie":
            first, semicolon, rest = value.partition(";")
            return f"{self._cookie(first, name)}{semicolon}{self.text(rest)}"
        if name in self._headers or is_secret_header(name):
            # Also in place of another mark: a replay fills in that of the setting.
            return mark(name) if value else value
        return self.text(value)

    def _cookie(self, part: str, header: str) -> str:
        # Without a `=` there is no name: all of it is the value (RFC 6265bis, 5.6).
        name, equals, value = part.partition("=") if "=" in part else ("", "", part)
        return f"{self.text(name)}{equals}{mark(header) if value else value}"

    def _by_value(self, text: str) -> Iterator[Span]:
        if any(needle in text for needle in self._needles):
            for forms in self._forms.values():
                yield from (Span(start, end, forms.mark) for start, end in forms.places(text))


def _text(latin: str) -> str:
    """The text that `latin` was made of; half a character at its end is left out."""
    return latin.encode("latin-1").decode("utf-8", "ignore")


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True


NOTHING_SECRET = Redactor()
"""Knows no values: for what was redacted before, where only names are left to look at."""
