"""Connectly, Sales Assistant V2: a chain of states.

Source: the vendor's page of the API. `x-api-key` is wanted; error bodies are those of
`connectly_events`. The app also serves the newer API, see `agent_graph`.

`POST /internal/v1/businesses/{business_id}/ai/sales_assistant_v2/invoke/v1` takes
`context.agentDescriptorId` at first and `context.stateId` later; where both are given the state
counts. Neither: 400. An unknown agent or state: 404. Another business: 403.

A state is a point in a conversation and never changes: it can be continued any number of times.
What the bot knows is what stands in the events since the first request, so a greeting that was
not sent was not said. What is said to the bot stands in `connectly_bot`.

`[[shape]]` makes a text a number; `[[shape state-missing]]`, `[[shape state-empty]]` and
`[[shape state-number]]` break `stateId`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from harness.emulators.agent_graph import AgentGraph
from harness.emulators.connectly_events import (
    ENVIRONMENT,
    check_business,
    failure,
    last_said,
    read_body,
    read_events,
    read_text,
    respond,
)
from harness.emulators.emulator import Emulator
from harness.emulators.fault_switches import Faults
from harness.emulators.http_api import EarlyResponse, answer_refused

_PATH = "/internal/v1/businesses/{business_id}/ai/sales_assistant_v2/invoke/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    session_id: str
    events: tuple[dict[str, Any], ...] = ()


class _SalesAssistant:
    def __init__(self, faults: Faults) -> None:
        self._states: dict[str, _State] = {}
        self._faults = faults

    async def invoke(self, request: Request) -> Response:
        body = await read_body(request)
        check_business(request.path_params["business_id"])
        before, key = self._continue_from(body.get("context"))
        given = read_events(body)
        said = last_said(given)
        plan = self._faults.plan(said, key)
        await plan.before()
        events, shown = respond([*before.events, *given], plan, said)
        state_id = str(uuid.uuid4())
        self._states[state_id] = _State(
            session_id=before.session_id, events=(*before.events, *given, *events)
        )
        response: dict[str, Any] = {
            "stateId": state_id,
            "sessionId": before.session_id,
            "responseEvents": shown,
        }
        if plan.shape == "state-missing":
            del response["stateId"]
        elif plan.shape in ("state-empty", "state-number"):
            response["stateId"] = "" if plan.shape == "state-empty" else 42
        return plan.after(JSONResponse({"response": response}))

    def _continue_from(self, context: object) -> tuple[_State, str]:
        """The state that a request continues, and a name for it."""
        if not isinstance(context, dict):
            raise failure(3, "context is required")
        agent_id, state_id = read_text(context, "agentDescriptorId"), read_text(context, "stateId")
        if state_id is not None:
            if state_id not in self._states:
                raise failure(5, "state not found")
            return self._states[state_id], state_id
        if agent_id is None:
            raise failure(3, "context must have an agentDescriptorId or a stateId")
        if agent_id != ENVIRONMENT["CONNECTLY_AGENT_ID"]:
            raise failure(5, "agent descriptor not found")
        return _State(session_id=str(uuid.uuid4())), agent_id


async def _answer_http_error(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    code = 5 if status == 404 else 12  # noqa: PLR2004  # gRPC's: not found, unimplemented
    reason = str(getattr(error, "detail", ""))
    return JSONResponse({"code": code, "message": reason, "details": []}, status_code=status)


def create_app() -> Starlette:
    """An emulator without states and sessions."""
    faults = Faults()
    assistant = _SalesAssistant(faults)
    routes = [
        Route(_PATH, assistant.invoke, methods=["POST"]),
        *AgentGraph(faults).routes(),
    ]
    handlers = {EarlyResponse: answer_refused, HTTPException: _answer_http_error}
    return Starlette(routes=routes, exception_handlers=handlers)


EMULATOR = Emulator(
    name="connectly",
    create_app=create_app,
    base_path="",
    url_variable="CONNECTLY_URL",
    environment=ENVIRONMENT,
)
