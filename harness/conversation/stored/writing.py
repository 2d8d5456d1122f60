"""Turns a transcript into JSON."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping

from harness.conversation.exchange import Exchange, Response
from harness.conversation.message import Attachment, Reply, ReplyMessage, ToolCall, UserMessage
from harness.conversation.stored.reading import KINDS
from harness.conversation.transcript import Transcript, Turn
from harness.core import Json, PlayError, Refused

Record = dict[str, Json]


def transcript_json(transcript: Transcript) -> Record:
    """A transcript as JSON. Variables that are no JSON, such as functions, are left out."""
    stop = transcript.stop
    return _given(
        scenario=transcript.scenario,
        provider=transcript.provider,
        turns=[_turn(turn) for turn in transcript.turns],
        is_recorded=transcript.is_recorded or None,
        around=_exchanges(transcript.around) or None,
        stop={"turn": stop.turn, **error_json(stop.error)} if stop is not None else None,
    )


def _given(**values: Json) -> Record:
    """The values that are not none; reading puts the others back."""
    return {name: value for name, value in values.items() if value is not None}


def _turn(turn: Turn) -> Record:
    # The functions of templates stand among the variables.
    variables = {name: value for name, value in turn.variables.items() if not callable(value)}
    return _given(
        number=turn.number,
        user=_said(turn.user),
        reply=_reply(turn.reply) if turn.reply is not None else None,
        refusal=error_json(turn.refusal) if turn.refusal is not None else None,
        exchanges=_exchanges(turn.exchanges) or None,
        looked_up=_exchanges(turn.looked_up) or None,
        missing=_lists(turn.missing) or None,
        history=turn.history,
        variables=variables or None,  # type: ignore[arg-type]  # captures and vars are JSON
    )


def _said(message: UserMessage) -> Record:
    return _given(
        text=message.text,
        pressed=message.display_text or None,
        attachments=_attachments(message.attachments) or None,
        metadata=message.metadata or None,
    )


def _reply(reply: Reply) -> Record:
    stored = _given(
        actions=reply.actions or None,
        products=list(reply.products) or None,
        attachments=_attachments(reply.attachments) or None,
        tools=None if reply.tools is None else [_tool(tool) for tool in reply.tools],
        usage=reply.usage,
    )
    messages = [_message(message) for message in reply.messages]
    return {"messages": messages, "payload": reply.payload, **stored}


def _tool(tool: ToolCall) -> Json:
    return {"name": tool.name, "arguments": tool.arguments, "id": tool.id}


def _message(message: ReplyMessage) -> Record:
    return _given(
        text=message.text,
        id=message.id or None,
        payload=message.payload,
        late=message.is_late or None,
    )


def _attachments(attachments: tuple[Attachment, ...]) -> Json:
    return [{"name": attachment.name, "content": attachment.content} for attachment in attachments]


def _exchanges(exchanges: tuple[Exchange, ...]) -> Json:
    return [_exchange(exchange) for exchange in exchanges]


def _exchange(exchange: Exchange) -> Record:
    request, response = exchange.request, exchange.response
    return _given(
        step=request.origin.step,
        turn=request.origin.turn,
        method=request.method,
        url=request.url,
        headers=_lists(request.headers),
        **_body(request.body),
        response=_response(response) if response is not None else None,
        contract=list(exchange.contract) or None,
    )


def _response(response: Response) -> Record:
    attempts: list[Json] = [
        {"status": attempt.status, "reason": attempt.reason, "waited": attempt.waited}
        for attempt in response.attempts
    ]
    return _given(
        status=response.status,
        reason=response.reason or None,
        headers=_lists(response.headers) or None,
        **_body(response.body),
        started=response.started or None,
        first_byte=response.first_byte,
        seconds=response.seconds,
        chunks=_lists(response.chunks) or None,
        attempts=attempts or None,
    )


def _lists(pairs: Iterable[Iterable[Json]]) -> Json:
    return [list(pair) for pair in pairs]


def _body(body: bytes) -> Record:
    try:
        return {"body": body.decode()} if body else {}
    except UnicodeDecodeError:
        return {"body_base64": b64encode(body).decode()}


def error_json(error: PlayError) -> Mapping[str, Json]:
    """Why it could not be told: kind, code, message, and what else is known."""
    stored = _given(
        kind=next(kind.__name__ for kind in type(error).__mro__ if kind.__name__ in KINDS),
        code=error.code,
        message=error.message,
        hint=error.hint or None,
        details=list(error.details) or None,
    )
    if isinstance(error, Refused):
        stored |= _given(status=error.status, state=error.state or None)
    return stored
