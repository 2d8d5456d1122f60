"""Makes JSON of a transcript, and a transcript of its JSON."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from harness.conversation.exchange import (
    REPLYING,
    Attempt,
    Exchange,
    Origin,
    Request,
    Response,
    phase_of,
)
from harness.conversation.message import (
    Attachment,
    Reply,
    ReplyMessage,
    ToolCall,
    ToolResult,
    UserMessage,
)
from harness.conversation.transcript import Stop, Transcript, Turn
from harness.core import (
    CassetteError,
    CheckCrashed,
    InternalError,
    Interrupted,
    Json,
    PlayError,
    ProtocolError,
    Refused,
    TransportError,
)

Stored = Mapping[str, Any]
Record = dict[str, Json]

_ERROR_KINDS: Mapping[str, type[PlayError]] = {
    kind.__name__: kind
    for kind in (
        *(TransportError, ProtocolError, Refused, CassetteError),
        *(CheckCrashed, InternalError, Interrupted, PlayError),
    )
}
"""The classes of errors by the names under which they are stored; others are stored as a base."""


class NoTranscript(ValueError):
    """A JSON value that is not a stored transcript; its text says what is missing."""


def transcript_json(transcript: Transcript) -> Record:
    """A transcript as JSON. Variables that are not JSON, such as functions, are left out."""
    stop = transcript.stop
    return _without_none(
        scenario=transcript.scenario,
        provider=transcript.provider,
        turns=[_turn_json(turn) for turn in transcript.turns],
        is_recorded=transcript.is_recorded or None,
        around=_exchanges_json(transcript.around) or None,
        stop={"turn": stop.turn, **_error_json(stop.error)} if stop is not None else None,
    )


def transcript_from(stored: Json) -> Transcript:
    """A transcript from the JSON of `transcript_json`. Raises `NoTranscript`."""
    if not isinstance(stored, Mapping):
        raise NoTranscript("a stored transcript must be a mapping with 'turns'")
    fields: Stored = stored
    try:
        stop = fields.get("stop")
        return Transcript(
            scenario=fields.get("scenario", ""),
            provider=fields.get("provider", ""),
            turns=tuple(_turn(turn) for turn in fields["turns"]),
            around=_exchanges(fields.get("around", ())),
            stop=Stop(turn=stop["turn"], error=_error(stop)) if stop else None,
            is_recorded=fields.get("is_recorded", False),
        )
    except KeyError as error:
        raise NoTranscript(f"the key {error} is missing") from error
    except NoTranscript:
        raise
    except (TypeError, AttributeError, ValueError) as error:
        raise NoTranscript(f"a value has the wrong form: {error}") from error


def latency_of(turn: Stored) -> float | None:
    """`Turn.latency` of a stored turn, in seconds, without reading its texts."""
    answers = [
        exchange["response"]
        for exchange in turn.get("exchanges", ())
        if "response" in exchange and phase_of(exchange["step"]) in REPLYING
    ]
    if not answers or any("seconds" not in answer for answer in answers):
        return None
    first, last = (answer.get("started", 0.0) for answer in (answers[0], answers[-1]))
    return float(last + answers[-1]["seconds"] - first)


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
        kind=next(kind for kind in kinds if kind in _ERROR_KINDS),
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


def _turn(stored: Stored) -> Turn:
    user, reply, refusal = stored["user"], stored.get("reply"), stored.get("refusal")
    error = _error(refusal) if refusal else None
    return Turn(
        number=stored["number"],
        user=UserMessage(
            text=user["text"],
            display_text=user.get("pressed", ""),
            attachments=_attachments(user.get("attachments", ())),
            metadata=user.get("metadata", {}),
        ),
        reply=_reply(reply) if reply is not None else None,
        refusal=error if isinstance(error, (Refused, TransportError)) else None,
        exchanges=_exchanges(stored.get("exchanges", ())),
        looked_up=_exchanges(stored.get("looked_up", ())),
        missing=tuple((name, reason) for name, reason in stored.get("missing", ())),
        history=stored.get("history"),
        variables=stored.get("variables", {}),
    )


def _reply(stored: Stored) -> Reply:
    return Reply(
        messages=tuple(
            ReplyMessage(
                text=message["text"],
                id=message.get("id", ""),
                payload=message.get("payload"),
                is_late=message.get("late", False),
            )
            for message in stored["messages"]
        ),
        payload=stored.get("payload"),
        actions=stored.get("actions", {}),
        products=tuple(stored.get("products", ())),
        attachments=_attachments(stored.get("attachments", ())),
        tools=tuple(map(_tool, stored["tools"])) if "tools" in stored else None,
        usage=stored.get("usage"),
    )


def _tool(stored: Stored) -> ToolCall:
    return ToolCall(
        name=stored["name"],
        arguments=stored["arguments"],
        id=stored["id"],
        result=ToolResult(value=stored["result"], is_error=stored["is_error"])
        if "result" in stored
        else None,
    )


def _attachments(stored: Iterable[Stored]) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(name=attachment["name"], content=attachment.get("content", ""))
        for attachment in stored
    )


def _exchanges(stored: Iterable[Stored]) -> tuple[Exchange, ...]:
    return tuple(
        Exchange(
            request=Request(
                method=exchange["method"],
                url=exchange["url"],
                headers=tuple((name, value) for name, value in exchange.get("headers", ())),
                body=_body(exchange),
                origin=Origin(turn=exchange["turn"], step=exchange["step"]),
            ),
            response=_response(exchange["response"]) if "response" in exchange else None,
            contract=tuple(exchange.get("contract", ())),
        )
        for exchange in stored
    )


def _response(stored: Stored) -> Response:
    return Response(
        status=stored["status"],
        reason=stored.get("reason", ""),
        headers=tuple((name, value) for name, value in stored.get("headers", ())),
        body=_body(stored),
        started=stored.get("started", 0.0),
        first_byte=stored.get("first_byte"),
        seconds=stored.get("seconds"),
        chunks=tuple((seconds, length) for seconds, length in stored.get("chunks", ())),
        attempts=tuple(Attempt(**attempt) for attempt in stored.get("attempts", ())),
    )


def _body(stored: Stored) -> bytes:
    if "body_base64" in stored:
        return b64decode(stored["body_base64"])
    return str(stored.get("body", "")).encode()


def _error(stored: Stored) -> PlayError:
    kind = _ERROR_KINDS.get(stored["kind"])
    if kind is None:
        raise NoTranscript(f"'{stored['kind']}' is not a kind of error")
    more: dict[str, Any] = {"details": tuple(stored.get("details", ()))}
    if issubclass(kind, Refused):
        more |= {"status": stored.get("status", 0), "state": stored.get("state", "")}
        more["payload"] = stored.get("payload")
    return kind(stored["code"], stored["message"], stored.get("hint", ""), **more)
