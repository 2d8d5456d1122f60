"""Makes a transcript of its JSON."""

from __future__ import annotations

from base64 import b64decode
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
from harness.conversation.stored.stored_json import ERROR_KINDS, Stored
from harness.conversation.transcript import Stop, Transcript, Turn, UserEnd, UserEnding
from harness.core import (
    Json,
    PlayError,
    Refused,
    TransportError,
)


class NoTranscript(ValueError):
    """A JSON value that is not a stored transcript; its text says what is missing."""


def transcript_from(stored: Json) -> Transcript:
    """A transcript from the JSON of `transcript_json`. Raises `NoTranscript`."""
    if not isinstance(stored, Mapping):
        raise NoTranscript("a stored transcript must be a mapping with 'turns'")
    fields: Stored = stored
    try:
        stop, end = fields.get("stop"), fields.get("user_end")
        return Transcript(
            scenario=fields.get("scenario", ""),
            provider=fields.get("provider", ""),
            turns=tuple(_turn(turn) for turn in fields["turns"]),
            around=_exchanges(fields.get("around", ())),
            stop=Stop(turn=stop["turn"], error=_error(stop)) if stop else None,
            user_end=UserEnd(ending=UserEnding(end["ending"]), reason=end.get("reason", ""))
            if end
            else None,
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
    kind = ERROR_KINDS.get(stored["kind"])
    if kind is None:
        raise NoTranscript(f"'{stored['kind']}' is not a kind of error")
    more: dict[str, Any] = {"details": tuple(stored.get("details", ()))}
    if issubclass(kind, Refused):
        more |= {"status": stored.get("status", 0), "state": stored.get("state", "")}
        more["payload"] = stored.get("payload")
    return kind(stored["code"], stored["message"], stored.get("hint", ""), **more)
