"""Reads bodies as JSON values, strictly: a body that is not a reply is an error."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from typing import NoReturn

from harness.conversation import Response
from harness.core import Json, ProtocolError, shorten
from harness.formats.strict_json import (
    MAX_LEVELS,
    finite,
    first_fault,
    is_too_deep,
    no_constant,
    unique_keys,
)
from harness.providers.step_plans import Encoding

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
    if encoding is Encoding.XML:
        return read_xml(body)
    return read_json(body.removeprefix(codecs.BOM_UTF8))


def refuse_page(response: Response, expected: str) -> None:
    """Raise `ProtocolError` `html-page` if an answer is an HTML page."""
    if _is_html(response):
        raise ProtocolError(
            "html-page",
            f"the answer is an HTML page (status {response.status}), expected {expected}",
            "a proxy, a login page or a wrong address often answers in this way",
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
        f"the answer is {found or 'without a content type'} (status {response.status}),"
        f" expected {' or '.join(expected)}",
        details=(excerpt(response.body),),
    )


def undecodable(body: bytes) -> str:
    """The note about bytes that are not UTF-8; empty if there are none."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"it is not UTF-8 at byte {error.start}; unreadable bytes are shown as U+FFFD"
    return ""


def read_json(body: bytes) -> Json:
    """Read JSON. Source: RFC 8259, which is stricter than Python's reader.

    Raises `ProtocolError` `not-json` with the offset in bytes: for `NaN` and infinities, a
    repeated key, numbers that are too long or out of range, a lone surrogate, too many levels,
    and text after the end.
    """
    try:
        text = body.decode("utf-8")
        value: Json = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        _refuse(f"it is not UTF-8 at byte {error.start}{_guess(body)}", body)
    except json.JSONDecodeError as error:
        if text.startswith("\ufeff"):
            _refuse("it starts with a byte order mark at byte 0", body)
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


def read_event(name: str, text: str) -> Json:
    """Read an event of a stream or a message as JSON. Raises `ProtocolError` with its name."""
    try:
        return read_json(text.encode())
    except ProtocolError as error:
        raise ProtocolError(
            error.code,
            error.message.replace("the answer", name, 1),
            details=error.details,
        ) from error


def tells_error(event: Json) -> bool:
    """Whether an event of a stream, or the JSON in its data, is `{"error": …}`."""
    if isinstance(event, str) and event.startswith("{") and '"error"' in event:
        try:
            event = json.loads(event)
        except (ValueError, RecursionError):
            return False
    return isinstance(event, Mapping) and bool(event.get("error"))


def read_xml(body: bytes, *, as_written: bool = False) -> Json:
    """Read XML, see `harness.providers.xml_body`. Raises `ProtocolError` `not-xml`."""
    from harness.providers import xml_body  # noqa: PLC0415  # late, as in request

    try:
        return xml_body.read_xml(body, as_written=as_written)
    except ValueError as error:
        raise ProtocolError(
            "not-xml", f"the answer is not XML: {error}", details=(excerpt(body),)
        ) from error


def wait_asked(response: Response) -> str:
    """The time that an error asks the client to wait, as a text; empty if it names none."""
    asked = response.header("retry-after")
    return f"the server asked to wait: Retry-After: {shorten(asked, 100)}" if asked else ""


def excerpt(body: bytes) -> str:
    """The beginning of a body as one line, for messages."""
    text = " ".join(body[:2000].decode("utf-8", "replace").split())
    return shorten(_UNSEEN.sub("\ufffd", text))


def _refuse(reason: str, body: bytes) -> NoReturn:
    raise ProtocolError("not-json", f"the answer is not JSON: {reason}", details=(excerpt(body),))


def _guess(body: bytes) -> str:
    """The probable kind of bytes that are not a text."""
    if body.startswith(b"\x1f\x8b"):
        return "; it is gzip data, but there is no Content-Encoding"
    return "; it looks like UTF-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else ""


def _plain(message: str) -> str:
    # Python's messages end in "at" if a position follows.
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
        _refuse_at_fault(text, "it contains a lone surrogate", body)


_DECODER = json.JSONDecoder(
    parse_constant=no_constant, parse_float=finite, object_pairs_hook=unique_keys
)
