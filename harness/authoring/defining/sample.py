"""A request that someone sent, with its answers: what a definition is made from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import parse_qsl, urlsplit

from harness.conversation import Request, Response
from harness.core import Json, Path, ProtocolError
from harness.formats.multipart import MEDIA_TYPE, read_multipart, values_of
from harness.providers.payload import read_json, read_xml
from harness.providers.step_plans import Encoding

Place: TypeAlias = tuple[str, Path]
"""`PATH`, `QUERY`, `BODY` or `HEADER`, and where in it.

In a path, it is the number of the part; a header is found by its name in lower case.
"""
HEADER, PATH, QUERY, BODY = "header", "path", "query", "body"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9-]* +(?=\S)")
"""The scheme of an `Authorization` header. Source: RFC 9110, 11.4."""
_HEAD = re.compile(rb"HTTP/[\d.]+ (\d{3})[^\n]*\n(.*?)\r?\n\r?\n", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRequest:
    """One request that sends a message to a bot."""

    where: str
    """Where it is from, as messages name it."""
    request: Request
    """Its headers may contain shell variables; see `shell_words.VARIABLE`."""
    user: str = ""
    """`name:password` of basic authentication."""
    answers: tuple[Response, ...] = ()
    """Successful answers to requests of this kind; the first is that of `request`."""
    keys: Mapping[str, Json] = field(default_factory=dict)
    """Keys of the provider in `harness.yaml`."""
    notes: tuple[str, ...] = ()
    """What was left out, one sentence each."""
    opening: Opening | None = None
    """The request that opens the conversation; None without one."""
    taken: Mapping[Place, str] = field(default_factory=dict)
    """What is sent in place of values of the answer that opens: templates by their places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The request that opens a conversation, with its answer."""

    sample: SampleRequest
    capture: Mapping[str, Json]
    """The `capture:` of its step."""


def body_of(request: Request) -> tuple[Encoding, Json]:
    """The encoding and the value of a request's body.

    A body that is JSON counts as JSON, whatever its header says: curl labels each body as a form.
    """
    body = request.body
    if not body:
        return Encoding.NONE, None
    kind = (request.header("content-type") or "").lower()
    if body.lstrip()[:1] in (b"{", b"[") or "json" in kind:
        try:
            return Encoding.JSON, read_json(body)
        except ProtocolError as error:
            if "json" in kind:
                raise _unreadable("JSON", error) from error
    if kind.startswith(MEDIA_TYPE) and (parts := read_multipart(body)) is not None:
        return Encoding.MULTIPART, values_of(parts)
    text = body.decode("utf-8", "replace")
    if "xml" in kind:
        try:
            return Encoding.XML, read_xml(body, as_written=True)
        except ProtocolError as error:
            raise _unreadable("XML", error) from error
    if "x-www-form-urlencoded" in kind:
        return Encoding.FORM, fields_of(text)
    return Encoding.TEXT, text


def _unreadable(form: str, error: ProtocolError) -> ProtocolError:
    """The error of a request's body, in place of that of an answer."""
    reason = error.message.partition(": ")[2] or error.message
    message = f"the body of the request is not {form}: {reason}"
    return ProtocolError("unreadable-request", message, details=error.details)


def query_of(request: Request) -> Json:
    """The query of a request, by name."""
    return fields_of(urlsplit(request.url).query)


def scheme_of(name: str, value: str) -> str:
    """The scheme that a header's value begins with, such as `Bearer `; empty without one."""
    scheme = _SCHEME.match(value) if name.lower().endswith("authorization") else None
    return scheme[0] if scheme else ""


def fields_of(text: str) -> Json:
    """A form or a query by name; several values of one name are a list."""
    fields: dict[str, Json] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        earlier = fields.get(name)
        if earlier is None:
            fields[name] = value
        else:
            fields[name] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
    return fields


def answer_from(content: bytes) -> Response:
    """A stored answer: a body, or what `curl -i` prints, with a status line and headers."""
    status, headers = 200, []
    while match := _HEAD.match(content):
        status = int(match[1])
        lines = match[2].decode("latin-1").splitlines()
        pairs = (line.partition(":") for line in lines)
        headers = [(name.strip(), value.strip()) for name, mark, value in pairs if mark]
        content = content[match.end() :]
    return Response(status=status, headers=tuple(headers), body=content)
