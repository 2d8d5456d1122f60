"""Takes secrets out of what was said, before it is judged and before anybody sees it.

Exchanges are redacted as soon as they are made. A bot that repeats a secret in its reply, or a
server that does so in an error, brings it into texts that were read from them; and what is
captured as a secret may have been said before.
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
    Transcript,
    Turn,
    UserMessage,
)
from harness.core.errors import PlayError, Refused
from harness.core.typing import Json
from harness.play.result import CheckResult, ScenarioResult
from harness.secrets.exchange_redaction import redact_exchange, withheld_response
from harness.secrets.redaction import Redactor

Error = TypeVar("Error", bound=PlayError)

WITHHELD = b"<redacted:answer>"
"""Stands for an answer that is not shown."""


def without_secrets(
    result: ScenarioResult, redactor: Redactor, *, in_bodies: bool
) -> ScenarioResult:
    """The result as it may be shown; `in_bodies` says whether an answer held a secret."""
    transcript = result.transcript
    if transcript.stop is not None:
        stop = replace(transcript.stop, error=hidden_error(transcript.stop.error, redactor))
        transcript = replace(transcript, stop=stop)
    turns = tuple(replace(turn, user=_said(turn.user, redactor)) for turn in transcript.turns)
    checks = result.checks
    if in_bodies:
        checks = tuple(_check(check, redactor) for check in checks)
        turns = tuple(
            replace(turn, variables=_variables(turn, turn.variables, redactor)) for turn in turns
        )
    transcript = replace(transcript, turns=turns)
    return replace(result, transcript=transcript, checks=checks, redactor=redactor)


def hidden_transcript(
    transcript: Transcript, captured: Collection[str], redactor: Redactor
) -> Transcript:
    """What was answered without secrets, as a replay will hold it; `captured` are names."""
    return replace(
        transcript,
        turns=tuple(hidden_turn(turn, captured, redactor) for turn in transcript.turns),
        around=tuple(redact_exchange(one, redactor) for one in transcript.around),
    )


def withheld_transcript(transcript: Transcript) -> Transcript:
    """What was said without any answer: one may hold a secret that nobody could look for."""
    turns = (
        replace(
            turn,
            reply=None,
            refusal=None,
            exchanges=tuple(map(_withheld, turn.exchanges)),
            looked_up=tuple(map(_withheld, turn.looked_up)),
            history=None,
            variables={},
        )
        for turn in transcript.turns
    )
    around = tuple(map(_withheld, transcript.around))
    return replace(transcript, turns=tuple(turns), around=around)


def _withheld(exchange: Exchange) -> Exchange:
    response = exchange.response and withheld_response(exchange.response, WITHHELD)
    return replace(exchange, response=response, contract=())


def hidden_error(error: Error, redactor: Redactor) -> Error:
    """The same error without secrets, and without the beginning of one where a text was cut."""
    shown = copy.copy(error)
    shown.message = redactor.shortened(error.message)
    shown.hint = redactor.shortened(error.hint)
    shown.details = tuple(redactor.shortened(line) for line in error.details)
    if isinstance(shown, Refused):
        shown.state = redactor.shortened(shown.state)
        shown.payload = redactor.json(shown.payload)
    return shown


def _said(message: UserMessage, redactor: Redactor) -> UserMessage:
    """What the user says: a scenario may hold a secret, although none should."""
    return replace(
        message,
        text=redactor.text(message.text),
        display_text=redactor.text(message.display_text),
        attachments=tuple(_attachment(one, redactor) for one in message.attachments),
        metadata={redactor.text(k): redactor.json(v) for k, v in message.metadata.items()},
    )


def hidden_turn(turn: Turn, captured: Collection[str], redactor: Redactor) -> Turn:
    """A turn as a replay will hold it: without secrets in what was answered and captured."""
    return replace(
        turn,
        reply=turn.reply and hidden_reply(turn.reply, redactor),
        refusal=turn.refusal and hidden_error(turn.refusal, redactor),
        exchanges=tuple(redact_exchange(one, redactor) for one in turn.exchanges),
        looked_up=tuple(redact_exchange(one, redactor) for one in turn.looked_up),
        history=redactor.json(turn.history),
        variables=_variables(turn, captured, redactor),
    )


def _variables(turn: Turn, names: Collection[str], redactor: Redactor) -> Mapping[str, object]:
    return {
        # Functions such as `uuid` stand among them.
        name: redactor.json(value) if name in names and not callable(value) else value  # type: ignore[arg-type]  # the rest is JSON
        for name, value in turn.variables.items()
    }


def _attachment(attachment: Attachment, redactor: Redactor) -> Attachment:
    name, content = redactor.text(attachment.name), redactor.text(attachment.content)
    return Attachment(name=name, content=content)


def hidden_reply(reply: Reply, redactor: Redactor) -> Reply:
    """A reply without secrets."""
    # As lists: a stream may say a secret in several messages.
    texts = _all(redactor, [one.text for one in reply.messages])
    payloads = _all(redactor, [one.payload for one in reply.messages])
    messages = tuple(
        replace(one, text=str(text), payload=payload)
        for one, text, payload in zip(reply.messages, texts, payloads, strict=True)
    )
    return replace(
        reply,
        messages=messages,
        payload=redactor.json(reply.payload),
        actions={redactor.text(k): redactor.text(v) for k, v in reply.actions.items()},
        products=tuple(_all(redactor, reply.products)),
        attachments=tuple(_attachment(one, redactor) for one in reply.attachments),
    )


def _all(redactor: Redactor, values: Sequence[Json]) -> Sequence[Json]:
    hidden = redactor.json([*values])
    assert isinstance(hidden, list)  # noqa: S101  # as given
    return hidden


def _check(check: CheckResult, redactor: Redactor) -> CheckResult:
    return replace(
        check,
        message=redactor.shortened(check.message),
        expected=redactor.shortened(check.expected),
        actual=redactor.shortened(check.actual),
        difference=tuple(redactor.shortened(line) for line in check.difference),
    )
