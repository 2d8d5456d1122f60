"""Finds the values of a capture in answers, in every place that a reply can be read from."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from itertools import islice

from harness.checks.regular_expression import Pattern
from harness.conversation import Response
from harness.core import Json, PlayError
from harness.formats.json_path import find_all
from harness.play.conversation_state import texts_in
from harness.providers.event_stream import EventReader
from harness.providers.payload import read_xml
from harness.scenario import Capture

_CUT_SCALAR = re.compile(r"[-+.\w]+$")
"""The beginning of a number, or of `true`, `false` or `null`."""
_CUT_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?$")
"""The beginning of an escape in a text."""


def values_of(capture: Capture, response: Response) -> Iterator[str]:
    """What a capture finds in an answer, which may be incomplete; empty values are left out.

    Raises `CheckCrashed` if a pattern reaches its limits.
    """
    if capture.header:
        if value := response.header(capture.header):
            yield value
    elif capture.matches:
        texts = [text for payload in _payloads(response) for text in texts_in(payload)]
        for text in (response.body.decode("utf-8", "replace"), *texts):
            if value := Pattern(capture.matches).captured(text):
                yield value
    elif capture.json:
        yield from values_at(capture.json, response)


def values_at(path: str, response: Response) -> Iterator[str]:
    """The values at a path in an answer; empty values are left out."""
    for payload in _payloads(response):
        for value in find_all(path, payload):
            yield from texts_in(value)


def _payloads(response: Response) -> Iterator[Json]:
    """All that an answer can be read as: JSON, XML, or the events of a stream."""
    text = response.body.decode("utf-8-sig", "replace")
    start = text.lstrip()[:1]
    whole = _json(text)
    if whole is not None:
        yield whole
    elif start and start in "{[":
        completed = map(_json, _completed(text))
        yield from islice((value for value in completed if value is not None), 1)
    if start == "<":
        with contextlib.suppress(PlayError):
            yield read_xml(response.body)
    if whole is None or response.chunks:
        yield from _streamed(response.body)


def _streamed(body: bytes) -> Iterator[Json]:
    reader = EventReader()
    # As if the last event were complete.
    reader.feed(body + b"\n\n")
    framing = reader.finish().value
    texts = [event.data for event in reader.events]
    names = [event.type for event in reader.events]
    for events in (texts, [_json(text) or text for text in texts]):
        named = [{"event": name, "data": one} for name, one in zip(names, events, strict=True)]
        for shown in (events, named):
            yield {"framing": framing, "text": "".join(texts), "events": shown}


def _json(text: str) -> Json:
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


def _completed(text: str) -> Iterator[str]:
    """Incomplete JSON with possible ends, one of which completes it."""
    closing: list[str] = []
    is_text = is_escaped = False
    for one in text:
        if is_escaped:
            is_escaped = False
        elif is_text:
            is_escaped, is_text = one == "\\", one != '"'
        elif one == '"':
            is_text = True
        elif one in "{[":
            closing.append("}" if one == "{" else "]")
        elif one in "}]":
            del closing[-1:]
    end = "".join(reversed(closing))
    quote, cut = ('"', _CUT_ESCAPE) if is_text else ("", _CUT_SCALAR)
    for kept in (text, cut.sub("", text)):
        for between in ("", ":null", "null", '"":null'):
            yield kept + quote + between + end
