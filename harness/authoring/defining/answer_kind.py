"""What kind of answer a sample is, and the payload that a definition reads from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.conversation import Response
from harness.core import Json, ProtocolError
from harness.providers.event_stream import Event, EventReader
from harness.providers.payload import read_json, read_payload, read_xml
from harness.providers.step_plans import Encoding, Framing

NAME_KEYS = ("type", "event", "kind", "object")
"""Keys whose value says which kind of event it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerKind:
    """How an answer is read."""

    payload: Json
    """What paths lead into; of a stream, a mapping with `events`."""
    answer: Mapping[str, Json] = field(default_factory=dict)
    """Keys of the step's `answer:`."""
    stream: Mapping[str, Json] | None = None
    """Keys of a stream step; None for a request."""


def kind_of_answer(response: Response) -> AnswerKind:
    """Read a sample answer. Raises `ProtocolError` if nothing can be read from it."""
    answer: dict[str, Json] = {} if response.status == 200 else {"status": response.status}  # noqa: PLR2004  # the default
    body = response.body.lstrip(b"\xef\xbb\xbf")
    kind = (response.header("content-type") or "").lower()
    if "event-stream" not in kind:
        if body.lstrip()[:1] == b"<" and "html" not in kind:
            try:
                return AnswerKind(payload=read_xml(body), answer={**answer, "as": "xml"})
            except ProtocolError:
                pass
        try:
            return AnswerKind(payload=read_json(body), answer=answer)
        except ProtocolError:
            if kind.startswith("application/json") and b"\n{" not in body.strip():
                raise
    reader = EventReader()
    # As if the last event were complete: whoever copies a stream leaves its last line end out.
    reader.feed(body + b"\n\n")
    framing = reader.finish()
    if framing is Framing.TEXT or not reader.events:
        text = read_payload(response, Encoding.TEXT)
        return AnswerKind(payload=text, answer={**answer, "as": "text"})
    return _stream(framing, reader.events, answer)


def _stream(framing: Framing, events: Sequence[Event], answer: Mapping[str, Json]) -> AnswerKind:
    values = [_json(event.data) for event in events]
    done = ""
    if len(values) > 1 and values[-1] is None and None not in values[:-1]:
        done = events[-1].data
        events, values = events[:-1], values[:-1]
    is_json = None not in values
    shown: list[Json] = list(values) if is_json else [event.data for event in events]
    step: dict[str, Json] = {"framing": framing.value}
    if framing is Framing.SSE and is_json:
        step["events"] = "json"
    names = [event.type for event in events]
    if not any(_name_of(value) for value in values) and len({*names}) > 1:
        step["names"] = True
        shown = [{"event": n, "data": data} for n, data in zip(names, shown, strict=True)]
    if last := done or _last_event(names, values):
        step["done"] = last
    text = "".join(event.data for event in events)
    payload: Json = {"framing": framing.value, "text": text, "events": shown}
    return AnswerKind(payload=payload, answer=answer, stream=step)


def _json(text: str) -> Json:
    """A JSON value other than null; None for another text."""
    try:
        return read_json(text.encode())
    except ProtocolError:
        return None


def _name_of(event: Json) -> str:
    """The key that says which kind of event it is; empty without one."""
    if not isinstance(event, Mapping):
        return ""
    return next((key for key in NAME_KEYS if isinstance(event.get(key), str)), "")


def _last_event(names: Sequence[str], values: Sequence[Json]) -> Json:
    """How the last event is recognised; None if it is like the others."""
    last = values[-1]
    if isinstance(last, Mapping):
        if last.get("done") is True:
            return {"if": {"$.done": True}}
        key = _name_of(last)
        kinds = [value.get(key) for value in values if isinstance(value, Mapping)] if key else []
        if len(values) > 1 and kinds.count(kinds[-1] if kinds else None) == 1:
            return {"if": {f"$.{key}": last[key]}}
    if len(names) > 1 and Counter(names)[names[-1]] == 1:
        return {"event": names[-1]}
    return None
