"""Writes a payload that was changed as the answer that a server would have sent for it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from harness.conversation import Response
from harness.core import Json
from harness.providers.definition import Step
from harness.providers.payload import read_xml
from harness.providers.step_plans import Encoding, Framing
from harness.providers.xml_body import write_xml


class NotEncodable(ValueError):
    """The server could not have sent such a payload."""


def as_sent(step: Step, before: Json, after: Json) -> Json:
    """The payload as it is read from an answer with what was changed.

    The text of a stream is that of its events, XML has no empty lists and no numbers. Raises
    `NotEncodable`.
    """
    if step.stream is not None or step.receive is not None:
        return _events_as_sent(step, before, after)
    if step.answer.encoding is Encoding.XML:
        return read_xml(_body(step, after))
    if step.answer.encoding is Encoding.TEXT and not isinstance(after, str):
        raise NotEncodable("the answer is a text")
    return after


def sent_instead(step: Step, response: Response, payload: Json) -> Response:
    """The response with another payload as its body; it begins and ends when it did."""
    body = _body(step, payload)
    chunks = response.chunks
    if chunks and step.receive is not None:
        lengths = list(map(len, body.splitlines(keepends=True)))
        times = [at for at, _ in chunks]
        times = [*times[: len(lengths) - 1], *times[-1:] * max(1, len(lengths) - len(times) + 1)]
        chunks = tuple(zip(times, lengths, strict=False))
    elif chunks:
        (first, _), *others = chunks
        chunks = ((first, len(body)), *((at, 0) for at, _ in others))
    return replace(response, body=body, chunks=chunks)


def _body(step: Step, payload: Json) -> bytes:
    if step.stream is not None:
        return _stream(step, payload)
    if step.receive is not None:
        events = cast("Sequence[Json]", cast("Mapping[str, Json]", payload)["events"])
        return "\n".join(map(_written, events)).encode("utf-8", "surrogatepass")
    if step.answer.encoding is Encoding.XML:
        try:
            return write_xml(cast("Mapping[str, object]", payload))
        except (ValueError, AttributeError) as error:
            raise NotEncodable(str(error)) from error
    if step.answer.encoding is Encoding.TEXT:
        return str(payload).encode("utf-8", "surrogatepass")
    return _written_json(payload).encode("utf-8", "surrogatepass")


def _events_as_sent(step: Step, before: Json, after: Json) -> Json:
    if not isinstance(after, Mapping) or not isinstance(after.get("events"), list):
        raise NotEncodable("the answer has events")
    old = cast("Mapping[str, Json]", before)
    if after.keys() != old.keys() or after.get("framing") != old.get("framing"):
        raise NotEncodable("only the events are sent")
    events = cast("list[Json]", after["events"])
    if after["text"] != old["text"]:
        events = _with_text(cast("list[Json]", old["events"]), str(after["text"]))
    events = [event for event in events if _data(step, event) != ""]
    known = _written_before(step, old)
    texts = (known.get(id(event)) or _written(_data(step, event)) for event in events)
    return {**after, "text": "".join(texts), "events": events}


def _with_text(events: list[Json], text: str) -> list[Json]:
    """The events of another text: those that it begins and ends with as before stay as they are.

    So a word more or less does not change how many pieces a text comes in.
    """
    pieces = [_piece(event) for event in events]
    if not pieces:
        raise NotEncodable("there is no event for the text")
    first, start = 0, 0
    while first < len(pieces) - 1 and text.startswith(pieces[first], start):
        start += len(pieces[first])
        first += 1
    last, end = len(pieces), len(text)
    while last > first + 1 and text.endswith(pieces[last - 1], start, end):
        last -= 1
        end -= len(pieces[last])
    event, piece = events[first], text[start:end]
    changed = {**event, "data": piece} if isinstance(event, Mapping) else piece
    return [*events[:first], changed, *events[last:]]


def _piece(event: Json) -> str:
    """The text of an event, as the stream sends it."""
    if isinstance(event, Mapping) and event.keys() == {"event", "data"}:
        event = event["data"]
    if isinstance(event, str):
        return event
    raise NotEncodable("the text is that of JSON")


def _written_before(step: Step, old: Mapping[str, Json]) -> dict[int, str]:
    """The events as they were sent, by their identity: servers write JSON with spaces or without.

    Empty if their texts cannot be told apart.
    """
    text, found, at = str(old["text"]), dict[int, str](), 0
    for event in cast("list[Json]", old["events"]):
        data = _data(step, event)
        end = at + len(data) if isinstance(data, str) else _end_of_json(text, at)
        if end < 0:
            return {}
        found[id(event)] = text[at:end]
        at = end
    return found


_BLANK = re.compile(r"\s*")
_DECODER = json.JSONDecoder()


def _end_of_json(text: str, start: int) -> int:
    """Where a JSON value ends, and the spaces behind it; -1 if there is none."""
    try:
        _, end = _DECODER.raw_decode(text, _end_of_blank(text, start))
    except ValueError:
        return -1
    return _end_of_blank(text, end)


def _end_of_blank(text: str, start: int) -> int:
    match = _BLANK.match(text, start)
    return match.end() if match else start


def _data(step: Step, event: Json) -> Json:
    """The data of an event, without its name."""
    is_named = step.stream is not None and step.stream.has_names
    return event["data"] if is_named and isinstance(event, Mapping) else event


def _written(event: Json) -> str:
    return event if isinstance(event, str) else _written_json(event)


def _written_json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _stream(step: Step, payload: Json) -> bytes:
    plan = step.stream
    assert plan is not None  # noqa: S101  # asked by the caller
    whole = cast("Mapping[str, Json]", payload)
    events = cast("list[Json]", whole["events"])
    framing = Framing(str(whole["framing"]))
    texts = [_written(_data(step, event)) for event in events]
    if plan.done and framing is not Framing.TEXT:
        texts.append(plan.done)
    if framing is Framing.TEXT:
        return "".join(texts).encode("utf-8", "surrogatepass")
    if framing is Framing.NDJSON:
        return "".join(f"{text}\n" for text in texts).encode("utf-8", "surrogatepass")
    names = [
        str(one["event"]) if plan.has_names and isinstance(one, Mapping) else "" for one in events
    ]
    named = zip([*names, *[""] * (len(texts) - len(names))], texts, strict=True)
    return "".join(_event_text(name, text) for name, text in named).encode("utf-8", "surrogatepass")


def _event_text(name: str, data: str) -> str:
    lines = [f"event: {name}"] if name and name != "message" else []
    lines += [f"data: {line}" for line in data.split("\n")]
    return "\n".join(lines) + "\n\n"
