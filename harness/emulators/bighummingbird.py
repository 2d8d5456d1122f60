"""BigHummingbird: a plain session with start variables, read-back and delete.

Source: the vendor's page "Deployment Endpoint Specs". The one deployment is `travel`, and its
base URL ends in `/deployments/travel`. There is no authentication.

- `POST /create-chat-session` with an array of `{key, value}`: 200. Not JSON: 400. JSON of
  another shape: 422.
- `POST /invoke`: 200; 400 and 422 as above; 404 for an unknown or deleted session.
- `GET /chat-session/{id}`: 200 or 404. `DELETE /chat-session/{id}`: 204 or 404.
- `GET /__emulator__/sessions`, at the root and not part of the vendor's API: the ids of the
  sessions that were never deleted, as `{"open": […]}`.

The start variable `country` decides where the trip goes. Without it the bot asks, and takes the
country from the next message that names one. It remembers the travel dates and the first
message. `[[shape]]` makes `message` a number.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from harness.emulators.emulator import Emulator, Endpoint, Sample, make_app
from harness.emulators.fault_switches import Afterthoughts, Faults, plain
from harness.emulators.http_api import EarlyResponse, read_json, refuse, text_at

_BASE_PATH = "/deployments/travel"
_CAPITALS = {
    "france": ("Paris", "the Eiffel Tower and the Louvre"),
    "germany": ("Berlin", "the Brandenburg Gate and the Museum Island"),
    "italy": ("Rome", "the Colosseum and the Trevi Fountain"),
    "japan": ("Tokyo", "the Senso-ji Temple and the Shibuya Crossing"),
    "norway": ("Oslo", "the Opera House and the Vigeland Park"),
    "spain": ("Madrid", "the Prado and the Royal Palace"),
}
_TRIP = (
    "For your trip to {city}, I can help with hotels, must-see attractions like {sights}, and "
    "dining spots. Just let me know your travel dates and any preferences, and we'll start "
    "planning your perfect itinerary!"
)
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_DATES = re.compile(rf"\b\d{{1,2}} {_MONTH} to \d{{1,2}} {_MONTH}\b", re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class _Session:
    country: str | None
    engine_state_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    dates: str | None = None
    messages: list[dict[str, Any]] = field(default_factory=list)
    afterthoughts: Afterthoughts = field(default_factory=Afterthoughts)


@dataclass(slots=True, kw_only=True)
class _BigHummingbird:
    sessions: dict[str, _Session] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)

    def routes(self) -> Mapping[str, Endpoint]:
        return {
            f"POST {_BASE_PATH}/create-chat-session": self.create,
            f"POST {_BASE_PATH}/invoke": self.invoke,
            f"GET {_BASE_PATH}/chat-session/{{session_id}}": self.get,
            f"DELETE {_BASE_PATH}/chat-session/{{session_id}}": self.delete,
            "GET /__emulator__/sessions": self.list_open,
        }

    async def create(self, request: Request) -> Response:
        variables = await read_json(request, _not_json)
        if not isinstance(variables, list) or not all(_is_variable(each) for each in variables):
            raise refuse(422, {"error": "The body must be an array of {key, value}."})
        values = {each["key"]: each["value"] for each in variables}
        session_id = str(uuid.uuid4())
        self.sessions[session_id] = _Session(country=text_at(values, "country"))
        return JSONResponse({"chat_session_id": session_id})

    async def invoke(self, request: Request) -> Response:
        body = await read_json(request, _not_json)
        if not isinstance(body, dict):
            raise refuse(422, {"error": "The body must be an object."})
        message, session_id = text_at(body, "user_message"), text_at(body, "chat_session_id")
        if message is None or session_id is None:
            raise refuse(422, {"error": "user_message and chat_session_id are required."})
        session = self._find(session_id)
        plan = self.faults.plan(message, session_id)
        await plan.before()
        reply = plan.with_leak(_reply(session, plain(message)))
        session.messages += [
            {"role": "user", "content": message},
            {"role": "assistant", "content": reply},
        ]
        session.afterthoughts.add(plan.late)
        return plan.after(JSONResponse({"message": reply if plan.shape is None else 42}))

    async def get(self, request: Request) -> Response:
        session = self._find(request.path_params["session_id"])
        session.messages += [
            {"role": "assistant", "content": text} for text in session.afterthoughts.said()
        ]
        data = {"engineStateId": session.engine_state_id, "messages": session.messages}
        return JSONResponse({"data": data})

    async def delete(self, request: Request) -> Response:
        session_id = request.path_params["session_id"]
        self._find(session_id)
        del self.sessions[session_id]
        return Response(status_code=204)

    async def list_open(self, _request: Request) -> Response:
        return JSONResponse({"open": list(self.sessions)})

    def _find(self, session_id: str) -> _Session:
        if session_id not in self.sessions:
            raise refuse(404, {"error": "Chat session not found."})
        return self.sessions[session_id]


def _not_json(_reason: object) -> EarlyResponse:
    return refuse(400, {"error": "The body is not JSON."})


def _is_variable(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("key"), str) and "value" in value


def _reply(session: _Session, message: str) -> str:
    said = message.lower()
    if "what did i" in said and "first" in said:
        questions = [each["content"] for each in session.messages if each["role"] == "user"]
        return f"You first said: {questions[0]}" if questions else "You have not said anything yet."
    named = next((name for name in _CAPITALS if re.search(rf"\b{name}\b", said)), None)
    if named is not None:
        session.country = named.title()
    if session.country is None:
        return "Which country would you like to visit?"
    city, sights = _CAPITALS.get(
        session.country.lower(), (f"the capital of {session.country}", "the old town and the parks")
    )
    if dates := _DATES.search(message):
        session.dates = dates[0]
        return f"I have noted {dates[0]} for your trip to {city}."
    if "where am i going" in said:
        when = f" from {session.dates}" if session.dates else ""
        return f"You are going to {city}{when}."
    return _TRIP.format(city=city, sights=sights)


EMULATOR = Emulator(
    name="bighummingbird",
    create_app=lambda: make_app(_BigHummingbird()),
    base_path=_BASE_PATH,
    url_variable="BIGHUMMINGBIRD_URL",
    environment={},
    settings={},
    sample=Sample(
        say=("Help me plan a trip.", "From 1 June to 8 June"),
        contains=("Paris", "1 June to 8 June"),
        session={"country": "France"},
    ),
)
