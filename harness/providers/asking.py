"""Sends a request of a step, and reads its answer."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from http.cookies import CookieError, SimpleCookie

from harness.conversation import Exchange, Request, Response
from harness.core import Json, PlayError, Refused
from harness.formats.json_schema import Schema
from harness.providers.conditions import shown_refusal
from harness.providers.definition import Step
from harness.providers.flow import Answered, Command, FlowState, Send
from harness.providers.payload import excerpt, read_payload, require_kind, undecodable, wait_asked
from harness.providers.request import build_request
from harness.providers.step_plans import Encoding
from harness.providers.unread_answers import error_in
from harness.secrets.conversation_redaction import redact_request
from harness.secrets.redacted_values import of_real_values
from harness.secrets.redaction import NOTHING_SECRET

Asking = Generator[Command, Answered, Json]
"""Yields what to do, receives each answer, and returns the payload."""


def ask(step: Step, state: FlowState) -> Asking:
    """Send a step's request and read its answer. Raises `Refused` and `ProtocolError`."""
    request = build_request(step, state)
    response = yield from exchange(Send(request), state)
    payload = read_answer(step, request, response, state)
    if step.fail_if and (refusal := shown_refusal(step.fail_if, payload)):
        raise refused(step, response, refusal, payload, error_in(payload))
    return payload


def exchange(send: Send, state: FlowState) -> Generator[Command, Answered, Response]:
    """Send a request, and note the exchange. Raises the errors of the transport."""
    try:
        response: Response = yield send
    except PlayError:
        state.exchanges.append(Exchange(request=send.request, response=None))
        raise
    state.exchanges.append(Exchange(request=send.request, response=response))
    state.now = response.ended
    for name, value in response.headers:
        if name.lower() == "set-cookie":
            state.cookies.update(_cookies(value))
    return response


def _cookies(header: str) -> dict[str, str]:
    try:
        cookies = SimpleCookie(header)
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in cookies.items()}


def read_answer(step: Step, request: Request, response: Response, state: FlowState) -> Json:
    """The payload of an answer. Raises `Refused` for a status that is not expected."""
    require_status(step, request, response)
    # An answer that is not read may be empty, such as the answer to a closing step.
    payload: Json = None
    if step.answer.content_types:
        require_kind(response, step.answer.content_types)
    if response.body or step.is_answer_read:
        payload = read_payload(response, step.answer.encoding)
    if step.answer.encoding is Encoding.TEXT:
        note(step, undecodable(response.body), state)
    note_contract(step.answer.schema, payload, state)
    return payload


def require_status(step: Step, request: Request, response: Response) -> None:
    """Raise `Refused` for an answer with a status that is not expected."""
    if step.answer.allows(response.status):
        return
    expected = " or ".join(str(status) for status in step.answer.status)
    raise unexpected_status(request, response, f", expected {expected}")


def unexpected_status(request: Request, response: Response, expected: str = "") -> Refused:
    """The error for an answer with a status that is not expected."""
    # An address may contain the hash of a secret, which a replay does not know.
    url = redact_request(request, NOTHING_SECRET).url if request.hashes else request.url
    return Refused(
        "unexpected-status",
        f"{request.method} {url} answered {response.status}{expected}",
        wait_asked(response),
        status=response.status,
        details=(excerpt(response.body),) if response.body else (),
    )


def note_contract(schema: Schema | None, payload: Json, state: FlowState) -> None:
    """Note the violations of the schema by the payload of the last answer."""
    if schema is None or schema.is_valid(payload):
        return
    broken = tuple(
        f"{violation.pointer or '(top)'}: {violation.message}"
        for violation in of_real_values(schema.violations(payload), payload)
    )
    if broken:
        state.exchanges[-1] = replace(state.exchanges[-1], contract=broken)


def note(step: Step, text: str, state: FlowState) -> None:
    """Add a note to the last answer."""
    if text:
        last = state.exchanges[-1]
        notes = (*last.notes, f"the answer of step {step.name}: {text}")
        state.exchanges[-1] = replace(last, notes=notes)


def refused(
    step: Step, response: Response, refusal: str, payload: Json, details: tuple[str, ...]
) -> Refused:
    """The error for an answer that meets `fail_if`."""
    return Refused(
        "answer-refused",
        f"the answer of step {step.name} is a refusal: {refusal}",
        details=details,
        status=response.status,
        state=refusal,
        payload=payload,
    )
