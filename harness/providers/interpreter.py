"""Runs a definition's steps. Does no IO: yields what is to be sent and takes the answers."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from http.cookies import CookieError, SimpleCookie

from harness.conversation import Exchange, Reply, Request, Response
from harness.core.durations import format_duration, parse_duration
from harness.core.errors import PlayError, ProtocolError, Refused, quote
from harness.core.source import shorten
from harness.core.typing import Json
from harness.formats.json_path import find_first
from harness.providers.definition import Encoding, Framing, PollPlan, ReplyPlan, Step
from harness.providers.event_stream import EventReader
from harness.providers.flow import Command, FlowState, Send, Sleep
from harness.providers.payload import (
    excerpt,
    read_event,
    read_payload,
    refuse_page,
    require_kind,
    tells_error,
    undecodable,
    wait_asked,
)
from harness.providers.polling import holds, known_states, shown_refusal, shown_state
from harness.providers.reply import error_in, read_reply
from harness.providers.request import build_request
from harness.secrets.redacted_values import of_real_values
from harness.secrets.secret_marks import MARK

Flow = Generator[Command, Response, Reply | None]
"""Send it each answer; it returns the reply, where a step reads one."""

ReadsReply = Callable[[ReplyPlan, Json, set[str]], Reply | None]
"""Reads what a step's answer says; takes the ids that were read before."""


def run_steps(steps: tuple[Step, ...], state: FlowState, read: ReadsReply = read_reply) -> Flow:
    """Run a phase. Returns the reply that a step read, or None; `read` reads it.

    Raises `Refused` where an answer says no, and `ProtocolError` where it cannot be read.
    What was exchanged until then stands in `state.exchanges`.
    """
    reply: Reply | None = None
    for step in steps:
        if step.when is not None and not step.when.render(state.context()):
            continue
        if step.poll is not None:
            payload = yield from _poll(step, step.poll, state)
        elif step.stream is not None:
            payload = yield from _stream(step, state)
        else:
            payload = yield from _ask(step, state)
        state.payload = payload
        capture(step, payload, state)
        if step.reply is not None:
            reply = read(step.reply, payload, state.seen)
    return reply


def _ask(step: Step, state: FlowState) -> Generator[Command, Response, Json]:
    request = build_request(step, state)
    response = yield from _exchange(Send(request), state)
    payload = _read(step, request, response, state)
    if step.fail_if and (refusal := shown_refusal(step, payload)):
        raise _refused(step, response, refusal, payload, error_in(payload))
    return payload


def _stream(step: Step, state: FlowState) -> Generator[Command, Response, Json]:
    """The payload of a stream: its framing, its text, and its events."""
    plan = step.stream
    assert plan is not None  # noqa: S101  # told apart by the caller
    request = build_request(step, state)
    reader = EventReader(framing=plan.framing, candidates=plan.candidates, done=plan.done)
    response = yield from _exchange(Send(request, reader), state)
    _require_status(step, request, response)
    require_kind(response, step.answer.content_types)
    refuse_page(response, "a stream")
    framing = reader.finish()
    _note(step, undecodable(response.body), state)
    if reader.leftover:
        left = f"it ends inside an event, which is left out: {shorten(reader.leftover)}"
        _note(step, left, state)
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
    if refusal := shown_refusal(step, payload):
        _note_contract(step, payload, state)
        raise _refused(step, response, refusal, payload, last)
    if plan.done and not (reader.ended or plan.is_done_optional):
        message = f"the stream ended before its last event '{plan.done}'"
        raise ProtocolError("stream-cut", message, details=last)
    _refuse_errors(reader, events)
    _note_contract(step, payload, state)
    return payload


def _refused(
    step: Step, response: Response, refusal: str, payload: Json, details: tuple[str, ...]
) -> Refused:
    return Refused(
        "answer-refused",
        f"the answer of step {step.name} is a refusal: {refusal}",
        details=details,
        status=response.status,
        state=refusal,
        payload=payload,
    )


def _refuse_errors(reader: EventReader, events: list[Json]) -> None:
    """Some systems report an error in a stream under status 200."""
    for number, (event, value) in enumerate(zip(reader.events, events, strict=True), 1):
        if event.type == "error" or tells_error(value):
            raise ProtocolError(
                "error-event",
                f"event {number} of the stream is an error",
                details=(shorten(event.data),),
            )


