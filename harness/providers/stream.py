"""Steps of the kind `stream`: the body of the answer is read event by event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.core import Json, Problem, ProtocolError, shorten
from harness.formats.yaml import Node
from harness.providers.asking import (
    Asking,
    exchange,
    note,
    note_contract,
    refused,
    require_status,
)
from harness.providers.conditions import shown_refusal
from harness.providers.definition import CANDIDATES, Framing, Step, StepReader, StreamPlan
from harness.providers.event_stream import EventReader
from harness.providers.flow import FlowState, Send
from harness.providers.payload import (
    excerpt,
    read_event,
    refuse_page,
    require_kind,
    tells_error,
    undecodable,
)
from harness.providers.request import build_request

_FRAMINGS = [framing.value for framing in CANDIDATES]
KEYS: Mapping[str, Json] = {
    "framing": {
        "if": {"type": "array"},
        "then": {
            "items": {"enum": _FRAMINGS},
            "minItems": 2,
            "uniqueItems": True,
        },
        "else": {"enum": ["auto", *_FRAMINGS]},
        "description": "How the stream is split; a list is detected from the body; auto: any.",
    },
    "events": {
        "enum": ["text", "json"],
        "description": "What the data of each event is; default: text.",
    },
    "done": {
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "required": ["text"],
                "additionalProperties": False,
                "properties": {
                    "text": {"type": "string", "description": "The data of that event."},
                    "optional": {
                        "type": "boolean",
                        "description": "It may be missing; default: false.",
                    },
                },
            },
        ],
        "description": "The event that ends the stream; not part of the reply.",
    },
}
"""What no other kind of steps says."""


def read_stream(node: Node, _reader: StepReader) -> StreamPlan:
    """What the step says of its stream."""
    framing, done = node.value_of("framing", "auto"), node.get("done")
    is_told = isinstance(framing, list)
    return StreamPlan(
        framing=Framing.AUTO if is_told else Framing(framing),
        candidates=tuple(map(Framing, framing)) if is_told else CANDIDATES,
        done=done.text_of("text") if done and done.has("text") else node.text_of("done"),
        is_done_optional=bool(done and done.value_of("optional")),
        holds_json=node.text_of("events") == "json",
    )


def stream_problems(step: Step, node: Node) -> Iterator[Problem]:
    """What its framing makes pointless."""
    framing = step.stream.framing if step.stream is not None else Framing.AUTO
    done, events = node.get("done"), node.get("events")
    faults = []
    if framing is Framing.TEXT and done is not None:
        faults.append(("'done'", done, "a text has no events"))
    wanted = {Framing.TEXT: "json", Framing.NDJSON: "text"}.get(framing)
    if events is not None and events.value == wanted:
        hint = "a text has no events" if framing is Framing.TEXT else "each line is read as JSON"
        faults.append((f"'events: {wanted}'", events, hint))
    for what, found, hint in faults:
        yield Problem(
            code="no-effect",
            message=f"{what} has no effect with 'framing: {framing.value}'",
            place=found.key_place,
            hint=hint,
        )


def ask_for_stream(step: Step, state: FlowState) -> Asking:
    """The payload of a stream: its framing, its text, and its events.

    Raises `Refused` where `fail_if` holds, and `ProtocolError` for a stream without an event,
    one that ends before its last event, and one that tells of an error.
    """
    plan = step.stream
    assert plan is not None  # noqa: S101  # only such steps are run by it
    request = build_request(step, state)
    reader = EventReader(framing=plan.framing, candidates=plan.candidates, done=plan.done)
    response = yield from exchange(Send(request, reader), state)
    require_status(step, request, response)
    require_kind(response, step.answer.content_types)
    refuse_page(response, "a stream")
    framing = reader.finish()
    note(step, undecodable(response.body), state)
    if reader.leftover:
        left = f"it ends inside an event, which is ignored: {shorten(reader.leftover)}"
        note(step, left, state)
    if not reader.events:
        came = (excerpt(response.body),) if response.body else ()
        raise ProtocolError("empty-stream", "the stream ended without an event", details=came)
    texts = [event.data for event in reader.events]
    events: list[Json] = list(texts)
    if framing is Framing.NDJSON or plan.holds_json:
        events = [read_event(number, text) for number, text in enumerate(texts, 1)]
    payload: Json = {"framing": framing.value, "text": "".join(texts), "events": events}
    last = (f"event {len(texts)}, the last: {shorten(texts[-1])}",)
    # A stream that tells of a failure often ends there, without its usual last event.
    if refusal := shown_refusal(step.fail_if, payload):
        note_contract(step.answer.schema, payload, state)
        raise refused(step, response, refusal, payload, last)
    if plan.done and not (reader.ended or plan.is_done_optional):
        raise ProtocolError(
            "stream-cut", f"the stream ended before its last event '{plan.done}'", details=last
        )
    _refuse_errors(reader, events)
    note_contract(step.answer.schema, payload, state)
    return payload


def _refuse_errors(reader: EventReader, events: list[Json]) -> None:
    """Some systems report an error in a stream under status 200."""
    for number, (event, value) in enumerate(zip(reader.events, events, strict=True), 1):
        if event.type == "error" or tells_error(value):
            raise ProtocolError(
                "error-event",
                f"event {number} of the stream is an error",
                details=(shorten(event.data),),
            )
