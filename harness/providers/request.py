"""A step's request, filled in: its address and headers, and its body as `request_body` has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Final
from urllib.parse import quote, urlencode

from harness.conversation import Direction, Frame, Origin, Request
from harness.core import Json, ProtocolError, describe
from harness.formats.template.filters import text_of
from harness.formats.template.hashes import NOTE
from harness.formats.template.template_nodes import AsText
from harness.formats.template.times import now_function
from harness.providers.definition import Step
from harness.providers.flow import NOW, FlowState
from harness.providers.request_body import encoded_body, file_content, pairs
from harness.providers.sign import signature_of
from harness.providers.step_plans import Encoding

_ENCODED = re.compile(r"\|\s*urlencode\s*(?:\([^()]*\)\s*)?$")
"""An expression that encodes its value itself."""
_NOTHING: Final = "\0"
"""Marks an empty value in a path."""
_IN_SEGMENT: Final = "!$&'()*+,;=:@"
"""Characters of a segment, besides letters, digits and `-._~`. Source: RFC 3986, 3.3."""
_NO_SEGMENT = re.compile(r"/(?:\0+|\.\.?)(?=/|$)")
_NO_HEADER = re.compile("[^\t\x20-\x7e\x80-\xff]")


class _NoSegment(Exception):
    """A value cannot be a part of a path."""


def build_request(step: Step, state: FlowState) -> Request:
    """Fill in a step's templates.

    Raises `ProtocolError` for a request that cannot be sent: a part of the address is null, empty,
    a list or a mapping, a header has a line break, or the body violates its schema.
    """
    plan = step.request
    origin = origin_of(step, state)
    clock, hashes = _Clock(partial(state.clock, origin)), _Hashes(state.hides)
    context = {**state.context(), NOW: now_function(clock), NOTE: hashes}
    path = _path(step, context)
    body, content_type = encoded_body(step, plan.body.render(context))
    headers = _headers(step, plan.headers.render(context))
    if content_type and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", content_type))
    url = _url(str(state.settings.get("base_url") or ""), path, plan.query.render(context))
    if plan.sign is not None:
        signature, prefix = signature_of(plan.sign, step.name, context, plan.method, url, body)
        headers += _headers(step, {plan.sign.header: prefix + signature})
        hashes.add(signature)
    return Request(
        method=plan.method,
        url=url,
        headers=tuple(headers),
        body=body,
        origin=origin,
        is_stream=step.stream is not None,
        is_repeatable=plan.is_repeatable,
        accepted=state.accepted,
        now=clock.time,
        hashes=tuple(hashes.of_secrets),
    )


def origin_of(step: Step, state: FlowState) -> Origin:
    """Which step of which turn something is sent for."""
    return Origin(turn=state.turn, step=step.name, message=state.message_hash)


class _Clock:
    """Reads the time once for a request, and only if the request is made with it."""

    def __init__(self, read: Callable[[], float]) -> None:
        self._read = read
        self.time: float | None = None

    def __call__(self) -> float:
        if self.time is None:
            self.time = self._read()
        return self.time


class _Hashes:
    """Collects the hashes in a request that are made of a secret, or of such a hash."""

    def __init__(self, hides: Callable[[str], bool]) -> None:
        self._hides = hides
        self.of_secrets: dict[str, None] = {}

    def __call__(self, texts: Iterable[str], digest: str) -> None:
        known = self.of_secrets
        if any(any(one in text for one in known) or self._hides(text) for text in texts):
            self.add(digest)

    def add(self, digest: str) -> None:
        """A hash of a secret. Some systems want it in capitals."""
        self.of_secrets |= dict.fromkeys((digest, digest.upper()))


def build_frame(step: Step, state: FlowState) -> Frame:
    """Fill in the message that a step sends on a WebSocket.

    Raises `ProtocolError` for one that breaks its contract, or is not base64.
    """
    origin = origin_of(step, state)
    clock, hashes = _Clock(partial(state.clock, origin)), _Hashes(state.hides)
    value = step.request.body.render({**state.context(), NOW: now_function(clock), NOTE: hashes})
    return Frame(
        origin=origin,
        direction=Direction.SENT,
        content=_content(step, value),
        now=clock.time,
        hashes=tuple(hashes.of_secrets),
    )


def _content(step: Step, value: Json) -> str | bytes:
    if step.request.encoding is not Encoding.BASE64:
        return encoded_body(step, value)[0].decode("utf-8", "surrogatepass")
    try:
        return file_content("" if value is None else text_of(value))
    except ValueError as error:
        raise ProtocolError(
            "wrong-frame",
            f"the binary message of step {step.name} is not base64",
            "nothing was sent",
        ) from error


def in_path(expression: str) -> AsText:
    """Write the value of an expression in a path: as one segment, percent-encoded.

    A value of the filter `urlencode` is already encoded; `urlencode('/')` keeps slashes.
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
