"""Steps on a WebSocket: `socket` opens one, `frame` sends a message, `receive` takes messages."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace

from harness.conversation import (
    FRAME,
    LOST,
    RECEIVE,
    Direction,
    Exchange,
    Frame,
    Phase,
    Request,
    Response,
)
from harness.core import (
    Json,
    PlayError,
    Problem,
    TimedOut,
    TransportError,
    counted,
    format_duration,
    quote,
)
from harness.formats.yaml import Node
from harness.providers.asking import Asking, exchange, note, note_contract, refused, require_status
from harness.providers.conditions import holds, shown_refusal
from harness.providers.definition import Step, StepReader
from harness.providers.flow import Command, FlowState, Receive, Send, SendFrame
from harness.providers.poll import seconds_of
from harness.providers.received_messages import (
    SWITCHING,
    ReceivedMessages,
    add_message,
    plain_texts,
    shown_response,
    when_received,
)
from harness.providers.request import build_frame, build_request, origin_of
from harness.providers.step_plans import AnswerPlan, Encoding, ReceivePlan
from harness.transport.transport import no_socket

SUBPROTOCOLS = "Sec-WebSocket-Protocol"
LIMIT = "30s"
"""How long a step waits in all, unless it says so."""


def read_receive(node: Node, reader: StepReader) -> ReceivePlan:
    """What the step says of the messages that it takes."""
    receive = node.at("receive")
    reply = node.get("reply")
    is_optional = node.get("capture") is None and (
        reply is None or bool(reply.value_of("messages_optional"))
    )
    return ReceivePlan(
        until=reader.conditions(receive, "until"),
        quiet=reader.template(receive.get("quiet")),
        timeout=reader.template(receive.get("timeout")),
        needs_message=not is_optional and node.path[0] != Phase.LATE,
    )


def receive_problems(step: Step, node: Node) -> Iterator[Problem]:
    """What such a step cannot do with its messages."""
    encoding = step.answer.encoding
    if encoding not in (Encoding.JSON, Encoding.TEXT):
        yield Problem(
            code="no-effect",
            message=f"'as: {encoding.value}' is not possible for messages of a WebSocket",
            place=node.at("answer", "as").place,
            hint="use json or text",
        )


def order_problems(steps: Mapping[Phase, tuple[Step, ...]]) -> Iterator[Problem]:
    """Steps on a WebSocket that no step before them opens."""
    opened = any(step.kind == "socket" for step in steps[Phase.OPEN])
    for phase, ones in steps.items():
        is_open = opened and phase not in (Phase.PREPARE, Phase.OPEN)
        for step in ones:
            if step.kind == "socket" and phase is not Phase.PREPARE:
                is_open = True
            elif step.kind in ("socket", "frame", "receive") and not is_open:
                yield _not_open(step)


def _not_open(step: Step) -> Problem:
    message = f"no step before {step.name} opens a WebSocket"
    hint = "put a 'socket' step before it, in this phase or in 'open'"
    if step.phase is Phase.PREPARE:
        message = f"a '{step.kind}' step has no effect in 'prepare'"
        hint = "each conversation opens its own WebSocket; move it to 'open'"
    return Problem(code="unopened-socket", message=message, place=step.place, hint=hint)


def open_socket(step: Step, state: FlowState) -> Asking:
    """Open a WebSocket in place of the one before it. Raises `Refused`."""
    state.socket = None
    request = replace(build_request(step, state), is_socket=True)
    response = yield from exchange(Send(request), state)
    require_status(replace(step, answer=AnswerPlan(status=(SWITCHING,))), request, response)
    state.socket = request
    if request.header(SUBPROTOCOLS) and not response.header(SUBPROTOCOLS):
        note(step, "the server chose none of the subprotocols", state)
    return None


def send_frame(step: Step, state: FlowState) -> Asking:
    """Send a message. Raises `TransportError` where the server has closed the WebSocket."""
    socket = _open(step, state)
    sending = build_frame(step, state)
    request = _shown_request(FRAME, socket, sending)
    try:
        frame: Frame = yield SendFrame(sending)
    except PlayError:
        state.exchanges.append(Exchange(request=request, response=None))
        raise
    state.now = frame.at
    if frame.direction is Direction.CLOSED:
        state.exchanges.append(Exchange(request=request, response=None))
        raise _closed(step, state, frame, "before it was sent", ())
    response = Response(status=SWITCHING, started=frame.at, seconds=0.0)
    state.exchanges.append(Exchange(request=request, response=response))
    return None


def receive(step: Step, state: FlowState) -> Asking:
    """The payload of the messages: their joined text, and each as an event.

    When a wait is over is known from recorded times, never from a clock. Raises `Refused` where
    `fail_if` holds of a message, `TransportError` where the time is over or the server closes the
    WebSocket, and `ProtocolError` for a message that is not JSON.
    """
    socket = _open(step, state)
    begun = state.now
    taken = ReceivedMessages()
    try:
        yield from _take(step, state, taken)
    finally:
        request = _shown_request(RECEIVE, socket, Frame(origin=origin_of(step, state)))
        response = shown_response(taken, begun) if taken.texts else None
        state.exchanges.append(Exchange(request=request, response=response))
    payload: Json = {"text": "".join(plain_texts(taken)), "events": taken.events}
    note_contract(step.answer.schema, payload, state)
    if taken.refusal:
        raise refused(step, shown_response(taken, begun), taken.refusal, payload, taken.last)
    return payload


def _take(step: Step, state: FlowState, taken: ReceivedMessages) -> Generator[Command, Frame, None]:
    """Receive messages until one of them, or a wait, ends the step."""
    plan = step.receive
    assert plan is not None  # noqa: S101  # only such steps are run by it
    context = state.context()
    given = plan.quiet.render(context)
    quiet = None if given is None else seconds_of(step, "quiet", given)
    limit = seconds_of(step, "timeout", plan.timeout.render(context) or LIMIT)
    begun = state.now
    while True:
        left = limit - (state.now - begun)
        if left <= 0:
            raise _too_late(step, limit, taken)
        is_quiet = (
            quiet is not None and quiet <= left and bool(taken.texts or not plan.needs_message)
        )
        frame = yield Receive(origin_of(step, state), quiet if is_quiet and quiet else left)
        state.now = frame.at
        if frame.direction is Direction.NOTHING:
            if is_quiet:
                return
            raise _too_late(step, limit, taken)
        if frame.direction is Direction.CLOSED:
            raise _closed(step, state, frame, when_received(taken), taken.last)
        event = add_message(step, frame, taken)
        taken.refusal = shown_refusal(step.fail_if, event)
        if taken.refusal or holds(plan.until, event):
            return


def _open(step: Step, state: FlowState) -> Request:
    if state.socket is None:
        raise no_socket(origin_of(step, state))
    return state.socket


def _shown_request(method: str, socket: Request, frame: Frame) -> Request:
    """What a step did on a WebSocket, as a request of a transcript."""
    content = frame.content
    return Request(
        method=method,
        url=socket.url,
        body=content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content,
        origin=frame.origin,
        now=frame.now,
        hashes=frame.hashes,
    )


def _too_late(step: Step, limit: float, taken: ReceivedMessages) -> TransportError:
    came = f"{counted(len(taken.texts), 'message')} came" if taken.texts else "no message came"
    return TimedOut(
        "receive-timeout",
        f"step {step.name} did not end within {format_duration(limit)}: {came}",
        details=taken.last,
    )


def _closed(
    step: Step, state: FlowState, frame: Frame, when: str, details: tuple[str, ...]
) -> TransportError:
    state.socket = None
    reason = f", {quote(frame.reason)}" if frame.reason else ""
    how = f"the server closed the WebSocket with {frame.code}{reason}"
    if frame.code == LOST:
        how = "the connection of the WebSocket was lost"
    return TransportError("socket-closed", f"{how}, in step {step.name} {when}", details=details)
