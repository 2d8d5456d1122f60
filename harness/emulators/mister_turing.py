"""Mister Turing, assistant API v4.0: set-up calls, a conversation, a streamed reply.

Source: the vendor's page "Quick Start - Sample IT Assistant" and those next to it. Every
path answers 403 without `authorization: Bearer TOKEN`, and 400 `{"field": ["…"]}` for a body
that lacks a field.

- `POST /v4.0/assistant/`: 201, the whole assistant. Later calls name its `external_id`.
- `POST /v4.0/assistant/deploy/`: 200, the preview version; 404 for an unknown assistant.
- `POST /v4.0/assistant/conversation/`: 201; 404 for an unknown assistant, 400 for one that was
  not deployed.
- `POST /v4.0/assistant/chat/`: the answer as a stream. The page does not star
  `conversation_id`: without one, the message is answered without a memory. Unknown: 404.
- `GET /v4.0/assistant/conversations/{id}/`: the details. `source_tool` is an object.
- `GET /v4.0/assistant/conversation/?page=1&items_per_page=10`: the list.

A stream has the type `text/event-stream; charset=utf-8`. Usually it has one event (`data:`
lines) for every few words. If the assistant's description or the message contains the word
"raw", the body is the bare text, cut every 16 bytes and so also inside a character. No event
marks the end. Pieces are 5 ms apart. The answers are in `mister_turing_bot`.

`[[shape]]` answers an event without a text, `[[shape json]]` an error as `application/json`,
`[[shape error-event]]` an event of the type error under status 200, `[[shape comments]]`
comments only, and `[[shape endless]]` an answer without an end.
"""

from __future__ import annotations

import itertools
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from harness.emulators import mister_turing_bot as bot
from harness.emulators.emulator import Emulator, Endpoint, Sample, make_app
from harness.emulators.fault_switches import Faults, plain
from harness.emulators.http_api import EarlyResponse, read_json, refuse, stream, text_at

_BASE_PATH = "/v4.0"
_ENVIRONMENT = {"MISTER_TURING_TOKEN": "emulated-turing-7d20f6c85be94a13"}
_RAW_BYTES = 16
_RAW = re.compile(r"\braw\b", re.IGNORECASE)


def _now() -> str:
    return datetime.now(UTC).strftime("%m/%d/%Y %H:%M")


@dataclass(slots=True, kw_only=True)
class _Assistant:
    name: str
    description: str
    external_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_at: str = field(default_factory=_now)
    version: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "external_id": self.external_id,
            "name": self.name,
            "description": self.description,
            "created_at": self.created_at,
            "assistant_preferences": {
                "title": self.name,
                "primary_color": "#1D4ED8",
                "welcome_message": "Hey! How can I help you?",
            },
        }


@dataclass(slots=True, kw_only=True)
class _Conversation:
    assistant: _Assistant
    conversation_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_at: str = field(default_factory=_now)
    memory: bot.Memory = field(default_factory=bot.Memory)
    messages: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "conversation_id": self.conversation_id,
            "question": self.messages[-1]["question"] if self.messages else None,
            "messages_count": len(self.messages),
            "created_at": self.created_at,
            "source_tool": {
                "name": self.assistant.name,
                "external_id": self.assistant.external_id,
                "type": "assistant",
            },
        }

    def add(self, question: str, answer: bot.AssistantAnswer) -> None:
        self.messages.append(
            {
                "question": question,
                "created_at": _now(),
                "answer": answer.text,
                "sources": [{"name": name} for name in answer.sources],
                "extractions": [
                    {"extraction_name": name, "extraction_value": value}
                    for name, value in answer.extractions
                ],
            }
        )


