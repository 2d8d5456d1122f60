"""Turns a transcript into JSON."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping

from harness.conversation.exchange import Exchange, Response
from harness.conversation.message import Attachment, Reply, ReplyMessage, ToolCall, UserMessage
from harness.conversation.stored.reading import KINDS
from harness.conversation.transcript import Stop, Transcript, Turn
from harness.core.errors import PlayError, Refused
from harness.core.typing import Json

Record = dict[str, Json]


def transcript_json(transcript: Transcript) -> Record:
    """A transcript as JSON. Variables that are no JSON, such as functions, are left out."""
    return {
        "scenario": transcript.scenario,
        "provider": transcript.provider,
        "turns": [_turn(turn) for turn in transcript.turns],
        **_filled(
            is_recorded=transcript.is_recorded,
            around=_exchanges(transcript.around),
            stop=_stop(transcript.stop) if transcript.stop is not None else None,
        ),
    }


def _filled(**values: Json) -> Record:
    """The values that are not empty; reading puts the others back."""
    return {name: value for name, value in values.items() if value}


def _known(**values: Json) -> Record:
    """The values that are there, empty ones among them."""
    return {name: value for name, value in values.items() if value is not None}


def _turn(turn: Turn) -> Record:
    # The functions of templates stand among the variables.
    variables = {name: value for name, value in turn.variables.items() if not callable(value)}
    return {
        "number": turn.number,
        "user": _said(turn.user),
        **_filled(
            reply=_reply(turn.reply) if turn.reply is not None else None,
            refusal=error_json(turn.refusal) if turn.refusal is not None else None,
            exchanges=_exchanges(turn.exchanges),
            looked_up=_exchanges(turn.looked_up),
            missing=_lists(turn.missing),
        ),
        **_known(history=turn.history),
        **_filled(variables=variables),  # type: ignore[arg-type]  # captures and vars are JSON
    }


def _said(message: UserMessage) -> Record:
    return {
        "text": message.text,
        **_filled(
            pressed=message.display_text,
            attachments=_attachments(message.attachments),
            metadata=message.metadata,
        ),
    }


def _reply(reply: Reply) -> Record:
    tools = None if reply.tools is None else [_tool(tool) for tool in reply.tools]
    return {
        "messages": [_message(message) for message in reply.messages],
        "payload": reply.payload,
        **_filled(
            actions=reply.actions,
            products=list(reply.products),
            attachments=_attachments(reply.attachments),
        ),
        **_known(tools=tools, usage=reply.usage),
    }


def _tool(tool: ToolCall) -> Json:
    return {"name": tool.name, "arguments": tool.arguments, "id": tool.id}


def _message(message: ReplyMessage) -> Record:
    return {
        "text": message.text,
        **_filled(id=message.id),
        **_known(payload=message.payload),
        **_filled(late=message.is_late),
    }


def _attachments(attachments: tuple[Attachment, ...]) -> Json:
    return [{"name": attachment.name, "content": attachment.content} for attachment in attachments]


def _exchanges(exchanges: tuple[Exchange, ...]) -> Json:
    return [_exchange(exchange) for exchange in exchanges]


def _exchange(exchange: Exchange) -> Record:
    request, response = exchange.request, exchange.response
    return {
        "step": request.origin.step,
        "turn": request.origin.turn,
        "method": request.method,
        "url": request.url,
        "headers": _lists(request.headers),
        **_body(request.body),
        **_filled(
            response=_response(response) if response is not None else None,
            contract=list(exchange.contract),
        ),
    }


def _response(response: Response) -> Record:
    return {
        "status": response.status,
        **_filled(reason=response.reason, headers=_lists(response.headers)),
        **_body(response.body),
        **_filled(started=response.started),
        **_known(first_byte=response.first_byte, seconds=response.seconds),
        **_filled(
            chunks=_lists(response.chunks),
            attempts=[
                {"status": attempt.status, "reason": attempt.reason, "waited": attempt.waited}
                for attempt in response.attempts
            ],
        ),
    }


def _lists(pairs: Iterable[Iterable[Json]]) -> Json:
    return [list(pair) for pair in pairs]


def _body(body: bytes) -> Record:
    try:
        return _filled(body=body.decode())
    except UnicodeDecodeError:
        return {"body_base64": b64encode(body).decode()}


def _stop(stop: Stop) -> Record:
    return {"turn": stop.turn, **error_json(stop.error)}


def error_json(error: PlayError) -> Mapping[str, Json]:
    """Why it could not be told: kind, code, message, and what else is known."""
    stored: Record = {
        "kind": next(k.__name__ for k in type(error).__mro__ if k.__name__ in KINDS),
        "code": error.code,
        "message": error.message,
        **_filled(hint=error.hint, details=list(error.details)),
    }
    if isinstance(error, Refused):
        stored |= {"status": error.status, **_filled(state=error.state)}
    return stored
