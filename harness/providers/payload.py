"""Bodies read into JSON values, strictly: what is no reply is named, never guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from math import isinf
from typing import NoReturn

from harness.conversation import Response
from harness.core.errors import ProtocolError
from harness.core.source import shorten
from harness.core.typing import Json
from harness.formats.strict_json import is_too_deep, no_constant, unique_keys
from harness.providers.definition import Encoding

MAX_DIGITS = 4300
"""Python refuses to convert longer numbers, because that takes quadratic time."""
MAX_LEVELS = 500
"""Of lists and objects in one another; what reads them further on calls itself for each."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?Infinity|NaN|-?[0-9][0-9.eE+-]*|[\[\]{}:]', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
_DIGITS = re.compile("[0-9]+")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\ufeff]")


def read_payload(response: Response, encoding: Encoding) -> Json:
    """Read an answer's body.

    Raises `ProtocolError`: `empty-body`, `html-page`, `not-json`, `not-xml`.
    """
    if encoding is Encoding.NONE:
        return None
    body = response.body
    if not body or body.isspace():
        raise ProtocolError("empty-body", f"the answer has no body (status {response.status})")
    refuse_page(response, encoding.value)
    if encoding is Encoding.TEXT:
        return body.decode("utf-8", "replace")
    return read_xml(body) if encoding is Encoding.XML else read_json(body)


def refuse_page(response: Response, expected: str) -> None:
    """Raise `ProtocolError` `html-page` where an answer is a page for people."""
    if _is_html(response):
        raise ProtocolError(
            "html-page",
            f"the answer is an HTML page (status {response.status}), expected {expected}",
            "a proxy, a log-in page or a wrong address often answers so",
            details=(excerpt(response.body),),
        )


def _is_html(response: Response) -> bool:
    if response.body[:1] in (b"{", b"["):
        return False
    start = response.body[:200].lstrip().lower()
    is_page = start.startswith((b"<!doctype html", b"<html"))
    return is_page or "html" in (response.header("content-type") or "").lower()


def require_kind(response: Response, expected: tuple[str, ...]) -> None:
    """Raise `ProtocolError` `wrong-content-type` for an answer of another media type."""
    if not expected or not response.body:
        return
    header = response.header("content-type") or ""
    found = header.partition(";")[0].strip().lower()
    if found in expected:
        return
    refuse_page(response, " or ".join(expected))
    raise ProtocolError(
        "wrong-content-type",
        f"the answer is {found or 'of no content type'} (status {response.status}),"
        f" expected {' or '.join(expected)}",
        details=(excerpt(response.body),),
    )


