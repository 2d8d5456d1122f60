"""Looks in answers for what a capture takes, wherever a reply may be read from."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

from harness.checks.regular_expression import Pattern
from harness.conversation import Response
from harness.core import Json, PlayError
from harness.formats.json_path import find_all
from harness.play.conversation_state import texts_in
from harness.providers.event_stream import EventReader
from harness.providers.payload import read_xml
from harness.scenario import Capture


def values_of(capture: Capture, response: Response) -> Iterator[str]:
    """What a capture finds in an answer, wherever a reply may be read from; also where it is cut.

    Values that are empty are left out. Raises `CheckCrashed` where a pattern reaches its limits.
    """
    text = response.body.decode("utf-8", "replace")
    if capture.header:
        value = response.header(capture.header)
        if value:
            yield value
    elif capture.matches:
        leaves = [one for payload in _payloads(response) for one in texts_in(payload)]
        for one in (text, *leaves):
            found = Pattern(capture.matches).captured(one)
            if found:
                yield found
    elif capture.json:
        yield from values_at(capture.json, response)


def values_at(path: str, response: Response) -> Iterator[str]:
    """What stands at a path in an answer; empty values are left out."""
    for payload in _payloads(response):
        for value in find_all(path, payload):
            yield from texts_in(value)


def _payloads(response: Response) -> Iterator[Json]:
    """What an answer may be read as: JSON, XML, or the events of a stream."""
    text = response.body.decode("utf-8", "replace")
    start = text.lstrip()[:1]
    whole = _json(text)
    if whole is not None:
        yield whole
    elif start and start in "{[":
        for end in _ends(text):
            cut = _json(text + end)
            if cut is not None:
                yield cut
                break
    if start == "<":
        with contextlib.suppress(PlayError):
            yield read_xml(response.body)
    if whole is None or response.chunks:
        yield from _streamed(response.body)


def _streamed(body: bytes) -> Iterator[Json]:
    reader = EventReader()
    # As if the last event had come to its end.
    reader.feed(body + b"\n\n")
    framing = reader.finish()
    texts: list[Json] = [event.data for event in reader.events]
    values = [_json(event.data) or event.data for event in reader.events]
    for events in (texts, values):
        joined = "".join(event.data for event in reader.events)
        yield {"framing": framing.value, "text": joined, "events": events}


def _json(text: str) -> Json:
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


def _ends(text: str) -> Iterator[str]:
    """What makes JSON that was cut somewhere whole again; one of them fits."""
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
    quote = '"' if is_text else ""
    for between in ("", ":null", "null", '"":null', "\\"):
        yield between + quote + end if between == "\\" else quote + between + end
