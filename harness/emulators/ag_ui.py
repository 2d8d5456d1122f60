"""An agent of the Agent User Interaction Protocol (AG-UI).

Source: AG-UI's pages "Core architecture", "Events", "Messages" and "Tools", version 1.0. The
request is `POST /` with a RunAgentInput, `{threadId, runId, state, messages, tools, context,
forwardedProps}`, and `Authorization: Bearer`; the answer is a stream of server-sent events, from
RUN_STARTED to RUN_FINISHED or RUN_ERROR. Without the token the status is 401; for an input that
lacks something it is 422.

The agent keeps nothing: it knows the messages and the state of the input. What it does is in
`ag_ui_agent`. `[[shape]]` makes a delta a number, and `[[shape unfinished]]` leaves out the last
event.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from harness.emulators.ag_ui_agent import run
from harness.emulators.emulator import Emulator, Endpoint, Sample, make_app
from harness.emulators.fault_switches import FaultPlan, Faults, plain
from harness.emulators.http_api import EarlyResponse, read_json, refuse, stream

_ENVIRONMENT = {"AG_UI_TOKEN": "emulated-ag-ui-0d94b7e61fa5c832"}
_ROLES = ("user", "assistant", "tool", "system", "developer", "activity", "reasoning")


@dataclass(slots=True, kw_only=True)
class _Agent:
    faults: Faults = field(default_factory=Faults)

    def routes(self) -> Mapping[str, Endpoint]:
        return {"POST /": self.run}

    async def run(self, request: Request) -> Response:
        given = request.headers.get("authorization", "").encode()
        if not secrets.compare_digest(given, f"Bearer {_ENVIRONMENT['AG_UI_TOKEN']}".encode()):
            raise refuse(401, {"detail": "Not authenticated"}, {"WWW-Authenticate": "Bearer"})
        body = await read_json(request, lambda reason: _invalid("body", str(reason)))
        _check(body)
        messages = [message for message in body["messages"] if message["role"] != "activity"]
        said = next((m["content"] for m in reversed(messages) if m["role"] == "user"), "")
        plan = self.faults.plan(said, body["threadId"])
        await plan.before()
        read = [{**m, "content": plain(m.get("content") or "")} for m in messages]
        names = [tool["name"] for tool in body.get("tools") or ()]
        events = [
            {"type": "RUN_STARTED", "threadId": body["threadId"], "runId": body["runId"]},
            *run(read, body.get("state"), names, leak=plan.leak),
        ]
        if events[-1]["type"] != "RUN_ERROR":
            finished = {"type": "RUN_FINISHED", "threadId": body["threadId"]}
            events.append({**finished, "runId": body["runId"]})
        pieces = [f"data: {json.dumps(event)}\n\n".encode() for event in _shaped(events, plan)]
        return plan.after(stream(pieces, "text/event-stream"))


def _shaped(events: list[dict[str, Any]], plan: FaultPlan) -> list[dict[str, Any]]:
    if plan.shape == "unfinished":
        return events[:-1]
    if plan.shape == "":
        return [{**event, "delta": 42} if "delta" in event else event for event in events]
    return events


def _check(body: object) -> None:
    """Refuses what is not a RunAgentInput."""
    if not isinstance(body, dict):
        raise _invalid("body", "Input should be an object")
    for name in ("threadId", "runId"):
        if not isinstance(body.get(name), str):
            raise _invalid(name, "Field required")
    messages = body.get("messages")
    if not isinstance(messages, list):
        raise _invalid("messages", "Field required")
    for message in messages:
        if not isinstance(message, dict) or not isinstance(message.get("id"), str):
            raise _invalid("messages", "A message must have an id")
        role = message.get("role")
        if role not in _ROLES:
            raise _invalid("messages", "A message must have a role")
        if role in ("user", "tool") and not isinstance(message.get("content"), str):
            raise _invalid("messages", f"A message of role {role} must have a content")
        if role == "tool" and not isinstance(message.get("toolCallId"), str):
            raise _invalid("messages", "A message of role tool must have a toolCallId")


def _invalid(place: str, message: str) -> EarlyResponse:
    detail = {"type": "value_error", "loc": ["body", place], "msg": message}
    return refuse(422, {"detail": [detail]})


EMULATOR = Emulator(
    name="ag-ui",
    create_app=lambda: make_app(_Agent()),
    base_path="",
    url_variable="AG_UI_URL",
    environment=_ENVIRONMENT,
    settings={"token": "${env.AG_UI_TOKEN}"},
    sample=Sample(
        say=("Hello", "What is the weather in Rome?"),
        contains=("How can I help you?", "21 degrees in Rome"),
        refusal=401,
    ),
)
