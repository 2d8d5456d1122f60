"""SuperOffice CRM, `GetChatbotResponse`: stateless, the client sends all previous turns.

Source: the vendor's pages "POST Agents/AI/GetChatbotResponse" and "GetChatbotTurns".

- Authentication is one of `Basic`, `Bearer`, `SoTicket` together with `SO-AppToken`, or, without
  an `Authorization` header, `X-XSRF-TOKEN` equal to the cookie `XSRF-TOKEN` that `GET /login`
  or `GET /` sets. Otherwise 401 and `WWW-Authenticate`.
- Request and reply are JSON or XML (see `superoffice_body`), a request may also be a form.
  415 for another `Content-Type` or none, 406 where `Accept` allows neither.
- 400 `{"Message": …, "ModelState": {…}}` for a malformed body or a missing `ChatId` or
  `UserPrompt`; error bodies are JSON always.
- `$select` nulls the properties that it does not name, whatever their case; of a path such as
  `category/id` the first part counts.
- Headers for language, culture and time zone: see `superoffice_locale`.
- `POST /api/v1/Agents/AI/GetChatbotTurns` with `ChatId`: the turns that were answered.

What is said to the bot stands in `superoffice_bot`. `[[shape]]` leaves `BotResponse` out.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from harness.emulators.emulator import Emulator
from harness.emulators.fault_switches import Faults, plain
from harness.emulators.http_api import EarlyResponse, answer_refused, refuse, text_at
from harness.emulators.superoffice_body import FORM_TYPE, JSON_TYPES, XML_TYPES, read, write
from harness.emulators.superoffice_bot import answer
from harness.emulators.superoffice_locale import Locale, rank, read_locale

_ENVIRONMENT = {
    "SUPEROFFICE_USERNAME": "tje0",
    "SUPEROFFICE_PASSWORD": "emulated-super-3c8b17f5a0e94d62",
    "SUPEROFFICE_TICKET": "7T-emulated-ticket-58e1d4b9c2a7",
    "SUPEROFFICE_APP_TOKEN": "emulated-app-token-e60f93b4d871",
    "SUPEROFFICE_TOKEN": "8A-emulated-bearer-1f7c2e9d40b6",
}
_PATH = "/api/v1/Agents/AI/"
_CHALLENGE = 'Basic realm="SuperOffice", Bearer, SoTicket'
_REPLY_TYPES = (*JSON_TYPES, *XML_TYPES)


class _SuperOffice:
    def __init__(self) -> None:
        self.turns: dict[str, list[dict[str, Any]]] = {}
        self.xsrf_tokens: set[str] = set()
        self.faults = Faults()

    async def log_in(self, _request: Request) -> Response:
        token = secrets.token_urlsafe(24)
        self.xsrf_tokens.add(token)
        response = Response("<html><body>Logged in</body></html>", media_type="text/html")
        response.set_cookie("XSRF-TOKEN", token, samesite="lax")
        return response

    async def respond(self, request: Request) -> Response:
        reply_type, body = await self._read(request)
        chat_id, prompt = _required(body, "ChatId", "UserPrompt")
        display = text_at(body, "DisplayValue") or prompt
        previous = _previous_turns(body)
        locale = _locale(request, text_at(body, "IsoLangCode"))
        plan = self.faults.plan(prompt, chat_id)
        await plan.before()
        said = answer(plain(prompt), previous, language=locale.language, culture=locale.culture)
        turn: dict[str, Any] = {
            "Timestamp": locale.timestamp(time.time_ns()),
            "UserPrompt": prompt,
            "UserDisplayText": display,
            "BotResponse": plan.with_leak(said.text),
            "BotActions": dict(said.actions) or None,
            "Attachments": list(said.attachments) or None,
        }
        self.turns.setdefault(chat_id, []).append(turn)
        selected = _select(request, turn)
        if plan.shape is not None:
            del selected["BotResponse"]
        return plan.after(_reply(reply_type, selected))

    async def list_turns(self, request: Request) -> Response:
        reply_type, body = await self._read(request)
        (chat_id,) = _required(body, "ChatId")
        turns = self.turns.get(chat_id, [])
        return _reply(reply_type, [_select(request, turn) for turn in turns])

    async def _read(self, request: Request) -> tuple[str, dict[str, Any]]:
        """The media type of the reply, and the request's properties."""
        self._authorize(request)
        reply_type = _reply_type(request)
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in (*_REPLY_TYPES, FORM_TYPE):
            message = f"The request entity's media type '{media_type}' is not supported."
            raise refuse(415, {"Message": message})
        try:
            return reply_type, read(media_type, await request.body())
        except ValueError as error:
            raise _invalid({"request": [str(error)]}) from error

    def _authorize(self, request: Request) -> None:
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        allowed = {
            "basic": _is_basic(credentials),
            "bearer": credentials == _ENVIRONMENT["SUPEROFFICE_TOKEN"],
            "soticket": credentials == _ENVIRONMENT["SUPEROFFICE_TICKET"]
            and request.headers.get("so-apptoken") == _ENVIRONMENT["SUPEROFFICE_APP_TOKEN"],
            "": self._is_xsrf(request),
        }
        if not allowed.get(scheme.lower(), False):
            message = "Authorization has been denied for this request."
            raise refuse(401, {"Message": message}, {"WWW-Authenticate": _CHALLENGE})

    def _is_xsrf(self, request: Request) -> bool:
        cookie = request.cookies.get("XSRF-TOKEN")
        return cookie in self.xsrf_tokens and request.headers.get("x-xsrf-token") == cookie


