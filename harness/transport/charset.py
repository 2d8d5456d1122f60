"""Bodies in the charset that their Content-Type declares, as UTF-8.

A transport gives text in UTF-8, so that secrets are found in it, and a recording of it, in one
spelling. XML and HTML say their charset in the body and stay as they are, unless they are in
UTF-16 or UTF-32, in which no ASCII text would be found.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

from harness.conversation import Headers

_CHARSET = re.compile(r"""(?i)(;\s*charset\s*=\s*)("?)([\w.:-]+)\2""")
_TEXTS: Final = re.compile(r"(?i)\s*(?:text/|application/[\w.+-]*json)")
_OWN_CHARSET: Final = re.compile(r"(?i)\s*[\w.+-]+/(?:[\w.+-]*\+)?(?:xml|html)\b")
_NO_CHANGE: Final = frozenset({"utf-8", "ascii"})
"""UTF-8, and what it contains."""
_NOT_TEXT: Final = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "utf-7"})
"""Python's codecs that are not the charset of a text on the web."""
_WIDE: Final = re.compile(r"utf-(16|32)(?:-[bl]e)?")
_WIDEST: Final = 4
"""Bytes of a character."""
_MARKS: Final = {
    2: (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
    4: (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
}
_MARKUP_STARTS: Final = (
    # Before the mark of UTF-16, with which that of UTF-32 begins.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
"""How XML and HTML in UTF-16 and UTF-32 begin. Source: XML 1.0, appendix F."""
_DECLARATION = re.compile(r"""(<\?xml[^>]*?\sencoding\s*=\s*)(["'])[\w.:-]+\2""")
_LONGEST_DECLARATION: Final = 500
_DECLARED_WIDE = re.compile(r"""(?i);\s*charset\s*=\s*"?utf-?(?:16|32)""")
_UNREADABLE: Final = "\udcff"
"""Written in UTF-8 with `surrogateescape`, this is the byte FF, which no UTF-8 contains."""


class Transcoder:
    """Turns a body that arrives in pieces into UTF-8.

    Bytes that its charset does not have become the byte FF, so that whoever reads the body says
    where it is not text.
    """

    def __init__(self, headers: Headers) -> None:
        content_type = _content_type(headers)
        self._charset = _charset_of(content_type)
        self._is_markup = bool(_OWN_CHARSET.match(content_type))
        self._head = ""
        """The beginning of XML, until its declaration has ended."""
        self._start = b""
        """The beginning of the body, until it tells which decoder is right."""
        self._decoder: codecs.IncrementalDecoder | None = None
        self.headers = headers
        """The headers of the body as UTF-8."""
        if self._charset or (self._is_markup and _DECLARED_WIDE.search(content_type)):
            self.headers = tuple(
                (name, _in_utf8(value) if name.lower() == "content-type" else value)
                for name, value in headers
            )

    def feed(self, content: bytes) -> bytes:
        """The piece, as far as its characters are complete."""
        if not self._charset and not self._is_markup:
            return content
        if self._decoder is None:
            self._start += content
            if len(self._start) < _WIDEST:
                return b""
            return self._begin()
        return self._written(self._decoder.decode(content))

    def end(self) -> bytes:
        """What is left of the body."""
        is_waiting = bool(self._charset or self._is_markup) and self._decoder is None
        started = self._begin() if is_waiting else b""
        if self._decoder is None:
            return started
        rest = self._written(self._decoder.decode(b"", final=True))
        head, self._head = self._head, ""
        return started + rest + _encoded(head)

    def _begin(self) -> bytes:
        content, self._start = self._start, b""
        self._charset = _of_markup(content) if self._is_markup else _told_by(content, self._charset)
        if not self._charset:
            self._is_markup = False
            return content
        self._decoder = codecs.getincrementaldecoder(self._charset)(_ERRORS)
        return self._written(self._decoder.decode(content))

    def _written(self, text: str) -> bytes:
        """Decoded text as UTF-8; the declaration of XML is kept back until it has ended."""
        if not self._is_markup:
            return _encoded(text)
        self._head += text
        starts = self._head.removeprefix("\ufeff")
        is_declared = starts.startswith("<?xml") or "<?xml".startswith(starts)
        if is_declared and "?>" not in starts and len(starts) < _LONGEST_DECLARATION:
            return b""
        self._is_markup, self._head = False, ""
        return _encoded(_DECLARATION.sub(r"\1\2utf-8\2", starts, count=1))


def _content_type(headers: Headers) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), "")


def _of_markup(start: bytes) -> str:
    """The charset of XML or HTML that begins so, if it is UTF-16 or UTF-32; otherwise empty."""
    return next((charset for sign, charset in _MARKUP_STARTS if start.startswith(sign)), "")


def _charset_of(value: str) -> str:
    """Python's name of the charset to read a media type in; empty for UTF-8 and others."""
    declared = _CHARSET.search(value)
    if declared is None or not _TEXTS.match(value) or _OWN_CHARSET.match(value):
        return ""
    try:
        codec = codecs.lookup(declared[3])
        name = codec.name.replace("_", "-")
    except LookupError:
        return ""
    # The attribute is Python's own, for `str.encode`.
    is_text = getattr(codec, "_is_text_encoding", False) and codec.incrementaldecoder is not None
    return codec.name if is_text and name not in _NO_CHANGE | _NOT_TEXT else ""


def _told_by(start: bytes, charset: str) -> str:
    """The charset of a body that begins so; empty where it cannot be the declared one.

    JSON and events begin with an ASCII character, or with a byte order mark.
    """
    match = _WIDE.fullmatch(charset)
    if match is None:
        return charset
    unit = int(match[1]) // 8
    if start.startswith(_MARKS[unit]):
        return charset
    first = start[:unit]
    if first.count(0) != unit - 1:
        return ""
    return f"utf-{match[1]}-{'le' if first[0] else 'be'}"


def _in_utf8(content_type: str) -> str:
    return _CHARSET.sub(r"\1utf-8", content_type)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _unreadable(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)  # noqa: S101  # nothing is encoded with it
    return _UNREADABLE, error.end


_ERRORS: Final = "harness-unreadable"
codecs.register_error(_ERRORS, _unreadable)
