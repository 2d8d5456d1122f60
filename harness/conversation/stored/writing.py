"""Turns a transcript into JSON."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

from harness.conversation.exchange import Exchange, Request, Response
from harness.conversation.message import Attachment, Reply, UserMessage
from harness.conversation.transcript import Stop, Transcript, Turn
from harness.core.errors import PlayError, Refused
from harness.core.typing import Json

Record = dict[str, Json]


def transcript_json(transcript: Transcript) -> Record:
    """A transcript as JSON. Variables that are no JSON, such as functions, are left out."""
    stored: Record = {
        "scenario": transcript.scenario,
        "provider": transcript.provider,
        "turns": [_turn(turn) for turn in transcript.turns],
    }
    if transcript.is_recorded:
        stored["is_recorded"] = True
    if transcript.around:
        stored["around"] = [_exchange(exchange) for exchange in transcript.around]
    if transcript.stop is not None:
        stored["stop"] = _stop(transcript.stop)
    return stored


def _turn(turn: Turn) -> Record:
    stored: Record = {"number": turn.number, "user": _said(turn.user)}
    if turn.reply is not None:
        stored["reply"] = _reply(turn.reply)
    if turn.refusal is not None:
        stored["refusal"] = error_json(turn.refusal)
    if turn.exchanges:
        stored["exchanges"] = [_exchange(exchange) for exchange in turn.exchanges]
    if turn.looked_up:
        stored["looked_up"] = [_exchange(exchange) for exchange in turn.looked_up]
    if turn.missing:
        stored["missing"] = [list(one) for one in turn.missing]
    if turn.history is not None:
        stored["history"] = turn.history
    # The functions of templates stand among the variables.
    variables = {name: value for name, value in turn.variables.items() if not callable(value)}
    if variables:
        stored["variables"] = variables  # type: ignore[assignment]  # captures and vars are JSON
    return stored


def _said(message: UserMessage) -> Record:
    stored: Record = {"text": message.text}
    if message.display_text:
        stored["pressed"] = message.display_text
    if message.attachments:
        stored["attachments"] = _attachments(message.attachments)
    if message.metadata:
        stored["metadata"] = message.metadata
    return stored


def _reply(reply: Reply) -> Record:
    messages: list[Json] = []
    for message in reply.messages:
        one: Record = {"text": message.text}
        if message.id:
            one["id"] = message.id
        if message.payload is not None:
            one["payload"] = message.payload
        if message.is_late:
            one["late"] = True
        messages.append(one)
    stored: Record = {"messages": messages, "payload": reply.payload}
    if reply.actions:
        stored["actions"] = reply.actions
    if reply.products:
        stored["products"] = list(reply.products)
    if reply.attachments:
        stored["attachments"] = _attachments(reply.attachments)
    if reply.tools is not None:
        stored["tools"] = [
            {"name": one.name, "arguments": one.arguments, "id": one.id} for one in reply.tools
        ]
    if reply.usage is not None:
        stored["usage"] = reply.usage
    return stored


def _attachments(attachments: tuple[Attachment, ...]) -> Json:
    return [{"name": one.name, "content": one.content} for one in attachments]


def _exchange(exchange: Exchange) -> Record:
    stored = _request(exchange.request)
    if exchange.response is not None:
        stored["response"] = _response(exchange.response)
    if exchange.contract:
        stored["contract"] = list(exchange.contract)
    return stored


def _request(request: Request) -> Record:
    stored: Record = {
        "step": request.origin.step,
        "turn": request.origin.turn,
        "method": request.method,
        "url": request.url,
        "headers": [list(one) for one in request.headers],
    }
    _put_body(stored, request.body)
    return stored


def _response(response: Response) -> Record:
    stored: Record = {"status": response.status}
    if response.reason:
        stored["reason"] = response.reason
    if response.headers:
        stored["headers"] = [list(one) for one in response.headers]
    _put_body(stored, response.body)
    if response.started:
        stored["started"] = response.started
    if response.first_byte is not None:
        stored["first_byte"] = response.first_byte
    if response.seconds is not None:
        stored["seconds"] = response.seconds
    if response.chunks:
        stored["chunks"] = [list(one) for one in response.chunks]
    if response.attempts:
        stored["attempts"] = [
            {"status": one.status, "reason": one.reason, "waited": one.waited}
            for one in response.attempts
        ]
    return stored


def _put_body(stored: Record, body: bytes) -> None:
    if not body:
        return
    try:
        stored["body"] = body.decode()
    except UnicodeDecodeError:
        stored["body_base64"] = b64encode(body).decode()


def _stop(stop: Stop) -> Record:
    return {"turn": stop.turn, **error_json(stop.error)}


def error_json(error: PlayError) -> Mapping[str, Json]:
    """Why it could not be told: kind, code, message, and what else is known."""
    stored: Record = {
        "kind": type(error).__name__,
        "code": error.code,
        "message": error.message,
    }
    if error.hint:
        stored["hint"] = error.hint
    if error.details:
        stored["details"] = list(error.details)
    if isinstance(error, Refused):
        stored["status"] = error.status
        if error.state:
            stored["state"] = error.state
    return stored
