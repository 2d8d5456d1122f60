"""Redacts exchanges, and replies, turns and transcripts made of them.

Any field of these may contain a secret, because a server may repeat one, and a captured secret may
have been used before. A test fails for a field that is not handled here.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from harness.conversation import (
    Attachment,
    Direction,
    Exchange,
    Frame,
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
"""The body of an answer that is not shown."""


def redact_exchange(exchange: Exchange, redactor: Redactor) -> Exchange:
    """The exchange as it may be stored and shown."""
    response = exchange.response
    return replace(
        exchange,
        request=redact_request(exchange.request, redactor),
        response=response and redact_response(response, redactor, exchange.request.hashes),
        contract=tuple(map(redactor.text, exchange.contract)),
        notes=tuple(map(redactor.text, exchange.notes)),
    )


def redact_request(request: Request, redactor: Redactor) -> Request:
    """The request without secrets. Its method and its origin, whose message is a hash, stay."""
    redactor = with_hashes(redactor, request.hashes)
    return replace(
        request,
        hashes=(),
        url=redactor.text(request.url),
        headers=redactor.headers(request.headers),
        body=redactor.body(request.body) if request.body else b"",
    )


def redact_response(response: Response, redactor: Redactor, hashes: Iterable[str] = ()) -> Response:
    """The response without secrets, and without the hashes of its request.

    Its status and its times stay.
    """
    redactor = with_hashes(redactor, hashes)
    body, chunks = redactor.stream(response.body, response.chunks)
    return replace(
        response,
        reason=redactor.text(response.reason),
        headers=redactor.headers(response.headers),
        body=body,
        chunks=chunks,
        attempts=tuple(
            replace(attempt, reason=redactor.text(attempt.reason)) for attempt in response.attempts
        ),
        frames=redact_frames(response.frames, redactor) if response.frames else (),
        passed=(),
    )


def with_hashes(redactor: Redactor, hashes: Iterable[str]) -> Redactor:
    """A redactor that also replaces hashes that were made with a secret."""
    new = [one for one in hashes if redactor.text(one) == one]
    return redactor.adding(dict.fromkeys(new, "hash")) if new else redactor


def redact_frames(frames: Sequence[Frame], redactor: Redactor) -> tuple[Frame, ...]:
    """The messages of a WebSocket without secrets, also without one that is split over several."""
    redactor = with_hashes(redactor, (one for frame in frames for one in frame.hashes))
    plain = [
        replace(
            frame,
            content=_content(frame.content, redactor),
            reason=redactor.text(frame.reason),
            hashes=(),
        )
        for frame in frames
    ]
    for direction in Direction:
        places = [place for place, one in enumerate(plain) if one.direction is direction]
        values = [parsed_content(plain[place].content) for place in places]
        for place, old, new in zip(places, values, _all(redactor, values), strict=True):
            if new != old:
                content = new if isinstance(new, str) else json.dumps(new, ensure_ascii=False)
                plain[place] = replace(plain[place], content=content)
    return tuple(plain)


def _content(content: str | bytes, redactor: Redactor) -> str | bytes:
    return redactor.text(content) if isinstance(content, str) else redactor.body(content)


def parsed_content(content: str | bytes) -> Json:
    """The JSON of a message, or its text; None for a binary one."""
    if isinstance(content, bytes):
        return None
    try:
        value: Json = json.loads(content)
    except (ValueError, RecursionError):
        return content
    return value


def redact_message(message: UserMessage, redactor: Redactor) -> UserMessage:
    """The user's message without secrets, which a scenario may contain although it should not."""
    return replace(
        message,
        text=redactor.text(message.text),
        display_text=redactor.text(message.display_text),
        attachments=tuple(_attachment(attachment, redactor) for attachment in message.attachments),
        metadata={redactor.text(k): redactor.json(v) for k, v in message.metadata.items()},
    )


