"""Reads HAR files, which browsers and proxies write, in the layout of vcrpy's interactions.

Source: HTTP Archive 1.2, http://www.softwareishard.com/blog/har-12-spec/, and Chrome's own keys,
which begin with an underscore. Bodies of answers are decoded in such a file, whatever their headers
say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from harness.core import Json
from harness.formats.multipart import Part, boundary_of, write_multipart
from harness.transport.cassette.plain_interaction import Break

SWITCHING = 101
"""The status of a WebSocket's handshake."""
_WEB_SOCKET = re.compile(r"ws(?=s?://)", re.IGNORECASE)
_TRAVEL = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""Headers about a body as it travelled."""


def har_items(log: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entries of a file's `log` in the order in which they were sent.

    Raises `LookupError`, `TypeError` or `ValueError` for a file that has none.
    """
    entries = log["entries"]
    if not isinstance(entries, list):
        raise TypeError("its entries are not a list")
    for number, entry in enumerate(entries, 1):
        request = entry.get("request") if isinstance(entry, Mapping) else None
        if not isinstance(request, Mapping) or not isinstance(request.get("url"), str):
            raise TypeError(f"its entry {number} has no request with a URL")
    # Some tools write them in the order of the answers. Times of one file have one form.
    return [_item(entry) for entry in sorted(entries, key=_started)]


def _started(entry: Mapping[str, Any]) -> str:
    return str(entry.get("startedDateTime", ""))


def _item(entry: Mapping[str, Any]) -> dict[str, Any]:
    request, response = entry["request"], entry["response"]
    is_socket = entry.get("_resourceType") == "websocket" or "_webSocketMessages" in entry
    url = request["url"]
    is_socket |= bool(_WEB_SOCKET.match(url))
    content = response.get("content") or {}
    return {
        "request": {
            "method": request["method"],
            "uri": _WEB_SOCKET.sub("http", url),
            "headers": list(_headers(request.get("headers"))),
            "body": _sent(request.get("postData")),
        },
        "response": {
            "status": {
                "code": SWITCHING if is_socket else response["status"],
                "message": response.get("statusText"),
            },
            "headers": list(_headers(response.get("headers"))),
            "body": _received(content),
        },
        "broken": None if is_socket else _break_of(response, content),
    }


def _headers(found: object) -> Iterable[tuple[str, object]]:
    """Headers without those of HTTP/2's first line, and without what is no longer true."""
    if not isinstance(found, list):
        return
    for header in found:
        name = header["name"]
        if not name.startswith(":") and name.lower() not in _TRAVEL:
            yield name, header["value"]


def _sent(posted: Mapping[str, Any] | None) -> object:
    if not posted:
        return None
    text, fields = posted.get("text"), posted.get("params")
    if text or not fields:
        is_base64 = posted.get("encoding") == "base64"
        return {"base64_string": text} if is_base64 else text
    if "multipart" not in str(posted.get("mimeType", "")):
        return urlencode([(field["name"], field.get("value") or "") for field in fields])
    parts = [
        Part(
            name=field["name"],
            content=str(field.get("value") or "").encode(),
            filename=field.get("fileName"),
            content_type=str(field.get("contentType") or ""),
        )
        for field in fields
    ]
    return write_multipart(parts, boundary_of(parts))


def _received(content: Mapping[str, Any]) -> Json:
    text = content.get("text") or ""
    return {"base64_string" if content.get("encoding") == "base64" else "string": text}


def _break_of(response: Mapping[str, Any], content: Mapping[str, Any]) -> Break | None:
    """Why an answer cannot be replayed; None if it can."""
    if not response["status"]:
        why = response.get("_error") or "it was cancelled or blocked"
        return Break("connection-broken", f"no answer was recorded: {why}")
    if content.get("text") is None and (content.get("size") or 0) > 0:
        return Break("not-recorded", "the HAR file does not contain the body of this answer")
    return None