def _poll(step: Step, plan: PollPlan, state: FlowState) -> Generator[Command, Response, Json]:
    """Ask until a condition holds.

    Whether the time is over is told from the recorded times of the exchanges, never from a
    clock, so that a replay decides as the recording did.
    """
    context = state.context()
    every = _seconds(step, "every", plan.every.render(context))
    limit = _seconds(step, "timeout", plan.timeout.render(context))
    started: float | None = None
    states: list[str] = []
    asked = 0
    while True:
        request = build_request(step, state)
        response = yield from _exchange(Send(request), state)
        asked += 1
        payload = _read(step, request, response, state)
        shown = shown_state(step, plan, payload)
        if holds(step.fail_if, payload):
            raise Refused(
                "task-failed",
                f"the task ended with {shown}",
                status=response.status,
                state=shown,
                payload=payload,
            )
        if holds(plan.until, payload):
            return payload
        if plan.pending and not holds(plan.pending, payload):
            raise ProtocolError(
                "unknown-state",
                f"the poll answered an unknown state: {shown}",
                f"known: {known_states(step, plan)}",
                details=error_in(payload),
            )
        if shown not in states[-1:]:
            states.append(shown)
        started = response.started if started is None else started
        if response.ended + every - started > limit:
            raise ProtocolError(
                "poll-timeout",
                f"the task did not end within {format_duration(limit)}:"
                f" asked {asked} times, last {shown}",
                details=(f"in order: {shorten('; '.join(states))}",) if states[1:] else (),
            )
        yield Sleep(every)


def _seconds(step: Step, key: str, value: Json) -> float:
    try:
        return parse_duration("" if value is None else str(value))
    except ValueError as error:
        raise ProtocolError(
            "wrong-duration", f"'{key}' of step {step.name}: {error}", "see the provider's settings"
        ) from error


def _exchange(send: Send, state: FlowState) -> Generator[Command, Response, Response]:
    try:
        response = yield send
    except PlayError:
        state.exchanges.append(Exchange(request=send.request, response=None))
        raise
    state.exchanges.append(Exchange(request=send.request, response=response))
    for name, value in response.headers:
        if name.lower() == "set-cookie":
            state.cookies.update(_cookies(value))
    return response


def _cookies(header: str) -> dict[str, str]:
    try:
        cookies = SimpleCookie(header)
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in cookies.items()}


def _read(step: Step, request: Request, response: Response, state: FlowState) -> Json:
    _require_status(step, request, response)
    # An answer of which nobody reads anything may be empty, as that of many a closing step is.
    payload: Json = None
    if step.answer.content_types:
        require_kind(response, step.answer.content_types)
    if response.body or step.is_answer_read:
        payload = read_payload(response, step.answer.encoding)
    if step.answer.encoding is Encoding.TEXT:
        _note(step, undecodable(response.body), state)
    _note_contract(step, payload, state)
    return payload


def _require_status(step: Step, request: Request, response: Response) -> None:
    if step.answer.allows(response.status):
        return
    expected = " or ".join(str(status) for status in step.answer.status)
    raise Refused(
        "unexpected-status",
        f"{request.method} {request.url} answered {response.status}, expected {expected}",
        wait_asked(response),
        status=response.status,
        details=(excerpt(response.body),) if response.body else (),
    )


def _note_contract(step: Step, payload: Json, state: FlowState) -> None:
    schema = step.answer.schema
    if schema is None or schema.is_valid(payload):
        return
    broken = tuple(
        f"{violation.pointer or '(top)'}: {violation.message}"
        for violation in of_real_values(schema.violations(payload), payload)
    )
    if not broken:
        return
    state.exchanges[-1] = replace(state.exchanges[-1], contract=broken)


def _note(step: Step, note: str, state: FlowState) -> None:
    if note:
        last = state.exchanges[-1]
        notes = (*last.notes, f"the answer of step {step.name}: {note}")
        state.exchanges[-1] = replace(last, notes=notes)


def capture(step: Step, payload: Json, state: FlowState) -> None:
    """Take a step's captures.

    Raises `ProtocolError`: `capture-missing` where there is nothing, `capture-repeated` where
    an answer gives again what must be new.
    """
    for name, path in step.capture.items():
        found, value = find_first(path, payload)
        if not found or value is None or value == "":
            was = "is empty" if found else "is missing"
            raise ProtocolError(
                "capture-missing",
                f"'{name}' {was} in the answer of step {step.name}: {path} leads to nothing usable",
                details=(*error_in(payload), *_contract_of(state)),
            )
        state.captured[name] = value
        if name in step.secret_captures:
            state.know(name, value)
        if name in step.new_captures:
            _require_new(name, value, step, state)


def _require_new(name: str, value: Json, step: Step, state: FlowState) -> None:
    text = str(value)
    # In a replay, all secrets of one name have the same mark.
    if MARK.search(text):
        return
    first = state.given.get((name, text))
    if first is None:
        state.given[name, text] = f"step {step.name} in turn {state.turn}"
        return
    raise ProtocolError(
        "capture-repeated",
        f"the answer of step {step.name} gives the '{name}' of {first} again, {quote(text)},"
        " expected a new one",
        "the conversation did not go on there, or the answer came from a cache",
    )


def _contract_of(state: FlowState) -> tuple[str, ...]:
    broken = state.exchanges[-1].contract if state.exchanges else ()
    return tuple(f"breaks the contract at {sentence}" for sentence in broken)
