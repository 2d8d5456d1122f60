"""Where answers hold what will be captured as a secret, before it is captured."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping

from harness.checks.pattern import Pattern
from harness.conversation import Request, Response
from harness.core.errors import PlayError
from harness.core.typing import Json
from harness.formats.json_path import find_all
from harness.play.conversation_state import texts_in
from harness.providers.definition import Definition
from harness.providers.event_stream import EventReader
from harness.providers.payload import read_xml
from harness.scenario import Capture, Scenario
from harness.secrets.secret_spans import MARK


class SecretLocations:
    """The places of a scenario's and a definition's secret captures."""

    def __init__(self, definition: Definition, scenario: Scenario | None = None) -> None:
        """`scenario` is none for what comes once before all conversations."""
        self._steps = {
            step.name: {name: step.capture[name] for name in step.secret_captures}
            for steps in definition.phases.values()
            for step in steps
        }
        turns = scenario.user_turns if scenario is not None else ()
        self._turns = {
            turn.number: {name: one for name, one in turn.captures.items() if one.is_secret}
            for turn in turns
        }

    def found_in(self, request: Request, response: Response) -> Mapping[str, str]:
        """The values in an answer that will be captured of it: names by value."""
        found: dict[str, str] = {}
        origin = request.origin
        for name, path in self._steps.get(origin.step, {}).items():
            for payload in _payloads(response):
                found |= dict.fromkeys(_at(path, payload), name)
        for name, capture in self._turns.get(origin.turn, {}).items():
            found |= dict.fromkeys(values_of(capture, response), name)
        return {text: name for text, name in found.items() if not MARK.search(text)}


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
        for payload in _payloads(response):
            yield from _at(capture.json, payload)


def _at(path: str, payload: Json) -> Iterator[str]:
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
