"""A bot that speaks JSON over a WebSocket.

The handshake needs `Authorization: Bearer`; otherwise its status is 401. After it, the client sends
`{type: message, text, metadata}`, and the server sends events:

| event | meaning |
|---|---|
| `{type: message, id, text, buttons}` | a message; a button has a `title` and a `payload` |
| `{type: delta, id, text}` | a piece of the message with this id |
| `{type: typing}` | the bot is writing |
| `{type: error, code, message}` | the message of the client is refused; the turn is over |
| `{type: done}` | the turn is over |

On `/chat` the bot greets first. On `/plain` it neither greets nor sends `done`. It knows the name
that was said on the same connection.

The fault switches of HTTP are sent as messages: `[[status 503]]` and `[[error 200]]` are errors,
`[[html]]` and `[[empty]]` are a page and an empty text instead of JSON. `[[close]]` closes the
connection in the middle of a reply with 1011, and `[[drip 50ms]]` is the time between two events.
`[[shape]]` makes the texts numbers; `[[shape buttons]]` takes the titles of buttons away.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from harness.emulators.emulator import Emulator, Sample
from harness.emulators.fault_switches import AFTERTHOUGHT, FaultPlan, Faults, plain
from harness.emulators.http_api import PAUSE_SECONDS, EarlyResponse

Event = dict[str, Any]

_ENVIRONMENT = {"WEBSOCKET_JSON_API_KEY": "emulated-wsj-4be07f92a6c81d35"}
_DONE: Event = {"type": "done"}
_TYPING: Event = {"type": "typing"}
_INTERNAL_ERROR = 1011
_NAME = re.compile(r"my name is (\w+)", re.IGNORECASE)
_STORY = "Once upon a time there was a bot. It never slept."
_BUTTONS = [
    {"title": "Opening hours", "payload": "What are your opening hours?"},
    {"title": "Tell me a story"},
]


def _error(code: str, message: str) -> Event:
    return {"type": "error", "code": code, "message": message}


@dataclass(slots=True, kw_only=True)
class _Bot:
    """One conversation."""

    name: str = ""
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def message(self, text: str, **more: object) -> Event:
        return {"type": "message", "id": f"m{next(self.numbers)}", "text": text, **more}

    def answer(self, said: str, metadata: Mapping[str, Any]) -> list[Event]:
        """The events of a turn, without its end."""
        lower = said.lower()
        if named := _NAME.search(said):
            self.name = named[1]
            return [self.message(f"Nice to meet you, {self.name}.")]
        if "my name" in lower:
            known = f"Your name is {self.name}." if self.name else "You have not told me your name."
            return [self.message(known)]
        if "where am i" in lower:
            page = metadata.get("page", "that you have not named")
            return [self.message(f"You are on the page {page}.")]
        if ordered := re.search(r"\border (\w+)", lower):
            return [_TYPING, _error("unknown_order", f"There is no order {ordered[1]}.")]
        return self._of_the_shop(lower)

    def _of_the_shop(self, lower: str) -> list[Event]:
        if "opening hours" in lower:
            texts = ("We are open from nine to five.", "On Sundays we are closed.")
            return [event for text in texts for event in (_TYPING, self.message(text))]
        if "story" in lower:
            return [*self._pieces(_STORY), self.message("Another one?", buttons=_BUTTONS[1:])]
        if "hello" in lower:
            return [_TYPING, self.message("Hello! How can I help you?", buttons=_BUTTONS)]
        return [self.message("Sorry, I did not understand that.")]

    def _pieces(self, text: str) -> list[Event]:
        """A message in pieces of seven characters, which are not words."""
        whole = self.message(text)
        pieces = [text[start : start + 7] for start in range(0, len(text), 7)]
        return [{"type": "delta", "id": whole["id"], "text": piece} for piece in pieces]


@dataclass(slots=True, kw_only=True)
class _Server:
    faults: Faults = field(
        default_factory=lambda: Faults(
            lambda status: _error(str(status), f"The message asked for status {status}.")
        )
    )
    connections: Iterator[int] = field(default_factory=itertools.count)

    async def chat(self, socket: WebSocket) -> None:
        await self._serve(socket, is_plain=False)

    async def plain(self, socket: WebSocket) -> None:
        await self._serve(socket, is_plain=True)

    async def _serve(self, socket: WebSocket, *, is_plain: bool) -> None:
        given = socket.headers.get("authorization", "").encode()
        known = f"Bearer {_ENVIRONMENT['WEBSOCKET_JSON_API_KEY']}".encode()
        if not secrets.compare_digest(given, known):
            body = _error("unauthorized", "The key is missing or wrong.")
            headers = {"WWW-Authenticate": "Bearer"}
            await socket.send_denial_response(JSONResponse(body, 401, headers))
            return
        await socket.accept()
        bot, name = _Bot(), f"connection {next(self.connections)}"
        end = [] if is_plain else [_DONE]
        try:
            if not is_plain:
                await _send(socket, [bot.message("Welcome to our shop."), _DONE])
            while True:
                await self._turn(socket, bot, await socket.receive(), name, end)
        except WebSocketDisconnect:
            return

    async def _turn(
        self, socket: WebSocket, bot: _Bot, received: Mapping[str, Any], name: str, end: list[Event]
    ) -> None:
        """Answer one message. Raises WebSocketDisconnect if the connection is over."""
        if received["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(received.get("code", 1005))
        asked = _read(received.get("text"))
        if asked is None:
            await _send(socket, [_error("bad_message", "Expected {type: message, text}.")])
            return
        plan = self.faults.plan(asked["text"], name)
        try:
            await plan.before()
        except EarlyResponse as refusal:
            await socket.send_text(bytes(refusal.response.body).decode())
            return
        events = bot.answer(plain(asked["text"]), asked.get("metadata") or {})
        if events[-1]["type"] != "error":
            events += end
        events = [_shaped(event, plan) for event in events]
        if plan.close:
            await _send(socket, events[: len(events) // 2])
            await socket.close(_INTERNAL_ERROR, "the bot is gone")
            raise WebSocketDisconnect(_INTERNAL_ERROR)
        await _send(socket, events, plan.drip or PAUSE_SECONDS)
        if plan.late:
            await asyncio.sleep(plan.late)
            await _send(socket, [bot.message(AFTERTHOUGHT)])


async def _send(socket: WebSocket, events: list[Event], pause: float = PAUSE_SECONDS) -> None:
    for event in events:
        await socket.send_text(json.dumps(event))
        await asyncio.sleep(pause)


def _read(text: str | None) -> Event | None:
    """A message of the client; None if it is not one."""
    try:
        read = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    is_message = isinstance(read, dict) and read.get("type") == "message"
    if not is_message or not isinstance(read.get("text"), str):
        return None
    return read if isinstance(read.get("metadata") or {}, dict) else None


def _shaped(event: Event, plan: FaultPlan) -> Event:
    """An event as the switches of the message want it."""
    if plan.shape == "" and "text" in event:
        return {**event, "text": 42}
    if plan.shape == "buttons" and "buttons" in event:
        return {**event, "buttons": [{"payload": "none"}]}
    if event["type"] == "message" and plan.leak:
        return {**event, "text": plan.with_leak(event["text"])}
    return event


def _create_app() -> Starlette:
    server = _Server()
    return Starlette(
        routes=[WebSocketRoute("/chat", server.chat), WebSocketRoute("/plain", server.plain)]
    )


EMULATOR = Emulator(
    name="websocket-json",
    create_app=_create_app,
    base_path="",
    url_variable="WEBSOCKET_JSON_URL",
    environment=_ENVIRONMENT,
    settings={"api_key": "${env.WEBSOCKET_JSON_API_KEY}"},
    sample=Sample(
        say=("Hello", "What are your opening hours?"),
        contains=("How can I help you?", "nine to five"),
        refusal=401,
    ),
)