@dataclass(slots=True, kw_only=True)
class _MisterTuring:
    assistants: dict[str, _Assistant] = field(default_factory=dict)
    conversations: dict[str, _Conversation] = field(default_factory=dict)
    tickets: Iterator[int] = field(default_factory=lambda: itertools.count(1001))
    faults: Faults = field(default_factory=Faults)

    def routes(self) -> Mapping[str, Endpoint]:
        path = f"{_BASE_PATH}/assistant/"
        return {
            f"POST {path}": self.create_assistant,
            f"POST {path}deploy/": self.deploy,
            f"POST {path}conversation/": self.open_conversation,
            f"GET {path}conversation/": self.list_conversations,
            f"POST {path}chat/": self.chat,
            f"GET {path}conversations/{{conversation_id}}/": self.get_conversation,
        }

    async def create_assistant(self, request: Request) -> Response:
        body = await _object(request)
        description = text_at(body, "description") or ""
        assistant = _Assistant(name=_required(body, "name"), description=description)
        self.assistants[assistant.external_id] = assistant
        return JSONResponse(assistant.as_json(), status_code=201)

    async def deploy(self, request: Request) -> Response:
        assistant = self._assistant(await _object(request))
        assistant.version += 1
        return JSONResponse(
            {
                "assistant_id": assistant.external_id,
                "version": {"type": "preview", "number": assistant.version, "created_at": _now()},
            }
        )

    async def open_conversation(self, request: Request) -> Response:
        assistant = self._assistant(await _object(request))
        if not assistant.version:
            raise refuse(400, {"assistant_id": ["The assistant has no preview version."]})
        conversation = _Conversation(assistant=assistant)
        self.conversations[conversation.conversation_id] = conversation
        return JSONResponse(conversation.as_json(), status_code=201)

    async def list_conversations(self, request: Request) -> Response:
        _authorize(request)
        page, size = _number(request, "page", 1), _number(request, "items_per_page", 10)
        newest_first = [each.as_json() for each in reversed(self.conversations.values())]
        return JSONResponse(
            {
                "page": page,
                "items_per_page": size,
                "total": len(newest_first),
                "conversations": newest_first[(page - 1) * size : page * size],
            }
        )

    async def get_conversation(self, request: Request) -> Response:
        _authorize(request)
        conversation = self._conversation(request.path_params["conversation_id"])
        return JSONResponse({**conversation.as_json(), "messages": conversation.messages})

    async def chat(self, request: Request) -> Response:
        body = await _object(request)
        message, conversation_id = _required(body, "message"), body.get("conversation_id")
        conversation = (
            _Conversation(assistant=_Assistant(name="Sample IT Assistant", description=""))
            if conversation_id is None
            else self._conversation(conversation_id)
        )
        plan = self.faults.plan(message, conversation.conversation_id)
        await plan.before()
        said = plain(message)
        answer = bot.answer(conversation.memory, said, lambda: f"IT-{next(self.tickets)}")
        conversation.add(message, answer)
        text = plan.with_leak(answer.text)
        if plan.shape == "json":
            return plan.after(JSONResponse({"detail": "The quota is used up."}))
        is_raw = _RAW.search(said) or _RAW.search(conversation.assistant.description)
        pieces = _frame_raw(text) if is_raw else _frame_events(text)
        return plan.after(stream(_misshape(plan.shape, pieces), "text/event-stream; charset=utf-8"))

    def _assistant(self, body: dict[str, Any]) -> _Assistant:
        assistant_id = _required(body, "assistant_id")
        if assistant_id not in self.assistants:
            raise refuse(404, {"detail": "Assistant not found."})
        return self.assistants[assistant_id]

    def _conversation(self, conversation_id: object) -> _Conversation:
        if not isinstance(conversation_id, str) or conversation_id not in self.conversations:
            raise refuse(404, {"detail": "Conversation not found."})
        return self.conversations[conversation_id]


def _authorize(request: Request) -> None:
    given = request.headers.get("authorization")
    if given != f"Bearer {_ENVIRONMENT['MISTER_TURING_TOKEN']}":
        missing = "Authentication credentials were not provided."
        raise refuse(403, {"detail": "Invalid token." if given else missing})


async def _object(request: Request) -> dict[str, Any]:
    _authorize(request)
    body = await read_json(request)
    if not isinstance(body, dict):
        raise refuse(400, {"detail": "The body must be an object."})
    return body


def _required(body: dict[str, Any], name: str) -> str:
    if value := text_at(body, name):
        return value
    raise refuse(400, {name: ["This field is required."]})


def _number(request: Request, name: str, default: int) -> int:
    value = request.query_params.get(name, str(default))
    if not re.fullmatch(r"[1-9][0-9]{0,5}", value):
        raise refuse(400, {name: ["A valid positive integer is required."]})
    return int(value)


def _frame_events(text: str) -> Iterable[bytes]:
    for words in re.findall(r"(?:\s*\S+){1,3}\s*", text):
        lines = "".join(f"data: {line}\n" for line in words.split("\n"))
        yield f"{lines}\n".encode()


def _frame_raw(text: str) -> Iterable[bytes]:
    whole = text.encode()
    return (whole[start : start + _RAW_BYTES] for start in range(0, len(whole), _RAW_BYTES))


def _misshape(shape: str | None, pieces: Iterable[bytes]) -> Iterable[bytes]:
    shapes: dict[str | None, Iterable[bytes]] = {
        "": [b"data:\n\n"],
        "error-event": [b'event: error\ndata: {"error": "The model is overloaded."}\n\n'],
        "comments": [b": keep-alive\n\n"] * 3,
        "endless": itertools.cycle(pieces),
    }
    return shapes.get(shape, pieces)


async def _answer_error(request: Request, error: HTTPException) -> Response:
    try:
        _authorize(request)
    except EarlyResponse as early:
        return early.response
    return JSONResponse({"detail": error.detail}, status_code=error.status_code)


EMULATOR = Emulator(
    name="mister-turing",
    create_app=lambda: make_app(
        _MisterTuring(), answer_error=_answer_error, redirects_slashes=False
    ),
    base_path=_BASE_PATH,
    url_variable="MISTER_TURING_URL",
    environment=_ENVIRONMENT,
    settings={"token": "${env.MISTER_TURING_TOKEN}"},
    sample=Sample(
        say=("Hello", "I have forgotten my password"),
        contains=("How can I help you?", "self-service portal"),
        refusal=403,
    ),
)
