"""A step's request, filled in: its address and headers, and its body as `request_body` has it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlencode

from harness.conversation import Origin, Request
from harness.core import ProtocolError, describe
from harness.formats.template.filters import text_of
from harness.formats.template.template_nodes import AsText
from harness.providers.definition import Step
from harness.providers.flow import FlowState
from harness.providers.request_body import encoded_body, pairs

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
    body, content_type = encoded_body(step, plan.body.render(context))
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