def undecodable(body: bytes) -> str:
    """What is to be told of bytes that are not UTF-8; empty where there are none."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"it is not UTF-8 at byte {error.start}, and U+FFFD stands for what cannot be read"
    return ""


def read_json(body: bytes) -> Json:
    """Read JSON as RFC 8259 has it, without what Python's reader lets through.

    Raises `ProtocolError` `not-json` with the offset in bytes: `NaN` and infinities, a key
    twice, numbers that are too long or out of range, a lone surrogate, too many levels, text
    after the end.
    """
    try:
        text = body.decode("utf-8")
        value: Json = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        _refuse(f"it is not UTF-8 at byte {error.start}{_guess(body)}", body)
    except json.JSONDecodeError as error:
        if text.startswith("\ufeff"):
            _refuse("it begins with a byte order mark at byte 0", body)
        offset = len(error.doc[: error.pos].encode("utf-8", "surrogatepass"))
        _refuse(f"{_plain(error.msg)} at byte {offset}", body)
    except RecursionError:
        _refuse_at_fault(text, "it has too many levels", body)
    except ValueError as error:
        _refuse_at_fault(text, str(error), body)
    if is_too_deep(text, MAX_LEVELS):
        _refuse_at_fault(text, "it has too many levels", body)
    if "\\u" in text:
        _refuse_lone_surrogates(value, text, body)
    return value


def read_event(number: int, text: str) -> Json:
    """Read one event of a stream as JSON. Raises `ProtocolError` that names the event."""
    try:
        return read_json(text.encode())
    except ProtocolError as error:
        raise ProtocolError(
            error.code,
            error.message.replace("the answer", f"event {number} of the stream", 1),
            details=error.details,
        ) from error


def tells_error(event: Json) -> bool:
    """Whether an event of a stream, or the JSON in its text, is `{"error": …}`."""
    if isinstance(event, str) and event.startswith("{") and '"error"' in event:
        try:
            event = json.loads(event)
        except (ValueError, RecursionError):
            return False
    return isinstance(event, Mapping) and bool(event.get("error"))


def read_xml(body: bytes, *, as_written: bool = False) -> Json:
    """Read XML as `harness.providers.xml_body` has it. Raises `ProtocolError` `not-xml`."""
    from harness.providers import xml_body  # noqa: PLC0415  # late, as in request

    try:
        return xml_body.read_xml(body, as_written=as_written)
    except ValueError as error:
        raise ProtocolError(
            "not-xml", f"the answer is not XML: {error}", details=(excerpt(body),)
        ) from error


def wait_asked(response: Response) -> str:
    """What an answer that says no asks for: how long to wait; empty where it asks for nothing."""
    asked = response.header("retry-after")
    return f"the server asks to wait: Retry-After: {shorten(asked, 100)}" if asked else ""


def excerpt(body: bytes) -> str:
    """The beginning of a body, as one line for people."""
    text = " ".join(body[:2000].decode("utf-8", "replace").split())
    return shorten(_UNSEEN.sub("\ufffd", text))


def _refuse(reason: str, body: bytes) -> NoReturn:
    raise ProtocolError("not-json", f"the answer is not JSON: {reason}", details=(excerpt(body),))


def _guess(body: bytes) -> str:
    """What bytes that are no text are likely to be."""
    if body.startswith(b"\x1f\x8b"):
        return "; it is gzip data, which no Content-Encoding names"
    return "; it looks like UTF-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else ""


def _plain(message: str) -> str:
    # Python's own words end in "at" where a position follows.
    return f"{message[:1].lower()}{message[1:]}".removesuffix(" at")


def _refuse_at_fault(text: str, otherwise: str, body: bytes) -> NoReturn:
    fault = first_fault(text)
    if fault is None:
        _refuse(otherwise, body)
    offset, reason = fault
    _refuse(f"{reason} at byte {len(text[:offset].encode())}", body)


def _refuse_lone_surrogates(value: Json, text: str, body: bytes) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        _refuse_at_fault(text, "it holds a lone surrogate", body)


def first_fault(text: str) -> tuple[int, str] | None:
    """The offset in characters of the first fault, and what it is; None where there is none.

    Knows `NaN` and infinities, a key twice, numbers that are too long or out of range, a lone
    surrogate and too many levels; not what the reader names by itself.
    """
    return next(_faults(text), None)


def _faults(text: str) -> Iterator[tuple[int, str]]:
    # Of each open object the keys so far; None for a list.
    levels: list[set[str] | None] = []
    last = ("", 0)
    for token in _TOKEN.finditer(text):
        word, at = token.group(), token.start()
        if word[0] == '"':
            yield from _in_string(word, at)
        elif word == ":":
            yield from _twice(*last, levels[-1] if levels else None)
        elif word in "[{":
            levels.append(set() if word == "{" else None)
            if len(levels) > MAX_LEVELS:
                yield at, f"it has more than {MAX_LEVELS} levels"
        elif word in "]}":
            del levels[-1:]
        elif word.endswith(("N", "y")):
            yield at, f"{word} is not a JSON number"
        elif max(map(len, _DIGITS.findall(word))) > MAX_DIGITS:
            yield at, f"a number has more than {MAX_DIGITS} digits"
        elif not _is_in_range(word):
            yield at, f"the number {shorten(word, 50)} is out of range"
        last = (word, at)


def finite(word: str) -> float:
    """The number that a text with a point or an exponent is.

    Raises `ValueError` where it is larger than a number with 64 bits can be.
    """
    value = float(word)
    if isinf(value):
        raise ValueError(f"the number {shorten(word, 50)} is out of range")
    return value


def _is_in_range(word: str) -> bool:
    try:
        # Whole numbers are read as they are, however large.
        return word.lstrip("-").isdigit() or not isinf(float(word))
    except ValueError:
        return True


def _twice(word: str, at: int, keys: set[str] | None) -> Iterator[tuple[int, str]]:
    """The key in front of a colon, where the object has it already."""
    if keys is None or word[:1] != '"':
        return
    key = json.loads(word, strict=False)
    if key in keys:
        yield at, f"the key '{shorten(key, 50)}' stands twice in one object"
    keys.add(key)


def _in_string(word: str, at: int) -> Iterator[tuple[int, str]]:
    """Half of a character that takes two escapes. Source: RFC 8259, section 8.2."""
    high: re.Match[str] | None = None
    for escape in _ESCAPE.finditer(word):
        code = int(escape[1] or "0", 16)
        is_low = 0xDC00 <= code <= 0xDFFF  # noqa: PLR2004  # the range of second halves
        if high is not None and not (is_low and high.end() == escape.start()):
            yield at + high.start(), "it holds a lone surrogate"
        if is_low and (high is None or high.end() != escape.start()):
            yield at + escape.start(), "it holds a lone surrogate"
        high = escape if 0xD800 <= code <= 0xDBFF else None  # noqa: PLR2004  # and of first ones
    if high is not None:
        yield at + high.start(), "it holds a lone surrogate"


_DECODER = json.JSONDecoder(
    parse_constant=no_constant, parse_float=finite, object_pairs_hook=unique_keys
)
