"""Connectly's Agent Graph API: a session whose replies stream as NDJSON.

Source: the vendor's pages "Agent Graph overview" and "Parsing NDJSON". Every path begins with
`/external/v1/ai/agent_graph`; every request names `businessId` and `clientKey`, and all but
`init` also `sessionId`.

- `POST /init`: `{"response": {"sessionId": …}}`.
- `POST /invoke`: one line `{"result": {"response": {"sessionId": …, "responseEvents": [one]}}}`
  for each event, an empty line as keep-alive before each, 5 ms apart, as `application/json`.
- `POST /invoke_sync`: `{"response": {"sessionId": …, "responseEvents": [all]}}`.
- `POST /close`: one line `{"result": {"response": {}}}`. The session is unknown afterwards.

An unknown session, or one of another client: 404. `[[shape]]` makes a text a number; on
`/invoke`, `[[shape malformed-line]]` breaks off the last line's JSON and `[[shape error-line]]`
ends the stream with `{"error": {"code": 13, …}}` under status 200.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from harness.emulators.connectly_events import (
    check_business,
    failure,
    last_said,
    read_body,
    read_events,
    read_text,
    respond,
)
from harness.emulators.emulator import Endpoint
from harness.emulators.fault_switches import FaultPlan, Faults
from harness.emulators.http_api import stream

_PATH = "/external/v1/ai/agent_graph"
_OVERLOADED = b'{"error": {"code": 13, "message": "the model is overloaded", "details": []}}'


@dataclass(slots=True, kw_only=True)
class _Session:
    client_key: str
    events: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class AgentGraph:
    """The API, with the sessions of one app."""

    faults: Faults
    _sessions: dict[str, _Session] = field(default_factory=dict)

    def routes(self) -> Mapping[str, Endpoint]:
        """The endpoints by method and path."""
        return {
            f"POST {_PATH}/init": self._init,
            f"POST {_PATH}/invoke": self._invoke,
            f"POST {_PATH}/invoke_sync": self._invoke_sync,
            f"POST {_PATH}/close": self._close,
        }

    async def _init(self, request: Request) -> Response:
        body = await read_body(request)
        session_id = str(uuid.uuid4())
        self._sessions[session_id] = _Session(client_key=_read_client(body))
        return JSONResponse({"response": {"sessionId": session_id}})

    async def _invoke(self, request: Request) -> Response:
        session_id, events, plan = await self._reply(request)
        lines = [
            json.dumps(
                {"result": {"response": {"sessionId": session_id, "responseEvents": [event]}}},
                ensure_ascii=False,
            ).encode()
            for event in events
        ]
        if plan.shape == "error-line":
            lines[-1] = _OVERLOADED
        elif plan.shape == "malformed-line":
            lines[-1] = lines[-1][: (len(lines[-1]) + 1) // 2]
        return plan.after(_stream(lines))

    async def _invoke_sync(self, request: Request) -> Response:
        session_id, events, plan = await self._reply(request)
        response = {"response": {"sessionId": session_id, "responseEvents": events}}
        return plan.after(JSONResponse(response))

    async def _close(self, request: Request) -> Response:
        session_id, _session = self._find(await read_body(request))
        del self._sessions[session_id]
        return _stream([b'{"result": {"response": {}}}'])

    async def _reply(self, request: Request) -> tuple[str, list[dict[str, Any]], FaultPlan]:
        body = await read_body(request)
        session_id, session = self._find(body)
        given = read_events(body)
        said = last_said(given)
        plan = self.faults.plan(said, session_id)
        await plan.before()
        session.events += given
        events, shown = respond(session.events, plan, said)
        session.events += events
        return session_id, shown, plan

    def _find(self, body: dict[str, Any]) -> tuple[str, _Session]:
        client_key = _read_client(body)
        session_id = read_text(body, "sessionId")
        if session_id is None:
            raise failure(3, "sessionId is required")
        session = self._sessions.get(session_id)
        if session is None or session.client_key != client_key:
            raise failure(5, "session not found")
        return session_id, session


def _read_client(body: dict[str, Any]) -> str:
    business_id, client_key = read_text(body, "businessId"), read_text(body, "clientKey")
    if business_id is None or client_key is None:
        raise failure(3, "businessId and clientKey are required")
    check_business(business_id)
    return client_key


def _stream(lines: Iterable[bytes]) -> Response:
    return stream((piece for line in lines for piece in (b"\n", line + b"\n")), "application/json")
