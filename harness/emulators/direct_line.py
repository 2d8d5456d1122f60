"""Microsoft Bot Framework's Direct Line API 3.0.

Source: Microsoft's page "API reference - Direct Line API 3.0" and the activity schema. All paths
begin with `/v3/directline`, and every request has `Authorization: Bearer` with the secret of the
bot or with a token of one conversation. Errors are `{"error": {"code", "message"}}`: 401 without
a header, 403 for what is not known, for a token of another conversation, and, with the code
`TokenExpired`, for a token that is over.

- `POST /tokens/generate`, with the secret, and `POST /tokens/refresh`, with a token:
  `{conversationId, token, expires_in}`.
- `POST /conversations`: 201, the same with a `streamUrl`, which is not served; 200 if the token
  has a conversation already. `GET /conversations/{id}` begins the stream again.
- `POST /conversations/{id}/activities`: `{"id": …}` as soon as the bot has answered, or 502 if
  it fails.
- `GET /conversations/{id}/activities?watermark=…`: `{activities, watermark}`, of all activities
  or of those after the watermark; the user's own are among them.
- `POST /__emulator__/expire`, at the root and not part of the API: all tokens so far are over.

The bot greets first. It shows that it is typing before each answer, and says what `direct_line_bot`
lists. `[[late]]` sends a message that replies to nothing. `[[shape]]` makes a text a number, and
`[[shape posted]]` leaves out the id of the posted activity.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from harness.emulators.direct_line_bot import GREETING, answer
from harness.emulators.emulator import Emulator, Endpoint, Sample, make_app
from harness.emulators.fault_switches import Afterthoughts, FaultPlan, Faults, plain
from harness.emulators.http_api import EarlyResponse, read_json, refuse

_PATH = "/v3/directline"
_SECONDS = 1800
_ENVIRONMENT = {"DIRECT_LINE_SECRET": "emulated-direct-line.3f0b9c71d86e42a5"}
_BOT = {"id": "contoso-bot", "name": "Contoso", "role": "bot"}


@dataclass(slots=True, kw_only=True)
class _Conversation:
    id: str
    activities: list[dict[str, Any]] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)
    afterthoughts: Afterthoughts = field(default_factory=Afterthoughts)
    has_begun: bool = False

    def add(self, activity: dict[str, Any]) -> dict[str, Any]:
        """An activity as it is kept: with an id, a time and the conversation."""
        added = {
            **activity,
            "id": f"{self.id}|{len(self.activities):07d}",
            "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "channelId": "directline",
            "conversation": {"id": self.id},
        }
        self.activities.append(added)
        return added

    def say(self, parts: list[dict[str, Any]], reply_to: str | None = None) -> None:
        for part in parts:
            self.add({"type": "message", "from": _BOT, **part} | _replying(reply_to))


def _replying(reply_to: str | None) -> dict[str, Any]:
    return {"replyToId": reply_to} if reply_to else {}


@dataclass(slots=True, kw_only=True)
class _DirectLine:
    conversations: dict[str, _Conversation] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)
    faults: Faults = field(default_factory=Faults)

    def routes(self) -> Mapping[str, Endpoint]:
        return {
            f"POST {_PATH}/tokens/generate": self.generate,
            f"POST {_PATH}/tokens/refresh": self.refresh,
            f"POST {_PATH}/conversations": self.start,
            f"GET {_PATH}/conversations/{{id}}": self.reconnect,
            f"POST {_PATH}/conversations/{{id}}/activities": self.post,
            f"GET {_PATH}/conversations/{{id}}/activities": self.get,
            "POST /__emulator__/expire": self.expire,
        }

    async def generate(self, request: Request) -> Response:
        if self._conversation_of(request) is not None:
            raise _failure(403, "BadArgument", "A token cannot generate a token.")
        return JSONResponse(self._token_for(self._new()))

    async def refresh(self, request: Request) -> Response:
        conversation = self._conversation_of(request)
        if conversation is None:
            raise _failure(403, "BadArgument", "The secret cannot be refreshed.")
        return JSONResponse(self._token_for(conversation))

    async def expire(self, _request: Request) -> Response:
        self.expired.update(self.tokens)
        return Response(status_code=204)

    async def start(self, request: Request) -> Response:
        conversation = self._conversation_of(request) or self._new()
        status = 200 if conversation.has_begun else 201
        if not conversation.has_begun:
            conversation.has_begun = True
            conversation.say([GREETING])
        return JSONResponse(self._opened(request, conversation), status_code=status)

    async def reconnect(self, request: Request) -> Response:
        return JSONResponse(self._opened(request, self._find(request)))

    async def post(self, request: Request) -> Response:
        conversation = self._find(request)
        activity = await read_json(request, lambda reason: _failure(400, "BadSyntax", str(reason)))
        if not isinstance(activity, dict) or not isinstance(activity.get("type"), str):
            raise _failure(400, "MissingProperty", "The activity must have a type.")
        sender = activity.get("from")
        if not isinstance(sender, dict) or not isinstance(sender.get("id"), str):
            raise _failure(400, "MissingProperty", "The activity must have 'from.id'.")
        text = activity.get("text") if activity["type"] == "message" else ""
        plan = self.faults.plan(text if isinstance(text, str) else "", conversation.id)
        await plan.before()
        posted = conversation.add(activity)
        if activity["type"] == "message":
            self._reply(conversation, posted, plan)
        body = {"id": posted["id"]} if plan.shape != "posted" else {}
        return plan.after(JSONResponse(body))

    def _reply(self, conversation: _Conversation, posted: dict[str, Any], plan: FaultPlan) -> None:
        parts = answer(plain(posted.get("text") or ""), posted, conversation.known)
        if parts is None:
            raise _failure(502, "BotError", "The bot encountered an error.")
        conversation.add({"type": "typing", "from": _BOT, "replyToId": posted["id"]})
        if plan.leak:
            parts = [*parts[:-1], {**parts[-1], "text": plan.with_leak(parts[-1].get("text", ""))}]
        if plan.shape == "":
            parts = [{**parts[0], "text": 42}, *parts[1:]]
        conversation.say(parts, posted["id"])
        conversation.afterthoughts.add(plan.late)

    async def get(self, request: Request) -> Response:
        conversation = self._find(request)
        conversation.say([{"text": text} for text in conversation.afterthoughts.said()])
        watermark = request.query_params.get("watermark") or "0"
        if not watermark.isdecimal() or int(watermark) > len(conversation.activities):
            raise _failure(400, "BadArgument", "The watermark is not valid.")
        return JSONResponse(
            {
                "activities": conversation.activities[int(watermark) :],
                "watermark": str(len(conversation.activities)),
            }
        )

    def _new(self) -> _Conversation:
        conversation = _Conversation(id=secrets.token_urlsafe(12))
        self.conversations[conversation.id] = conversation
        return conversation

    def _token_for(self, conversation: _Conversation) -> dict[str, Any]:
        token = f"emulated.{secrets.token_urlsafe(24)}"
        self.tokens[token] = conversation.id
        return {"conversationId": conversation.id, "token": token, "expires_in": _SECONDS}

    def _opened(self, request: Request, conversation: _Conversation) -> dict[str, Any]:
        opened = self._token_for(conversation)
        stream = f"ws://{request.url.netloc}{_PATH}/conversations/{conversation.id}/stream"
        return {**opened, "streamUrl": f"{stream}?t={opened['token']}"}

    def _conversation_of(self, request: Request) -> _Conversation | None:
        """The conversation of a token; None for the secret. Refuses anything else."""
        credentials = _credentials(request)
        if credentials in self.expired:
            raise _failure(403, "TokenExpired", "Token has expired")
        if secrets.compare_digest(
            credentials.encode(), _ENVIRONMENT["DIRECT_LINE_SECRET"].encode()
        ):
            return None
        if credentials not in self.tokens:
            raise _failure(403, "BadArgument", "Invalid token or secret")
        return self.conversations[self.tokens[credentials]]

    def _find(self, request: Request) -> _Conversation:
        owner, name = self._conversation_of(request), request.path_params["id"]
        conversation = self.conversations.get(name)
        if owner is not None and owner.id != name:
            raise _failure(403, "BadArgument", "The token is of another conversation.")
        if conversation is None or not conversation.has_begun:
            raise _failure(404, "BadArgument", "Conversation not found")
        return conversation


def _credentials(request: Request) -> str:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not credentials:
        raise _failure(401, "BadArgument", "Missing token or secret")
    return credentials


def _failure(status: int, code: str, message: str) -> EarlyResponse:
    return refuse(status, {"error": {"code": code, "message": message}})


EMULATOR = Emulator(
    name="direct-line",
    create_app=lambda: make_app(_DirectLine()),
    base_path="",
    url_variable="DIRECT_LINE_URL",
    environment=_ENVIRONMENT,
    settings={
        "secret": "${env.DIRECT_LINE_SECRET}",
        "poll_every": "10ms",
        "poll_timeout": "5s",
        "quiet": "30ms",
    },
    sample=Sample(
        say=("Hello", "My name is Ada"),
        contains=("You said: Hello", "Ada"),
        refusal=401,
        refusal_of_wrong=403,
    ),
)
