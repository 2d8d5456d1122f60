"""Reads one interaction of another tool's cassette into our plain form."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from harness.conversation import Origin, Request, Response
from harness.core import describe, shorten
from harness.transport.cassette.plain_interaction import (
    Break,
    PlainInteraction,
    plain_interaction,
    text_of,
)
from harness.transport.charset import Transcoder
from harness.transport.decoding import GZIP, BadEncoding, Decoder, TooLarge

ENCODED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""Headers that are no longer true once a body is decoded."""


def foreign_interaction(item: Mapping[str, Any], room: int) -> tuple[PlainInteraction, int]:
    """The plain form, and the size of its bodies. Raises `TooLarge` beyond `room` bytes."""
    sent, response = item["request"], item["response"]
    # vcrpy before 4.2 stored httpx's answers under keys of their own.
    is_old_httpx = "status_code" in response
    status = {"code": response["status_code"]} if is_old_httpx else response["status"]
    headers = list(_headers(response.get("headers")))
    content = response["content"] if is_old_httpx else response.get("body")
    request = Request(
        method=_text(sent, "method"),
        url=_text(sent, "uri"),
        headers=tuple(_headers(sent.get("headers"))),
        body=_content(sent.get("body"), sent),
        origin=Origin(turn=0, step=""),
    )
    # Raises `ValueError` for a port that is not valid, before requests are matched.
    _ = urlsplit(request.url).port
    travelled = _content(content, response)
    if max(len(request.body), len(travelled)) > room:
        raise TooLarge
    body, headers, broken = _decoded(travelled, headers, room)
    if text_of(body)[1] or b"\0" in body:
        # Other tools also store text that they have decoded, with its first charset in the head.
        transcoder = Transcoder(tuple(headers))
        body, headers = transcoder.feed(body) + transcoder.end(), list(transcoder.headers)
    # Only the reader of HAR files gives one.
    known = item.get("broken")
    broken = known if isinstance(known, Break) else broken
    answer = Response(
        status=int(status["code"]),
        reason=str(status.get("message") or ""),
        headers=tuple(headers),
        body=body,
    )
    plain = plain_interaction(request, answer, is_ours=False, broken=broken)
    return plain, len(request.body) + len(body)


def _text(holder: Mapping[str, Any], name: str) -> str:
    value = holder[name]
    if isinstance(value, str):
        return value
    raise TypeError(f"'{name}' is {describe(value)}, {shorten(repr(value), 50)}, expected a text")


def _headers(found: object) -> Iterable[tuple[str, str]]:
    """Headers, whose values other tools store as lists or as single texts."""
    if found is None:
        return
    if not isinstance(found, Mapping | list | tuple):
        raise TypeError(f"its headers are {describe(found)}, expected a mapping")
    for name, values in found.items() if isinstance(found, Mapping) else found:
        for value in values if isinstance(values, list | tuple) else [values]:
            yield _header_text(name), _header_text(value)


def _header_text(value: object) -> str:
    if isinstance(value, Mapping | list | tuple):
        raise TypeError(f"a header is {describe(value)}, expected a text")
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _content(body: object, holder: Mapping[str, Any]) -> bytes:
    """A body: text, bytes, a file, parts of it, or parsed JSON."""
    if isinstance(body, Mapping):
        if "base64_string" in body:
            return base64.b64decode(body["base64_string"], validate=True)
        body = body.get("string")
    if body is None and "parsed_body" in holder:
        body = json.dumps(holder["parsed_body"], ensure_ascii=False, separators=(",", ":"))
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    parts = body.read() if hasattr(body, "read") else list(body)  # type: ignore[call-overload]  # vcrpy stores iterators
    return parts if isinstance(parts, bytes) else b"".join(parts)


def _decoded(
    body: bytes, headers: list[tuple[str, str]], room: int
) -> tuple[bytes, list[tuple[str, str]], Break | None]:
    """The decoded body, and the headers that are still true.

    Other tools store a body as it was received, or decoded already. Where it is neither, there is
    also a break, which a replay raises.
    """
    encoding = ", ".join(value for name, value in headers if name.lower() == "content-encoding")
    still_true = [pair for pair in headers if pair[0].lower() not in ENCODED]
    try:
        return Decoder(encoding).whole(body, room), still_true, None
    except BadEncoding as error:
        _, is_base64 = text_of(body)
        if not body.startswith(GZIP) and not is_base64:
            return body, still_true, None
        reason = f"the recorded body cannot be read: {error}"
        return body, still_true, Break("bad-encoding", reason)
