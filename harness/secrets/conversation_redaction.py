"""Takes exchanges and what was read from them apart to redact them. No other code does.

A server brings a secret into all of these where it repeats one, and what is captured as a secret
may have been said before. A field that is not known here fails a test.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from harness.conversation import (
    Attachment,
    Exchange,
    Reply,
    Request,
    Response,
    ToolCall,
    Transcript,
    Turn,
    UserMessage,
)
from harness.core import Json, PlayError, Refused
from harness.secrets.redaction import Redactor

Error = TypeVar("Error", bound=PlayError)

WITHHELD = b"<redacted:answer>"
"""Stands for an answer that is not shown."""


def redact_exchange(exchange: Exchange, redactor: Redactor) -> Exchange:
    """The exchange as it may be stored and shown."""
    return replace(
        exchange,
        request=redact_request(exchange.request, redactor),
        response=exchange.response and redact_response(exchange.response, redactor),
        contract=tuple(map(redactor.text, exchange.contract)),
        notes=tuple(map(redactor.text, exchange.notes)),
    )


def redact_request(request: Request, redactor: Redactor) -> Request:
    """Its method stays as it is, and its origin, where the message is a hash."""
    return replace(
        request,
        url=redactor.url(request.url),
        headers=redactor.headers(request.headers),
        body=redactor.body(request.body) if request.body else b"",
    )


def redact_response(response: Response, redactor: Redactor) -> Response:
    """Its status and its times stay as they are."""
    body, chunks = redactor.stream(response.body, response.chunks)
    return replace(
        response,
        reason=redactor.text(response.reason),
        headers=redactor.headers(response.headers),
        body=body,
        chunks=chunks,
        attempts=tuple(replace(one, reason=redactor.text(one.reason)) for one in response.attempts),
        passed=(),
    )


def redact_message(message: UserMessage, redactor: Redactor) -> UserMessage:
    """What the user says: a scenario may hold a secret, although none should."""
    return replace(
        message,
        text=redactor.text(message.text),
        display_text=redactor.text(message.display_text),
        attachments=tuple(_attachment(one, redactor) for one in message.attachments),
        metadata={redactor.text(k): redactor.json(v) for k, v in message.metadata.items()},
    )


def redact_reply(reply: Reply, redactor: Redactor) -> Reply:
    """What the bot answers; its usage, which is numbers, stays as it is."""
    # As lists: a stream may say a secret in several messages.
    texts = _all(redactor, [one.text for one in reply.messages])
    payloads = _all(redactor, [one.payload for one in reply.messages])
    messages = tuple(
        replace(one, text=str(text), id=redactor.text(one.id), payload=payload)
        for one, text, payload in zip(reply.messages, texts, payloads, strict=True)
    )
    return replace(
        reply,
        messages=messages,
        payload=redactor.json(reply.payload),
        actions={redactor.text(k): redactor.text(v) for k, v in reply.actions.items()},
        products=tuple(_all(redactor, reply.products)),
        attachments=tuple(_attachment(one, redactor) for one in reply.attachments),
        tools=reply.tools and tuple(_tool_call(one, redactor) for one in reply.tools),
    )


def redact_error(error: Error, redactor: Redactor) -> Error:
    """The same error without secrets, and without the beginning of one where a text was cut."""
    shown = copy.copy(error)
    shown.message = redactor.shortened(error.message)
    shown.hint = redactor.shortened(error.hint)
    shown.details = tuple(redactor.shortened(line) for line in error.details)
    if isinstance(shown, Refused):
        shown.state = redactor.shortened(shown.state)
        shown.payload = redactor.json(shown.payload)
    return shown


def redact_turn(turn: Turn, captured: Collection[str], redactor: Redactor) -> Turn:
    """A turn as a replay will hold it: without secrets in what was answered and captured.

    `captured` are names of variables. What the user says stays as it is.
    """
    return replace(
        turn,
        reply=turn.reply and redact_reply(turn.reply, redactor),
        refusal=turn.refusal and redact_error(turn.refusal, redactor),
        exchanges=tuple(redact_exchange(one, redactor) for one in turn.exchanges),
        looked_up=tuple(redact_exchange(one, redactor) for one in turn.looked_up),
        missing=tuple((name, redactor.text(reason)) for name, reason in turn.missing),
        history=redactor.json(turn.history),
        variables=redact_variables(turn.variables, captured, redactor),
    )


def redact_variables(
    variables: Mapping[str, object], names: Collection[str], redactor: Redactor
) -> Mapping[str, object]:
    """Those of these names without secrets; functions such as `uuid` stay as they are."""
    return {
        name: redactor.json(value) if name in names and not callable(value) else value  # type: ignore[arg-type]  # the rest is JSON
        for name, value in variables.items()
    }


def redact_transcript(
    transcript: Transcript, captured: Collection[str], redactor: Redactor
) -> Transcript:
    """What was answered without secrets, as a replay will hold it; `captured` are names."""
    return replace(
        transcript,
        turns=tuple(redact_turn(turn, captured, redactor) for turn in transcript.turns),
        around=tuple(redact_exchange(one, redactor) for one in transcript.around),
    )


def without_answers(transcript: Transcript) -> Transcript:
    """What was said without any answer: one may hold a secret that nobody could look for."""
    turns = (
        replace(
            turn,
            reply=None,
            refusal=None,
            exchanges=tuple(map(_without_answer, turn.exchanges)),
            looked_up=tuple(map(_without_answer, turn.looked_up)),
            history=None,
            variables={},
        )
        for turn in transcript.turns
    )
    around = tuple(map(_without_answer, transcript.around))
    return replace(transcript, turns=tuple(turns), around=around)


def _without_answer(exchange: Exchange) -> Exchange:
    """Of the answer, its status and times alone."""
    response = exchange.response and replace(
        exchange.response,
        reason="",
        headers=(),
        body=WITHHELD,
        chunks=(),
        attempts=(),
        passed=(),
    )
    return replace(exchange, response=response, contract=(), notes=())


def _attachment(attachment: Attachment, redactor: Redactor) -> Attachment:
    name, content = redactor.text(attachment.name), redactor.text(attachment.content)
    return Attachment(name=name, content=content)


def _tool_call(call: ToolCall, redactor: Redactor) -> ToolCall:
    name, arguments = redactor.text(call.name), redactor.json(call.arguments)
    return ToolCall(name=name, arguments=arguments, id=redactor.text(call.id))


def _all(redactor: Redactor, values: Sequence[Json]) -> Sequence[Json]:
    redacted = redactor.json([*values])
    assert isinstance(redacted, list)  # noqa: S101  # as given
    return redacted
