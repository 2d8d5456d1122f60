"""The spellings of a secret that the redaction looks for."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from html import escape
from html.entities import codepoint2name
from urllib.parse import quote

SHORTEST = 4
"""Characters. A shorter value is in every second text by chance."""
LONGEST = 20_000
"""Characters of a captured secret. Building the patterns of a longer one takes seconds."""
ALIGNED = 8
"""Bytes of the shortest secret that is also found inside a longer text's base64."""

_PARTS = re.compile("[A-Za-z0-9]+|[^A-Za-z0-9]")
_URL_SAFE = str.maketrans("+/", "-_")


class SecretForms:
    """One secret with its spellings.

    They are the secret itself; percent-encoded, JSON-escaped or HTML-escaped, or two of these as in
    `_LAYERS`; in base64, base64 for URLs and hex, alone and inside a longer text; and as UTF-8 that
    was read as Latin-1. Texts are UTF-8 with one character for each byte (`latin`), so that offsets
    are bytes.
    """

    def __init__(self, value: str, mark: str) -> None:
        """`value` is at least `SHORTEST` characters long."""
        self.value = latin(value)
        self.mark = mark
        self._given = value
        content = value.encode("utf-8", "surrogatepass")
        # No layer changes letters and digits, so a text without these has none of the spellings.
        self._core = max(filter(_is_run, _PARTS.findall(value)), key=len, default="")
        self._encoded = _base64_of(content) | {content.hex(), content.hex().upper()}
        if not value.isascii():
            # Headers and status lines are read as Latin-1.
            self._encoded.add(latin(self.value))
        self.needles = (self._core, *self._encoded)
        """A text without any of these does not contain the secret."""

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Start and end of each place of the secret; places may overlap."""
        plain = list(_found(self.value, text))
        yield from plain
        for form in self._encoded:
            yield from _found(form, text)
        # Nearly always the plain spelling is the only one.
        if text.count(self._core) > len(plain) * self.value.count(self._core):
            for start, layers in self._starts:
                for match in start.finditer(text):
                    end = _end_of(self._taken_apart[2], text, match.end(1), layers)
                    if end is not None:
                        yield match.start(), end

    @cached_property
    def _starts(self) -> tuple[tuple[re.Pattern[str], tuple[Layer, ...]], ...]:
        """The beginning in each spelling. Compiling a pattern of a whole secret takes seconds."""
        head, run, _ = self._taken_apart
        return tuple(
            (re.compile(f"(?=({''.join(_written(char, layers) for char in head)}{run}))"), layers)
            for layers in _LAYERS
        )

    @cached_property
    def _taken_apart(self) -> tuple[str, str, tuple[str, ...]]:
        """The text before the first letters and digits, these, and the parts after them.

        A part is a run of letters and digits, or one other character.
        """
        parts = _PARTS.findall(self._given)
        at = next((n for n, part in enumerate(parts) if _is_run(part)), len(parts))
        return "".join(parts[:at]), "".join(parts[at : at + 1]), tuple(parts[at + 1 :])

    def beginning(self, text: str) -> int | None:
        """The offset at which a text that was cut ends in the beginning of the secret, or None."""
        starts = (
            len(text) - length
            for form in self._usual
            for length in range(len(form) - 1, SHORTEST - 1, -1)
            if text.endswith(form[:length])
        )
        return next(starts, None)

    @cached_property
    def _usual(self) -> tuple[str, ...]:
        """The spellings in which messages show a value."""
        value = self._given
        spelled = {
            *(value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]),
            *(quote(value, errors="surrogatepass"), quote(value, safe="", errors="surrogatepass")),
            *(escape(value), escape(value, quote=False)),
        }
        return (*map(latin, spelled), *self._encoded)


def _found(form: str, text: str) -> Iterator[tuple[int, int]]:
    at = text.find(form)
    while at >= 0:
        yield at, at + len(form)
        at = text.find(form, at + len(form))


def latin(text: str) -> str:
    """A text's UTF-8 as one character a byte: offsets are then bytes."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def _base64_of(content: bytes) -> set[str]:
    """The secret's base64, and its letters inside the base64 of any longer text."""
    forms = {base64.b64encode(content).decode().rstrip("=")}
    forms = {form for form in forms if len(form) >= ALIGNED}
    if len(content) >= ALIGNED:
        for before in range(3):
            encoded = base64.b64encode(bytes(before) + content)
            start = (0, 2, 3)[before]
            forms.add(encoded[start : (before + len(content)) * 8 // 6].decode())
    return forms | {form.translate(_URL_SAFE) for form in forms}


Layer = Callable[[str], tuple[str, ...]]
"""Gives all spellings of a character in one kind of escaping."""


def _percent(char: str) -> tuple[str, ...]:
    """The spellings of a character in a URL or a form. Some clients escape less than others."""
    digits = char.encode("utf-8", "surrogatepass").hex(" ").split()
    upper = "".join(f"%{octet.upper()}" for octet in digits)
    plain = ("+",) if char == " " else () if char == "%" else (char,)
    return (upper, upper.lower(), *plain)


def _json(char: str) -> tuple[str, ...]:
    """The spellings of a character in JSON. .NET, Go, PHP and Ruby escape more than needed."""
    units = char.encode("utf-16-be", "surrogatepass").hex(" ", 2).split()
    lower = "".join(f"\\u{unit}" for unit in units)
    upper = "".join(f"\\u{unit.upper()}" for unit in units)
    short = ("\\/", "/") if char == "/" else (json.dumps(char, ensure_ascii=False)[1:-1],)
    return (upper, lower, *short)


def _html(char: str) -> tuple[str, ...]:
    """The spellings of a character in HTML or XML. Which are escaped depends on the writer."""
    code = ord(char)
    name = "apos" if char == "'" else codepoint2name.get(code)
    named = (f"&{name};",) if name else ()
    plain = () if char in "&<" else (char,)
    # PHP writes `&#039;`.
    numbers = (f"&#{code};", f"&#0{code};", f"&#x{code:x};", f"&#x{code:X};")
    return (*named, *numbers, *plain)


_LAYERS: tuple[tuple[Layer, ...], ...] = (
    (_percent,),
    (_json,),
    (_html,),
    (_percent, _percent),
    (_json, _json),
    (_json, _percent),
    (_json, _html),
    (_html, _json),
)
"""The escapings that a secret may go through, in this order: JSON in a query is
`(_json, _percent)`, an HTML page in a JSON text `(_html, _json)`."""


def _end_of(parts: tuple[str, ...], text: str, at: int, layers: tuple[Layer, ...]) -> int | None:
    """The end of the parts that begin at an offset; None where the text is different."""
    for part in parts:
        if _is_run(part):
            if not text.startswith(part, at):
                return None
            at += len(part)
        else:
            match = _pattern_of(part, layers).match(text, at)
            if match is None:
                return None
            at = match.end()
    return at


def _is_run(part: str) -> bool:
    return part.isascii() and part.isalnum()


@lru_cache(maxsize=4096)
def _pattern_of(char: str, layers: tuple[Layer, ...]) -> re.Pattern[str]:
    return re.compile(_written(char, layers))


@lru_cache(maxsize=4096)
def _written(char: str, layers: tuple[Layer, ...]) -> str:
    """A pattern of all spellings of a character, the longest first."""
    if not layers or _is_run(char):
        return re.escape(latin(char))
    first, rest = layers[0], layers[1:]
    spelled = {"".join(_written(one, rest) for one in text) for text in first(char)}
    ordered = sorted(spelled, key=lambda spelling: (-len(spelling), spelling))
    return f"(?:{'|'.join(ordered)})"
