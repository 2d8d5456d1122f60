"""Removes secrets from what is stored, logged or shown."""

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
from harness.secrets.split_texts import Piece, pieces_of_events, put_together, with_texts

MOST_HEADERS = 1000
"""Headers that are cached with their redacted form."""

LONGEST_NAMED = 4096
"""Characters of a name with its value, if they are split."""
LONGEST_SPELLING = 12
"""Characters that stand for one in the longest spelling, of JSON in JSON."""

_CUT = re.compile(r"(… \(\d+ more characters\))")


class Redactor:
    """Replaces secrets by `<redacted:name>`, by name and by value.

    By name: the values of the headers and keys of `secret_names`. By value: each given secret, in
    every spelling of `secret_forms`. Redacting twice changes nothing, and JSON stays JSON.

    Values shorter than four characters are ignored. A secret that is split over events of a stream
    or elements of a list, in order, is found too: its mark is in the first of them.
    """

    def __init__(
        self,
        secrets: Mapping[str, str] | None = None,
        *,
        learned: Mapping[str, str] | None = None,
        forms: Mapping[str, SecretForms] | None = None,
    ) -> None:
        """`secrets` are values by name.

        `learned` are names by value, because several tokens may have one name. `forms` are those
        of another redactor, by value: they may have been compiled.
        """
        given = {name: value for name, value in (secrets or {}).items() if len(value) >= SHORTEST}
        self._secrets = given
        self.learned = dict(learned or {})
        """The values that were learned or added since the secrets were given: names by value."""
        # A captured value is shown under its name, also where it is the value of a setting.
        marks = {value: mark(name) for name, value in given.items()}
        marks |= {value: mark(name) for value, name in self.learned.items()}
        made = forms or {}
        self._forms = {
            value: known
            if (known := made.get(value)) is not None and known.mark == one
            else SecretForms(value, one)
            for value, one in marks.items()
        }
        self._needles = tuple({one for known in self._forms.values() for one in known.needles})
        self._exact = {known.value: known.mark for known in self._forms.values()}
        longest = max(map(len, self._exact), default=0)
        self.reach = max(LONGEST_NAMED, LONGEST_SPELLING * longest)
        """The characters over which a secret may be split, in any spelling."""
        self._known_headers: dict[tuple[str, str], tuple[str, str]] = {}

    def adding(self, values: Mapping[str, str]) -> Redactor:
        """A redactor that also knows captured values; `values` are names by value.

        The redactor itself where there is nothing new. Values that are too short are ignored.
        """
        new = {
            value: name
            for value, name in values.items()
            if len(value) >= SHORTEST and self.learned.get(value) != name
        }
        if not new:
            return self
        return Redactor(self._secrets, learned={**self.learned, **new}, forms=self._forms)

    def learning(self, exchange: Exchange) -> Redactor:
        """A redactor that also knows the credentials of an exchange, which may be repeated.

        The redactor itself where there is nothing new.
        """
        found = credentials_in(exchange)
        return self.adding({v: name for v, name in found.items() if v not in self._forms})

    @property
    def secrets(self) -> Mapping[str, str]:
        """The known values, for an independent scan."""
        numbered = enumerate(self.learned.items(), 1)
        learned = {f"{name} {number}": value for number, (value, name) in numbered}
        return {**learned, **self._secrets}

    def is_split(self, text: str, at: int) -> bool:
        """Whether a secret in a text, one character for each byte, has this offset within it."""
        return any(one.start < at < one.end for one in merged([*self._all_in(text)], text))

    def body(self, content: bytes) -> bytes:
        """A body of any kind, without secrets."""
        return self.stream(content, ())[0]

    def stream(self, content: bytes, chunks: Chunks) -> tuple[bytes, Chunks]:
        """A body without secrets, and its chunks with their new lengths.

        The mark of a secret that is split over two chunks belongs to the first.
        """
        # One character for each byte: offsets in the text are offsets in the body.
        text = content.decode("latin-1")
        found = [*self._all_in(text), *self._split(pieces_of_events(text))]
        spans = merged(found, text) if found else []
        if not spans:
            return (content if chunks else self._respelled(content)), chunks
        redacted = replaced(text, spans).encode("latin-1")
        if text.lstrip()[:1] in ("{", "[") and _is_json(content) and not _is_json(redacted):
            # The secret was a JSON value other than a text, such as a number.
            redacted = json.dumps(self.json(json.loads(content)), ensure_ascii=False).encode()
            spans = [Span(0, len(text), "")] if chunks else []
        if not chunks:
            redacted = self._respelled(redacted)
        return redacted, moved(chunks, spans, len(content), len(redacted))

    def _split(self, pieces: Iterable[Piece], *, is_within: bool = False) -> Iterator[Span]:
        """The secrets in texts that are split over these pieces.

        The pieces may be JSON themselves, such as events that are stored as texts.
        """
        for split in put_together(pieces):
            found = [*self._all_in(split.text)]
            if not is_within:
                found += self._split(pieces_of_events(split.text), is_within=True)
            if found:
                yield from split.apart(merged(found, split.text))

    def _all_in(self, text: str) -> Iterator[Span]:
        # By value first: where both find a secret, the mark is that of the value.
        yield from self._by_value(text)
        yield from named_secrets(text)

    def _respelled(self, content: bytes) -> bytes:
        """JSON without the secrets that its escapes hide; other content unchanged."""
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
        """A text without secrets: a message, a URL, the value of a header."""
        return self.body(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def shortened(self, text: str) -> str:
        """A message without secrets, and without the beginning of one before a cut."""
        text = self.text(text)
        parts = _CUT.split(text)
        return "".join([*map(self._without_beginning, parts[:-1]), parts[-1]])

    def _without_beginning(self, text: str) -> str:
        """`text` ends where a message was cut, or it is the remark about the cut."""
        if _CUT.fullmatch(text):
            return text
        content = latin(text)
        found = [(at, one) for one in self._forms.values() if (at := one.beginning(content))]
        if not found:
            return text
        start, forms = min(found, key=lambda pair: pair[0])
        return _text(content[:start]) + forms.mark

    def headers(self, headers: Headers) -> Headers:
        """Headers without secrets. Cookies keep their names, which definitions may use."""
        return tuple(self._known_header(name, value) for name, value in headers)

    def _known_header(self, name: str, value: str) -> tuple[str, str]:
        # Most headers of a run are the same: with a cache they take a tenth of the time.
        known = self._known_headers.get((name, value))
        if known is None:
            known = (self.text(name), self._header(name.lower(), value))
            if len(self._known_headers) < MOST_HEADERS:
                self._known_headers[name, value] = known
        return known

    def json(self, value: Json) -> Json:
        """A JSON value without secrets. The whole value of a secret key is replaced."""
        try:
            return self._in_pieces(self._json(value))
        except RecursionError:
            # An answer may have more levels than Python has stack frames.
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
        """The value without secrets that are split over elements of its lists."""
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
        if is_secret_header(name):
            # It also replaces another mark: a replay fills in that of the setting.
            return mark(name) if value else value
        return self.text(value)

    def _cookie(self, part: str, header: str) -> str:
        # Without a `=` there is only a value. Source: RFC 6265bis, section 5.6.
        name, equals, value = part.partition("=") if "=" in part else ("", "", part)
        return f"{self.text(name)}{equals}{mark(header) if value else value}"

    def _by_value(self, text: str) -> Iterator[Span]:
        if any(needle in text for needle in self._needles):
            for forms in self._forms.values():
                yield from (Span(start, end, forms.mark) for start, end in forms.places(text))


def _text(latin: str) -> str:
    """The text of which `latin` was made, without an incomplete character at its end."""
    return latin.encode("latin-1").decode("utf-8", "ignore")


def _is_json(content: bytes) -> bool:
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True


NOTHING_SECRET = Redactor()
"""Knows no values: for texts in which only the names of secrets are searched for."""
