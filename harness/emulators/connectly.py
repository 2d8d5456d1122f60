"""Connectly, Sales Assistant V2: a chain of states.

Source: the vendor's page of the API. `x-api-key` is required; error bodies are those of
`connectly_events`. The app also serves the newer API, see `agent_graph`.

`POST /internal/v1/businesses/{business_id}/ai/sales_assistant_v2/invoke/v1` takes
`context.agentDescriptorId` at first and `context.stateId` later; if both are given, the state
counts. Neither: 400. An unknown agent or state: 404. Another business: 403.

A state is a point in a conversation and never changes: it can be continued any number of times.
The bot knows only the events since the first request, so it has not greeted the user unless a
greeting was sent. Its answers are in `connectly_bot`.

`[[shape]]` makes a text a number; `[[shape state-missing]]`, `[[shape state-empty]]` and
`[[shape state-number]]` break `stateId`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

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
from harness.emulators.emulator import Emulator, Endpoint, Sample, make_app
from harness.emulators.fault_switches import Faults

_PATH = "/internal/v1/businesses/{business_id}/ai/sales_assistant_v2/invoke/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    session_id: str
    events: tuple[dict[str, Any], ...] = ()


@dataclass(slots=True, kw_only=True)
class _SalesAssistant:
    faults: Faults
    states: dict[str, _State] = field(default_factory=dict)

    def routes(self) -> Mapping[str, Endpoint]:
        return {f"POST {_PATH}": self.invoke}

    async def invoke(self, request: Request) -> Response:
        body = await read_body(request)
        check_business(request.path_params["business_id"])
        before, key = self._continue_from(body.get("context"))
        given = read_events(body)
        said = last_said(given)
        plan = self.faults.plan(said, key)
        await plan.before()
        events, shown = respond([*before.events, *given], plan, said)
        state_id = str(uuid.uuid4())
        self.states[state_id] = replace(before, events=(*before.events, *given, *events))
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
        """The state that a request continues, and the id that the request gives for it."""
        if not isinstance(context, dict):
            raise failure(3, "context is required")
        agent_id, state_id = read_text(context, "agentDescriptorId"), read_text(context, "stateId")
        if state_id is not None:
            if state_id not in self.states:
                raise failure(5, "state not found")
            return self.states[state_id], state_id
        if agent_id is None:
            raise failure(3, "context must have an agentDescriptorId or a stateId")
        if agent_id != ENVIRONMENT["CONNECTLY_AGENT_ID"]:
            raise failure(5, "agent descriptor not found")
        return _State(session_id=str(uuid.uuid4())), agent_id


async def _answer_error(_request: Request, error: HTTPException) -> Response:
    code = 5 if error.status_code == 404 else 12  # noqa: PLR2004  # gRPC's: not found, unimplemented
    body = {"code": code, "message": error.detail, "details": []}
    return JSONResponse(body, status_code=error.status_code)


def create_app() -> Starlette:
    """An emulator without states and sessions."""
    faults = Faults()
    apis = (_SalesAssistant(faults=faults), AgentGraph(faults=faults))
    return make_app(*apis, answer_error=_answer_error)


EMULATOR = Emulator(
    name="connectly",
    create_app=create_app,
    base_path="",
    url_variable="CONNECTLY_URL",
    environment=ENVIRONMENT,
    settings={
        "api_key": "${env.CONNECTLY_API_KEY}",
        "business_id": "${env.CONNECTLY_BUSINESS_ID}",
        "agent_descriptor_id": "${env.CONNECTLY_AGENT_ID}",
    },
    sample=Sample(
        say=("Do you offer free shipping?", "Yes I want a pink dress"),
        contains=("free shipping", "dress"),
        refusal=401,
    ),
)
