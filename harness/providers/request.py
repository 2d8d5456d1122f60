"""A step's request, filled in: its address, headers and body."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlencode

from harness.conversation import Origin, Request
from harness.core import ProtocolError, describe
from harness.formats.template.filters import text_of
from harness.formats.template.template_nodes import AsText
from harness.providers.definition import Encoding, RequestPlan, Step
from harness.providers.flow import FlowState

CONTENT_TYPES = {
    Encoding.JSON: "application/json; charset=utf-8",
    Encoding.FORM: "application/x-www-form-urlencoded",
    Encoding.XML: "application/xml; charset=utf-8",
    Encoding.TEXT: "text/plain; charset=utf-8",
}

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_ENCODED = re.compile(r"\|\s*urlencode\s*(?:\([^()]*\)\s*)?$")
"""An expression that has encoded its value itself."""
_NOTHING: Final = "\0"
"""Stands in a path where a value is empty."""
_IN_SEGMENT: Final = "!$&'()*+,;=:@"
"""Beside letters, digits and `-._~` what stands in a segment as it is. Source: RFC 3986, 3.3."""
_NO_SEGMENT = re.compile(r"/(?:\0+|\.\.?)(?=/|$)")
_NO_HEADER = re.compile("[^\t\x20-\x7e\x80-\xff]")


class _NoSegment(Exception):
    """A value that cannot be a part of a path."""


def build_request(step: Step, state: FlowState) -> Request:
    """Fill in a step's templates.

    Raises `ProtocolError` for what cannot be sent: a part of the address that is none, empty, a
    list or a mapping, a header with a line break, a body that breaks its contract.
    """
    plan = step.request
    context = state.context()
    path = _path(step, context)
    body, content_type = _body(step, plan, plan.body.render(context))
    headers = _headers(step, plan.headers.render(context))
    if content_type and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", content_type))
    return Request(
        method=plan.method,
        url=_url(str(state.settings.get("base_url") or ""), path, plan.query.render(context)),
        headers=tuple(headers),
        body=body,
        origin=Origin(turn=state.turn, step=step.name, message=state.message_hash),
        is_stream=step.stream is not None,
        is_repeatable=plan.is_repeatable,
        accepted=state.accepted,
    )


def in_path(expression: str) -> AsText:
    """How the value of an expression is written in a path: as one segment, percent-encoded.

    What the filter `urlencode` made is encoded already; `urlencode('/')` keeps slashes.
    """
    return text_of if _ENCODED.search(expression) else _segment


def pairs(value: object) -> list[tuple[str, str]]:
    """A query or a form as names and texts; a list gives several of one name.

    What is none is left out.
    """
    found: list[tuple[str, str]] = []
    # `dict` first: to ask whether something is a `Mapping` takes much longer.
    for name, given in value.items() if isinstance(value, dict | Mapping) else ():
        # Nearly all are texts, and this is done several times for each request.
        if isinstance(given, str):
            found.append((name, given))
        elif isinstance(given, list | tuple):
            found += [(name, text_of(one)) for one in given if one is not None]
        elif given is not None:
            found.append((name, text_of(given)))
    return found


def _path(step: Step, context: Mapping[str, object]) -> str:
    try:
        path = step.request.path.render(context)
    except _NoSegment as error:
        raise ProtocolError(
            "wrong-address-part", f"a part of the address of step {step.name} is {error}"
        ) from error
    if not isinstance(path, str):
        raise ProtocolError(
            "incomplete-address", f"a part of the address of step {step.name} is none"
        )
    if _NOTHING in path or "/." in path:
        found = _NO_SEGMENT.search(path)
        if found:
            shown = found.group()[1:].replace(_NOTHING, "")
            what = f"'{shown}', which leads to another path" if shown else "empty"
            raise ProtocolError(
                "wrong-address-part", f"a part of the address of step {step.name} is {what}"
            )
        path = path.replace(_NOTHING, "")
    return path


def _segment(value: object) -> str:
    if not isinstance(value, str) and isinstance(value, Mapping | list | tuple):
        raise _NoSegment(f"{describe(value)}, expected a text or a number")
    return _encoded(text_of(value))


@lru_cache(maxsize=1024)
def _encoded(text: str) -> str:
    return quote(text, safe=_IN_SEGMENT) or _NOTHING


def _url(base: str, path: str, query: object) -> str:
    url = base.rstrip("/") + _quoted(path)
    given = pairs(query) if query else ()
    return f"{url}?{urlencode(given, safe='$,/')}" if given else url


@lru_cache(maxsize=1024)
def _quoted(path: str) -> str:
    return quote(path, safe="/:@!$&'()*+,;=-._~%")


def _headers(step: Step, value: object) -> list[tuple[str, str]]:
    headers = pairs(value)
    for name, text in headers:
        if text.isascii() and text.isprintable():
            continue
        found = _NO_HEADER.search(text)
        if found:
            raise ProtocolError(
                "wrong-header",
                f"the header {name} of step {step.name} contains U+{ord(found.group()):04X}",
                "a header is one line of Latin-1; nothing was sent",
            )
    return headers


def _body(step: Step, plan: RequestPlan, value: object) -> tuple[bytes, str]:
    if plan.encoding is Encoding.NONE:
        return b"", ""
    content_type = CONTENT_TYPES[plan.encoding]
    if plan.schema is not None and not plan.schema.is_valid(value):  # type: ignore[arg-type]  # rendered from JSON
        first = plan.schema.violations(value)[0]  # type: ignore[arg-type]  # the same
        raise ProtocolError(
            "request-contract",
            f"the request of step {step.name} violates its contract: {first.message}",
            "a setting, `session:` or the definition is wrong; nothing was sent",
        )
    if plan.encoding is Encoding.JSON:
        return _COMPACT.encode(value).encode(), content_type
    if plan.encoding is Encoding.FORM:
        return urlencode(pairs(value)).encode(), content_type
    if plan.encoding is Encoding.XML:
        return _xml(step, value), content_type
    return (b"" if value is None else text_of(value).encode()), content_type


def _xml(step: Step, value: object) -> bytes:
    # Late: its patterns take 25 ms to compile, and few systems speak XML.
    from harness.providers.xml_body import write_xml  # noqa: PLC0415

    try:
        return write_xml(value if isinstance(value, Mapping) else {})
    except ValueError as error:
        raise ProtocolError(
            "request-not-xml",
            f"the request of step {step.name} cannot be written as XML: {error}",
            "XML cannot contain control characters, and has one root; nothing was sent",
        ) from error