def redact_reply(reply: Reply, redactor: Redactor) -> Reply:
    """The bot's reply without secrets. Its usage, which is numbers, stays."""
    # As lists: a stream may split a secret over several messages.
    texts = _all(redactor, [message.text for message in reply.messages])
    payloads = _all(redactor, [message.payload for message in reply.messages])
    messages = tuple(
        replace(message, text=str(text), id=redactor.text(message.id), payload=payload)
        for message, text, payload in zip(reply.messages, texts, payloads, strict=True)
    )
    return replace(
        reply,
        messages=messages,
        payload=redactor.json(reply.payload),
        actions={redactor.text(k): redactor.text(v) for k, v in reply.actions.items()},
        ambiguous_actions={
            redactor.text(label): tuple(map(redactor.text, prompts))
            for label, prompts in reply.ambiguous_actions.items()
        },
        products=tuple(_all(redactor, reply.products)),
        attachments=tuple(_attachment(attachment, redactor) for attachment in reply.attachments),
        tools=reply.tools and tuple(_tool_call(call, redactor) for call in reply.tools),
    )


def redact_error(error: Error, redactor: Redactor) -> Error:
    """A copy of the error without secrets, and without a part of one before a cut."""
    shown = copy.copy(error)
    shown.message = redactor.shortened(error.message)
    shown.hint = redactor.shortened(error.hint)
    shown.details = tuple(redactor.shortened(line) for line in error.details)
    if isinstance(shown, Refused):
        shown.state = redactor.shortened(shown.state)
        shown.payload = redactor.json(shown.payload)
    return shown


def redact_turn(turn: Turn, captured: Collection[str], redactor: Redactor) -> Turn:
    """The turn as a replay will play it: without secrets in answers and captures.

    `captured` are names of variables. The user's message stays.
    """
    return replace(
        turn,
        reply=turn.reply and redact_reply(turn.reply, redactor),
        refusal=turn.refusal and redact_error(turn.refusal, redactor),
        exchanges=tuple(redact_exchange(exchange, redactor) for exchange in turn.exchanges),
        looked_up=tuple(redact_exchange(exchange, redactor) for exchange in turn.looked_up),
        missing=tuple((name, redactor.text(reason)) for name, reason in turn.missing),
        history=redactor.json(turn.history),
        variables=redact_variables(turn.variables, captured, redactor),
    )


def redact_variables(
    variables: Mapping[str, object], names: Collection[str], redactor: Redactor
) -> Mapping[str, object]:
    """The variables, those in `names` without secrets. Functions such as `uuid` stay."""
    return {
        name: redactor.json(value) if name in names and not callable(value) else value  # type: ignore[arg-type]  # the rest is JSON
        for name, value in variables.items()
    }


def redact_transcript(
    transcript: Transcript, captured: Collection[str], redactor: Redactor
) -> Transcript:
    """The transcript without secrets in its answers and in the variables named `captured`."""
    end = transcript.user_end
    return replace(
        transcript,
        turns=tuple(redact_turn(turn, captured, redactor) for turn in transcript.turns),
        around=tuple(redact_exchange(exchange, redactor) for exchange in transcript.around),
        user_end=end and replace(end, reason=redactor.text(end.reason)),
        # Models are asked about what is redacted already.
        opinions=None,
    )


def without_answers(transcript: Transcript) -> Transcript:
    """The transcript without its answers, which may contain a secret that is not known."""
    turns = tuple(
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
    end = transcript.user_end
    return replace(
        transcript,
        turns=turns,
        around=tuple(map(_without_answer, transcript.around)),
        # A model that was asked about the answers may quote them.
        user_end=end and replace(end, reason=""),
        opinions=None,
    )


def _without_answer(exchange: Exchange) -> Exchange:
    """The exchange with the status and the times of its answer alone."""
    response = exchange.response and replace(
        exchange.response,
        reason="",
        headers=(),
        body=WITHHELD,
        chunks=(),
        attempts=(),
        frames=(),
        passed=(),
    )
    return replace(exchange, response=response, contract=(), notes=())


def _attachment(attachment: Attachment, redactor: Redactor) -> Attachment:
    return Attachment(
        name=redactor.text(attachment.name), content=redactor.text(attachment.content)
    )


def _tool_call(call: ToolCall, redactor: Redactor) -> ToolCall:
    return ToolCall(
        name=redactor.text(call.name),
        arguments=redactor.json(call.arguments),
        id=redactor.text(call.id),
        result=call.result and replace(call.result, value=redactor.json(call.result.value)),
    )


def _all(redactor: Redactor, values: Sequence[Json]) -> Sequence[Json]:
    redacted = redactor.json([*values])
    assert isinstance(redacted, list)  # noqa: S101  # like the value
    return redacted
