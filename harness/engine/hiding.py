"""Takes secrets out of a result before anybody sees it.

Exchanges were redacted when they were made. A bot that repeats a secret in its reply, or a server
that does so in an error, brings it into texts that were read from them.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TypeVar

from harness.conversation import Reply, Turn, UserMessage
from harness.engine.result import CheckResult, ScenarioResult
from harness.errors import PlayError
from harness.wire.redaction import Redactor

Error = TypeVar("Error", bound=PlayError)


def without_secrets(
    result: ScenarioResult, redactor: Redactor, *, in_bodies: bool
) -> ScenarioResult:
    """The result as it may be shown; `in_bodies` says whether an answer held a secret."""
    transcript = result.transcript
    if transcript.stop is not None:
        stop = replace(transcript.stop, error=_error(transcript.stop.error, redactor))
        transcript = replace(transcript, stop=stop)
    turns = tuple(replace(turn, user=_said(turn.user, redactor)) for turn in transcript.turns)
    checks = result.checks
    if in_bodies:
        turns = tuple(_turn(turn, redactor) for turn in turns)
        checks = tuple(_check(check, redactor) for check in checks)
    transcript = replace(transcript, turns=turns)
    return replace(result, transcript=transcript, checks=checks, redactor=redactor)


def _error(error: Error, redactor: Redactor) -> Error:
    shown = copy.copy(error)
    shown.message = redactor.text(error.message)
    shown.hint = redactor.text(error.hint)
    shown.details = tuple(redactor.text(line) for line in error.details)
    return shown


def _said(message: UserMessage, redactor: Redactor) -> UserMessage:
    """What the user says: a scenario may hold a secret, although none should."""
    return replace(
        message,
        text=redactor.text(message.text),
        display_text=redactor.text(message.display_text),
    )


def _turn(turn: Turn, redactor: Redactor) -> Turn:
    return replace(
        turn,
        reply=turn.reply and _reply(turn.reply, redactor),
        refusal=turn.refusal and _error(turn.refusal, redactor),
        history=redactor.json(turn.history),
        variables={
            name: redactor.text(value) if isinstance(value, str) else value
            for name, value in turn.variables.items()
        },
    )


def _reply(reply: Reply, redactor: Redactor) -> Reply:
    messages = tuple(
        replace(one, text=redactor.text(one.text), payload=redactor.json(one.payload))
        for one in reply.messages
    )
    return replace(
        reply,
        messages=messages,
        payload=redactor.json(reply.payload),
        actions={redactor.text(k): redactor.text(v) for k, v in reply.actions.items()},
        products=tuple(redactor.json(one) for one in reply.products),
    )


def _check(check: CheckResult, redactor: Redactor) -> CheckResult:
    return replace(
        check,
        message=redactor.text(check.message),
        expected=redactor.text(check.expected),
        actual=redactor.text(check.actual),
        difference=tuple(redactor.text(line) for line in check.difference),
    )
