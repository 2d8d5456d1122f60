"""Steps of the kind `stream`, whose answer is read event by event."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from harness.conversation import Response
from harness.core import Json, Problem, ProtocolError, TransportError, shorten
from harness.formats.yaml import Node
from harness.providers.asking import (
    Asking,
    exchange,
    note,
    note_contract,
    refused,
    require_status,
)
from harness.providers.conditions import holds, shown_refusal
from harness.providers.definition import Step, StepReader
from harness.providers.event_stream import Event, EventReader
from harness.providers.flow import FlowState, Send
from harness.providers.payload import (
    excerpt,
    read_event,
    refuse_page,
    require_kind,
    tells_error,
    undecodable,
)
from harness.providers.reply import messages_in
from harness.providers.reply_format import CONDITIONS
from harness.providers.request import build_request
from harness.providers.step_plans import CANDIDATES, Framing, StreamPlan

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
    "names": {
        "type": "boolean",
        "description": "Each event is a mapping of 'event', its name, and 'data'; default: false.",
    },
    "done": {
        "if": {"type": "object"},
        "then": {
            "oneOf": [{"required": [key]} for key in ("text", "event", "if")],
            "additionalProperties": False,
            "properties": {
                "text": {"type": "string", "description": "The data of that event."},
                "event": {"type": "string", "description": "The name of that event."},
                "if": {**CONDITIONS, "description": "JSONPath into that event, to values."},  # type: ignore[dict-item]  # a mapping by construction
                "optional": {
                    "type": "boolean",
                    "description": "It may be missing; default: false.",
                },
            },
        },
        "else": {"type": "string"},
        "description": "The event that ends the stream: its data, its name, or a condition.",
    },
}
"""Keys that only this kind of step has."""


def read_stream(node: Node, reader: StepReader) -> StreamPlan:
    """The plan of a stream, from the keys of its step."""
    framing = node.value_of("framing", "auto")
    is_list = isinstance(framing, list)
    return StreamPlan(
        framing=Framing.AUTO if is_list else Framing(framing),
        candidates=tuple(map(Framing, framing)) if is_list else CANDIDATES,
        **_end_of(node, reader),
        holds_json=node.text_of("events") == "json",
        has_names=bool(node.value_of("names")),
    )


def _end_of(node: Node, reader: StepReader) -> dict[str, Any]:
    """How `done` recognises the last event, as fields of a `StreamPlan`."""
    done = node.get("done")
    if done is None or not isinstance(done.value, dict):
        return {"done": node.text_of("done")}
    return {
        "done": done.text_of("text"),
        "done_event": done.text_of("event"),
        "done_if": reader.conditions(done, "if"),
        "is_done_optional": bool(done.value_of("optional")),
    }


def stream_problems(step: Step, node: Node) -> Iterator[Problem]:
    """Keys that have no effect with the framing of the stream."""
    framing = step.stream.framing if step.stream is not None else Framing.AUTO
    done, events = node.get("done"), node.get("events")
    faults = []
    if framing is Framing.TEXT and done is not None:
        faults.append(("'done'", done, "a text has no events"))
    wanted = {Framing.TEXT: "json", Framing.NDJSON: "text"}.get(framing)
    if events is not None and events.value == wanted:
        hint = "a text has no events" if framing is Framing.TEXT else "each line is read as JSON"
        faults.append((f"'events: {wanted}'", events, hint))
    if framing not in (Framing.AUTO, Framing.SSE):
        hint = "only server-sent events have names"
        if (names := node.get("names")) is not None and names.value:
            faults.append(("'names'", names, hint))
        if done is not None and done.has("event"):
            faults.append(("'done: {event: …}'", done, hint))
    for below in done.walk() if done is not None else ():
        if isinstance(below.value, str) and "${" in below.value and "if" not in below.path:
            yield Problem(
                code="not-filled-in",
                message="${…} is not evaluated in 'done'",
                place=below.place,
                hint="write the value itself",
            )
    for what, found, hint in faults:
        yield Problem(
            code="no-effect",
            message=f"{what} has no effect with 'framing: {framing.value}'",
            place=found.key_place,
            hint=hint,
        )


def ask_for_stream(step: Step, state: FlowState) -> Asking:
    """The payload of a stream, read as it comes. Raises what `read_answer_stream` raises.

    An error of the network that interrupts it keeps the text that came before.
    """
    request = build_request(step, state)
    reader = reader_for(step)
    try:
        response = yield from exchange(Send(request, reader), state)
    except TransportError as error:
        error.details += _received(step, reader)
        raise
    require_status(step, request, response)
    return read_answer_stream(step, response, reader, state)


def reader_for(step: Step) -> EventReader:
    """The reader of the stream of a step."""
    plan = _plan_of(step)
    return EventReader(
        framing=plan.framing,
        candidates=plan.candidates,
        done=plan.done,
        is_last=_is_last(plan) if plan.done_event or plan.done_if else None,
    )


def read_answer_stream(
    step: Step, response: Response, reader: EventReader, state: FlowState
) -> Json:
    """The payload of a stream that its reader took: its framing, its text, and its events.

    Raises `Refused` if `fail_if` is true, and `ProtocolError` for a stream without an event, one
    that ends before its last event, and one that contains an error.
    """
    plan = _plan_of(step)
    require_kind(response, step.answer.content_types)
    refuse_page(response, "a stream")
    framing = reader.finish()
    note(step, undecodable(response.body), state)
    is_line_cut = framing is Framing.NDJSON and bool(reader.leftover)
    if reader.leftover and not is_line_cut:
        left = f"it ends inside an event, which is ignored: {shorten(reader.leftover)}"
        note(step, left, state)
    if not reader.events:
        body = (excerpt(response.body),) if response.body else ()
        raise ProtocolError("empty-stream", "the stream ended without an event", details=body)
    events = _values(plan, framing, reader)
    payload = _payload(plan, framing, reader.events, events)
    last = (f"event {len(events)}, the last: {shorten(reader.events[-1].data)}",)
    # A stream that contains an error often ends there, without its usual last event.
    if refusal := shown_refusal(step.fail_if, payload):
        note_contract(step.answer.schema, payload, state)
        raise refused(step, response, refusal, payload, last)
    cut = f"inside a line: {shorten(reader.leftover)}" if is_line_cut else ""
    if plan.shown_end and not (reader.ended or plan.is_done_optional):
        cut = cut or f"before its last event {plan.shown_end}"
    if cut:
        came = (*last, *_text_until_then(step, payload))
        raise ProtocolError("stream-cut", f"the stream ended {cut}", details=came)
    _refuse_errors(step, framing, reader, events)
    note_contract(step.answer.schema, payload, state)
    return payload


def _plan_of(step: Step) -> StreamPlan:
    assert step.stream is not None  # noqa: S101  # only such steps are run by it
    return step.stream


def _values(plan: StreamPlan, framing: Framing, reader: EventReader) -> list[Json]:
    """The events as texts or as JSON. Raises `ProtocolError` for one that is not JSON."""
    texts = [event.data for event in reader.events]
    if framing is Framing.NDJSON or plan.holds_json:
        numbered = enumerate(texts, 1)
        return [read_event(f"event {number} of the stream", text) for number, text in numbered]
    return [*texts]


def _payload(
    plan: StreamPlan, framing: Framing, events: Sequence[Event], values: Sequence[Json]
) -> Json:
    shown = [*values]
    if plan.has_names:
        names = (event.type for event in events)
        shown = [{"event": name, "data": data} for name, data in zip(names, values, strict=True)]
    text = "".join(event.data for event in events)
    return {"framing": framing.value, "text": text, "events": shown}


def _received(step: Step, reader: EventReader) -> tuple[str, ...]:
    """What a stream that was interrupted had said, as a line of a message."""
    framing = reader.finish()
    plan = _plan_of(step)
    try:
        values = _values(plan, framing, reader)
    except ProtocolError:
        return ()
    return _text_until_then(step, _payload(plan, framing, reader.events, values))


def _text_until_then(step: Step, payload: Json) -> tuple[str, ...]:
    """The text of a stream that ended too early, as a line of a message; none without a text."""
    text = ""
    if step.reply is not None:
        with suppress(ProtocolError):
            text = " / ".join(one.text for one in messages_in(step.reply, payload) if one.text)
    return (f"the text until then: {shorten(text)}",) if text else ()


def _is_last(plan: StreamPlan) -> Callable[[Event], bool]:
    """Whether an event ends the stream, by its name or its JSON."""

    def is_last(event: Event) -> bool:
        if plan.done_event:
            return event.type == plan.done_event
        try:
            value = json.loads(event.data)
        except (ValueError, RecursionError):
            return False
        return holds(plan.done_if, value)

    return is_last


def _refuse_errors(
    step: Step, framing: Framing, reader: EventReader, values: Sequence[Json]
) -> None:
    """Some systems report an error in a stream under status 200."""
    for number, (event, value) in enumerate(zip(reader.events, values, strict=True)):
        if event.type == "error" or tells_error(value):
            before = _payload(_plan_of(step), framing, reader.events[:number], values[:number])
            raise ProtocolError(
                "error-event",
                f"event {number + 1} of the stream is an error",
                details=(shorten(event.data), *_text_until_then(step, before)),
            )