def _is_basic(credentials: str) -> bool:
    try:
        pair = base64.b64decode(credentials, validate=True).decode()
    except ValueError:
        return False
    return pair == f"{_ENVIRONMENT['SUPEROFFICE_USERNAME']}:{_ENVIRONMENT['SUPEROFFICE_PASSWORD']}"


def _reply_type(request: Request) -> str:
    for accepted in rank(request.headers.get("accept") or "*/*"):
        kind, _, subtype = accepted.partition("/")
        for offered in _REPLY_TYPES:
            if accepted in ("*/*", offered) or (subtype == "*" and offered.startswith(f"{kind}/")):
                return offered
    raise refuse(406, {"Message": "None of the accepted media types is supported."})


def _invalid(problems: Mapping[str, Sequence[str]]) -> EarlyResponse:
    return refuse(400, {"Message": "The request is invalid.", "ModelState": dict(problems)})


def _required(body: Mapping[str, Any], *names: str) -> list[str]:
    texts = {name: text_at(body, name) for name in names}
    missing = [name for name, text in texts.items() if text is None]
    if missing:
        raise _invalid({f"request.{each}": [f"The {each} field is required."] for each in missing})
    return [text for text in texts.values() if text is not None]


def _previous_turns(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    turns = body.get("PreviousTurns")
    turns = [] if turns is None else turns
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        raise _invalid({"request.PreviousTurns": ["PreviousTurns must be an array of turns."]})
    return turns


def _locale(request: Request, iso_lang_code: str | None) -> Locale:
    try:
        return read_locale(request.headers, iso_lang_code)
    except ValueError as error:
        raise _invalid({"SO-TimeZone": [str(error)]}) from error


def _select(request: Request, turn: Mapping[str, Any]) -> dict[str, Any]:
    chosen = request.query_params.get("$select", "")
    names = {each.strip().partition("/")[0].lower() for each in chosen.split(",") if each.strip()}
    return {
        name: value if not names or name.lower() in names else None for name, value in turn.items()
    }


def _reply(media_type: str, value: dict[str, Any] | list[dict[str, Any]]) -> Response:
    headers = {"Content-Type": f"{media_type}; charset=utf-8"}
    return Response(write(media_type, value), headers=headers)


def create_app() -> Starlette:
    """An emulator without stored turns."""
    system = _SuperOffice()
    routes = [
        Route("/", system.log_in, methods=["GET"]),
        Route("/login", system.log_in, methods=["GET"]),
        Route(_PATH + "GetChatbotResponse", system.respond, methods=["POST"]),
        Route(_PATH + "GetChatbotTurns", system.list_turns, methods=["POST"]),
    ]
    return Starlette(routes=routes, exception_handlers={EarlyResponse: answer_refused})


EMULATOR = Emulator(
    name="superoffice",
    create_app=create_app,
    base_path="",
    url_variable="SUPEROFFICE_URL",
    environment=_ENVIRONMENT,
)
