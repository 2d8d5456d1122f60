"""Makes JSON of a transcript."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable

from harness.conversation.exchange import (
    Exchange,
    Response,
)
from harness.conversation.message import (
    Attachment,
    Reply,
    ToolCall,
)
from harness.conversation.stored.stored_json import ERROR_KINDS, Record
from harness.conversation.transcript import Transcript, Turn, UserEnd
from harness.core import (
    Json,
    PlayError,
    Refused,
)


def transcript_json(transcript: Transcript) -> Record:
    """A transcript as JSON. Variables that are not JSON, such as functions, are left out."""
    stop = transcript.stop
    return _without_none(
        scenario=transcript.scenario,
        provider=transcript.provider,
        turns=[_turn_json(turn) for turn in transcript.turns],
        is_recorded=transcript.is_recorded or None,
        around=_exchanges_json(transcript.around) or None,
        user_end=_user_end_json(transcript.user_end) if transcript.user_end is not None else None,
        stop={"turn": stop.turn, **_error_json(stop.error)} if stop is not None else None,
    )


def _user_end_json(end: UserEnd) -> Record:
    return _without_none(ending=end.ending.value, reason=end.reason or None)


def _without_none(**values: Json) -> Record:
    """The values that are not None. Reading puts the defaults back."""
    return {name: value for name, value in values.items() if value is not None}


def _turn_json(turn: Turn) -> Record:
    # Variables include the functions of templates.
    variables = {name: value for name, value in turn.variables.items() if not callable(value)}
    return _without_none(
        number=turn.number,
        user=_without_none(
            text=turn.user.text,
            pressed=turn.user.display_text or None,
            attachments=_attachments_json(turn.user.attachments) or None,
            metadata=turn.user.metadata or None,
        ),
        reply=_reply_json(turn.reply) if turn.reply is not None else None,
        refusal=_refusal_json(turn.refusal) if turn.refusal is not None else None,
        exchanges=_exchanges_json(turn.exchanges) or None,
        looked_up=_exchanges_json(turn.looked_up) or None,
        missing=_lists(turn.missing) or None,
        history=turn.history,
        variables=variables or None,  # type: ignore[arg-type]  # captures and vars are JSON
    )


def _reply_json(reply: Reply) -> Record:
    messages = [
        _without_none(
            text=message.text,
            id=message.id or None,
            payload=message.payload,
            late=message.is_late or None,
        )
        for message in reply.messages
    ]
    stored = _without_none(
        actions=reply.actions or None,
        products=list(reply.products) or None,
        attachments=_attachments_json(reply.attachments) or None,
        tools=None if reply.tools is None else [_tool_json(call) for call in reply.tools],
        usage=reply.usage,
    )
    return {"messages": messages, "payload": reply.payload, **stored}


def _tool_json(call: ToolCall) -> Record:
    result = call.result
    answered: Record = (
        {} if result is None else {"result": result.value, "is_error": result.is_error}
    )
    return {"name": call.name, "arguments": call.arguments, "id": call.id, **answered}


def _attachments_json(attachments: Iterable[Attachment]) -> Json:
    return [{"name": attachment.name, "content": attachment.content} for attachment in attachments]


def _exchanges_json(exchanges: Iterable[Exchange]) -> Json:
    return [
        _without_none(
            step=exchange.request.origin.step,
            turn=exchange.request.origin.turn,
            method=exchange.request.method,
            url=exchange.request.url,
            headers=_lists(exchange.request.headers),
            **_body_json(exchange.request.body),
            response=_response_json(exchange.response) if exchange.response is not None else None,
            contract=list(exchange.contract) or None,
        )
        for exchange in exchanges
    ]


def _response_json(response: Response) -> Record:
    attempts: list[Json] = [
        {"status": attempt.status, "reason": attempt.reason, "waited": attempt.waited}
        for attempt in response.attempts
    ]
    return _without_none(
        status=response.status,
        reason=response.reason or None,
        headers=_lists(response.headers) or None,
        **_body_json(response.body),
        started=response.started or None,
        first_byte=response.first_byte,
        seconds=response.seconds,
        chunks=_lists(response.chunks) or None,
        attempts=attempts or None,
    )


def _lists(pairs: Iterable[Iterable[Json]]) -> Json:
    return [list(pair) for pair in pairs]


def _body_json(body: bytes) -> Record:
    try:
        return {"body": body.decode()} if body else {}
    except UnicodeDecodeError:
        return {"body_base64": b64encode(body).decode()}


def _error_json(error: PlayError) -> Record:
    kinds = (kind.__name__ for kind in type(error).__mro__)
    stored = _without_none(
        kind=next(kind for kind in kinds if kind in ERROR_KINDS),
        code=error.code,
        message=error.message,
        hint=error.hint or None,
        details=list(error.details) or None,
    )
    if isinstance(error, Refused):
        stored |= _without_none(status=error.status, state=error.state or None)
    return stored


def _refusal_json(error: PlayError) -> Record:
    payload = error.payload if isinstance(error, Refused) else None
    return _without_none(**_error_json(error), payload=payload)
