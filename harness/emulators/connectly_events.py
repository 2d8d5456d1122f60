"""What Connectly's two APIs share: the key, the error bodies and the input events.

Errors have the form of a gRPC gateway: `{"code": …, "message": …, "details": []}` with 401 for
code 16 (no or a wrong key), 403 for 7, 404 for 5 and 400 for 3. Keys of a request may be camel
or snake case. A text may be a string or `{"text": …}`. An input event without a text (an image,
a pressed button) is accepted and kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from harness.emulators.connectly_bot import Event, message, reply_to, texts_of
from harness.emulators.fault_switches import FaultPlan, plain
from harness.emulators.http_api import EarlyResponse, read_json, refuse

ENVIRONMENT = {
    "CONNECTLY_API_KEY": "emulated-connectly-92e5ab1c70f34d68",
    "CONNECTLY_BUSINESS_ID": "5f0c3f62-3f4e-4c0b-9d43-0a6c6f1b7e21",
    "CONNECTLY_AGENT_ID": "018e7dc6-d9f8-48aa-1751-b57fdce7403e",
}
_STATUS_OF_CODE = {3: 400, 5: 404, 7: 403, 16: 401}


def failure(code: int, reason: str) -> EarlyResponse:
    """A refusal in the form of a gRPC gateway, by its gRPC code."""
    return refuse(_STATUS_OF_CODE[code], {"code": code, "message": reason, "details": []})


async def read_body(request: Request) -> dict[str, Any]:
    """The request's body with camel-case keys. Refuses a wrong API key and a malformed body."""
    if request.headers.get("x-api-key") != ENVIRONMENT["CONNECTLY_API_KEY"]:
        raise failure(16, "invalid or missing api key")
    try:
        body = _camel(await read_json(request))
    except (ValueError, RecursionError) as error:
        raise failure(3, "proto: syntax error: the body is not JSON") from error
    if not isinstance(body, dict):
        raise failure(3, "proto: syntax error: the body is not an object")
    return body


def read_text(body: dict[str, Any], name: str) -> str | None:
    """A text property; None if it is missing, null or empty, which are the same to proto."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise failure(3, f"proto: invalid value for string field {name}")
    return value or None


def check_business(business_id: str | None) -> None:
    """Refuses any business but the one that the key belongs to."""
    if business_id != ENVIRONMENT["CONNECTLY_BUSINESS_ID"]:
        raise failure(7, "the api key has no access to this business")


def read_events(body: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """The input events, at least one, each with exactly one event key."""
    events = body.get("inputEvents")
    if not isinstance(events, list) or not events:
        raise failure(3, "inputEvents must have at least one event")
    for event in events:
        if not isinstance(event, dict) or len(event) != 1:
            raise failure(3, "each input event must have exactly one event key")
        if "messageEvent" in event:
            _check_message(event["messageEvent"])
    return tuple(events)


def last_said(events: Sequence[dict[str, Any]]) -> str:
    """The text of the last user message among these events, empty if there is none."""
    return next(reversed(texts_of(events, "USER")), "")


def respond(events: Sequence[Event], plan: FaultPlan, said: str) -> tuple[list[Event], list[Event]]:
    """The assistant's events after these, and the same as they are sent, with the fault if any."""
    answer = reply_to(events, plain(said))
    if plan.leak:
        answer = [*answer, message(plan.leak)]
    if plan.shape != "":
        return answer, answer
    broken = message("")
    broken["messageEvent"]["content"]["textContent"]["text"] = 42
    return answer, [*answer[:-1], broken]


def _check_message(event: object) -> None:
    if not isinstance(event, dict) or event.get("role") not in ("USER", "ASSISTANT"):
        raise failure(3, "messageEvent.role must be USER or ASSISTANT")
    content = event.get("content")
    if not isinstance(content, dict) or not content:
        raise failure(3, "messageEvent.content is required")
    text = content.get("textContent", "")
    if isinstance(text, dict):
        text = text.get("text")
    if not isinstance(text, str):
        raise failure(3, "textContent must be a text")


def _camel(value: Any) -> Any:  # noqa: ANN401  # JSON may be anything
    if isinstance(value, list):
        return [_camel(each) for each in value]
    if isinstance(value, dict):
        return {
            re.sub(r"_([a-z])", lambda match: match[1].upper(), key): _camel(each)
            for key, each in value.items()
        }
    return value
