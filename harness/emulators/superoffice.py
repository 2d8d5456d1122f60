"""SuperOffice CRM, `GetChatbotResponse`: stateless, the client sends all previous turns.

Source: the vendor's pages "POST Agents/AI/GetChatbotResponse" and "GetChatbotTurns".

- Authentication is one of `Basic`, `Bearer`, `SoTicket` together with `SO-AppToken`, or, without
  an `Authorization` header, `X-XSRF-TOKEN` equal to the cookie `XSRF-TOKEN` that `GET /login`
  or `GET /` sets. Otherwise 401 and `WWW-Authenticate`.
- Request and reply are JSON or XML (see `superoffice_body`), a request may also be a form.
  415 for another or no `Content-Type`, 406 if `Accept` allows neither.
- 400 `{"Message": …, "ModelState": {…}}` for a malformed body or a missing `ChatId` or
  `UserPrompt`; error bodies are always JSON.
- `$select` nulls the properties that it does not name, ignoring case; of a path such as
  `category/id` the first part counts.
- Headers for language, culture and time zone: see `superoffice_locale`.
- `POST /api/v1/Agents/AI/GetChatbotTurns` with `ChatId`: the turns that were answered.

The answers are in `superoffice_bot`. `[[shape]]` leaves `BotResponse` out.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from harness.emulators.emulator import Emulator, Endpoint, Sample, make_app
from harness.emulators.fault_switches import Faults, plain
from harness.emulators.http_api import EarlyResponse, refuse, text_at
from harness.emulators.superoffice_body import FORM_TYPE, JSON_TYPES, XML_TYPES, read, write
from harness.emulators.superoffice_bot import answer
from harness.emulators.superoffice_locale import rank, read_locale

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


@dataclass(slots=True, kw_only=True)
class _SuperOffice:
    turns: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    xsrf_tokens: set[str] = field(default_factory=set)
    faults: Faults = field(default_factory=Faults)

    def routes(self) -> Mapping[str, Endpoint]:
        return {
            "GET /": self.log_in,
            "GET /login": self.log_in,
            f"POST {_PATH}GetChatbotResponse": self.respond,
            f"POST {_PATH}GetChatbotTurns": self.list_turns,
        }

    async def log_in(self, _request: Request) -> Response:
        token = secrets.token_urlsafe(24)
        self.xsrf_tokens.add(token)
        response = Response("<html><body>Logged in</body></html>", media_type="text/html")
        response.set_cookie("XSRF-TOKEN", token, samesite="lax")
        return response

    async def respond(self, request: Request) -> Response:
        reply_type, body = await self._read(request)
        chat_id, prompt = _required(body, "ChatId", "UserPrompt")
        previous = _previous_turns(body)
        try:
            locale = read_locale(request.headers, text_at(body, "IsoLangCode"))
        except ValueError as error:
            raise _invalid(("SO-TimeZone", str(error))) from error
        plan = self.faults.plan(prompt, chat_id)
        await plan.before()
        said = answer(plain(prompt), previous, language=locale.language, culture=locale.culture)
        turn: dict[str, Any] = {
            "Timestamp": locale.timestamp(time.time_ns()),
            "UserPrompt": prompt,
            "UserDisplayText": text_at(body, "DisplayValue") or prompt,
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
        turns = [_select(request, turn) for turn in self.turns.get(chat_id, [])]
        return _reply(reply_type, turns)

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
            raise _invalid(("request", str(error))) from error

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


def _invalid(*problems: tuple[str, str]) -> EarlyResponse:
    """A refusal with problems, each with the name of what is wrong."""
    state = {name: [problem] for name, problem in problems}
    return refuse(400, {"Message": "The request is invalid.", "ModelState": state})


def _required(body: Mapping[str, Any], *names: str) -> list[str]:
    texts = {name: text_at(body, name) for name in names}
    missing = [name for name, text in texts.items() if text is None]
    if missing:
        raise _invalid(*((f"request.{each}", f"The {each} field is required.") for each in missing))
    return [text for text in texts.values() if text is not None]


def _previous_turns(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    turns = body.get("PreviousTurns")
    if turns is None:
        return []
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        raise _invalid(("request.PreviousTurns", "PreviousTurns must be an array of turns."))
    return turns


def _select(request: Request, turn: Mapping[str, Any]) -> dict[str, Any]:
    chosen = request.query_params.get("$select", "")
    names = {each.strip().partition("/")[0].lower() for each in chosen.split(",") if each.strip()}
    return {
        name: value if not names or name.lower() in names else None for name, value in turn.items()
    }


def _reply(media_type: str, value: dict[str, Any] | list[dict[str, Any]]) -> Response:
    headers = {"Content-Type": f"{media_type}; charset=utf-8"}
    return Response(write(media_type, value), headers=headers)


EMULATOR = Emulator(
    name="superoffice",
    create_app=lambda: make_app(_SuperOffice()),
    base_path="",
    url_variable="SUPEROFFICE_URL",
    environment=_ENVIRONMENT,
    settings={
        "username": "${env.SUPEROFFICE_USERNAME}",
        "password": "${env.SUPEROFFICE_PASSWORD}",
    },
    sample=Sample(
        say=("How do I reset my password?", "How do I reset my password?"),
        contains=("Forgot Password", "password"),
        refusal=401,
    ),
)
