"""A Rasa assistant on its REST channel.

Source: Rasa's pages "Your Own Website" (RestInput) and "HTTP API". A server that was started with
`--auth-token` and `--jwt-secret` takes `?token=…`, or `Authorization: Bearer` with a token signed
with HS256; anything else is 401. Errors are `{version, status: failure, reason, message, code}`.

- `GET /`: a greeting, without authentication.
- `POST /webhooks/rest/webhook` with `{sender, message, metadata}`: a list of
  `{recipient_id, text, image, buttons, attachment, custom}`, of which each entry has what the bot
  said in it. It is empty if the bot only listens. Without `sender`, the sender is `default`.
- `GET /conversations/{sender}/tracker`: the events of a conversation, and its slots.

A button has a `title`, and a `payload` that is sent as the message when it is pressed: an intent,
such as `/mood_great`. As in Rasa, a blank line in a text begins another message. The bot is in
`rasa_rest_bot`. `[[shape]]` makes the first text a number; `[[shape buttons]]` takes the titles
of buttons away.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from harness.emulators.emulator import Emulator, Endpoint, Sample, make_app
from harness.emulators.fault_switches import FaultPlan, Faults, plain
from harness.emulators.http_api import EarlyResponse, read_json, refuse
from harness.emulators.rasa_rest_bot import answer

_VERSION = "3.6.20"
_JWT_SECRET = b"emulated-rasa-secret-of-at-least-32-bytes"
_DEFAULT_SENDER = "default"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _signature(signed: str) -> str:
    return _base64(hmac.new(_JWT_SECRET, signed.encode(), hashlib.sha256).digest())


def _made_token() -> str:
    head = _base64(b'{"alg":"HS256","typ":"JWT"}')
    body = _base64(b'{"user":{"username":"qa","role":"admin"}}')
    return f"{head}.{body}.{_signature(f'{head}.{body}')}"


_ENVIRONMENT = {
    "RASA_TOKEN": "emulated-rasa-6f81d0c2e95b4a37",
    "RASA_JWT": _made_token(),
}


@dataclass(slots=True, kw_only=True)
class _Tracker:
    sender: str
    slots: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        said = [event for event in self.events if event["event"] == "user"]
        return {
            "sender_id": self.sender,
            "slots": self.slots,
            "latest_message": {"text": said[-1]["text"]} if said else {},
            "events": self.events,
            "paused": False,
            "latest_input_channel": "rest" if said else None,
        }


@dataclass(slots=True, kw_only=True)
class _Rasa:
    trackers: dict[str, _Tracker] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)

    def routes(self) -> Mapping[str, Endpoint]:
        return {
            "GET /": self.greet,
            "POST /webhooks/rest/webhook": self.talk,
            "GET /conversations/{sender:path}/tracker": self.track,
        }

    async def greet(self, _request: Request) -> Response:
        return PlainTextResponse(f"Hello from Rasa: {_VERSION}")

    async def talk(self, request: Request) -> Response:
        _authenticate(request)
        body = await read_json(request, lambda reason: _failure(400, "BadRequest", str(reason)))
        if not isinstance(body, dict) or not isinstance(body.get("message"), str):
            raise _failure(400, "BadRequest", "The body must be an object with a message.")
        sender, metadata = body.get("sender") or _DEFAULT_SENDER, body.get("metadata") or {}
        plan = self.faults.plan(body["message"], sender)
        await plan.before()
        tracker = self.trackers.setdefault(sender, _Tracker(sender=sender))
        said = plain(body["message"])
        tracker.events.append(_event("user", said, metadata=metadata))
        parts = answer(said, tracker.slots, metadata)
        if plan.leak:
            parts = [*parts[:-1], {**parts[-1], "text": plan.with_leak(parts[-1].get("text", ""))}]
        replies = [{"recipient_id": sender, **part} for part in parts]
        tracker.events += [
            _event("bot", part.get("text"), data={k: v for k, v in part.items() if k != "text"})
            for part in parts
        ]
        return plan.after(JSONResponse(_shaped(replies, plan)))

    async def track(self, request: Request) -> Response:
        _authenticate(request)
        sender = request.path_params["sender"]
        return JSONResponse((self.trackers.get(sender) or _Tracker(sender=sender)).as_json())


def _event(kind: str, text: str | None, **more: object) -> dict[str, Any]:
    return {"event": kind, "timestamp": time.time(), "text": text, **more}


def _shaped(replies: list[dict[str, Any]], plan: FaultPlan) -> list[dict[str, Any]]:
    if plan.shape == "":
        return [{**reply, "text": 42} for reply in replies[:1]] + replies[1:]
    if plan.shape == "buttons":
        return [
            {**reply, "buttons": [{"payload": button["payload"]} for button in reply["buttons"]]}
            if "buttons" in reply
            else reply
            for reply in replies
        ]
    return replies


def _authenticate(request: Request) -> None:
    token = request.query_params.get("token")
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    is_known = token is not None and hmac.compare_digest(
        token.encode(), _ENVIRONMENT["RASA_TOKEN"].encode()
    )
    if not is_known and not (scheme.lower() == "bearer" and _is_signed(credentials)):
        raise _failure(401, "NotAuthenticated", "User is not authenticated.")


def _is_signed(token: str) -> bool:
    signed, _, signature = token.rpartition(".")
    head, _, body = signed.partition(".")
    try:
        claims = [json.loads(base64.urlsafe_b64decode(part + "==")) for part in (head, body)]
    except (ValueError, binascii.Error, RecursionError):
        return False
    return (
        all(isinstance(claim, dict) for claim in claims)
        and claims[0].get("alg") == "HS256"
        and "user" in claims[1]
        and hmac.compare_digest(signature.encode(), _signature(signed).encode())
    )


def _failure(status: int, reason: str, message: str) -> EarlyResponse:
    body: dict[str, Any] = {
        "version": _VERSION,
        "status": "failure",
        "message": message,
        "reason": reason,
        "details": {},
        "help": None,
        "code": status,
    }
    return refuse(status, body)


EMULATOR = Emulator(
    name="rasa-rest",
    create_app=lambda: make_app(_Rasa()),
    base_path="",
    url_variable="RASA_URL",
    environment=_ENVIRONMENT,
    settings={"token": "${env.RASA_TOKEN}"},
    sample=Sample(
        say=("Hello", "I am so happy"),
        contains=("How are you?", "carry on"),
        refusal=401,
    ),
)
