"""Anthropic's Messages: one request holds the whole conversation; streamed or not.

Source: https://docs.anthropic.com/en/api/messages and the pages next to it, "Streaming messages"
and "Errors". Every path answers 401 without the key, which is in `x-api-key` or, as today's client
sends it, in `Authorization: Bearer KEY`, and 400 without `anthropic-version`. The rules of a
request are in `anthropic_request`, the answers in `model_bot`.

- `POST /v1/messages`: 200; 400 for a request that breaks the rules, 404 for an unknown model.
- `GET /v1/models`, `GET /v1/models/{model}`: the models, and 404 for an unknown one.

An error is `{"type": "error", "error": {"type": …, "message": …}, "request_id": …}`. A refusal has
the `stop_reason` `refusal` and no content. Before it calls tools, the bot says so in a text.

With `stream: true`, each server-sent event has its type as its name: `message_start`, of each block
`content_block_start`, `content_block_delta` and `content_block_stop`, then `message_delta` and
`message_stop`. The data of an event ends with spaces before its last brace, and a `ping` follows
the start of the first block. The arguments of a call come as pieces of JSON.

`[[shape]]` answers a text that is a number, `[[shape error-event]]` an `overloaded_error` inside
the stream, `[[shape endless]]` a stream that does not end, `[[shape cut]]` one without its end.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from harness.emulators import anthropic_request as rules
from harness.emulators.emulator import Emulator, Endpoint, Sample, make_app
from harness.emulators.fault_switches import Faults
from harness.emulators.http_api import refuse, stream
from harness.emulators.model_bot import ModelAnswer, ModelBot, spoken, tokens

_KEY = "emulated-anthropic-94c1d07ba3e84f52"
_BEFORE_CALLS = "Let me look that up."
Events = Iterator[dict[str, Any]]


@dataclass(slots=True, kw_only=True)
class _Messages:
    """The endpoints."""

    faults: Faults = field(default_factory=lambda: Faults(rules.error_body))
    bot: ModelBot = field(default_factory=lambda: ModelBot("toolu_"))
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def routes(self) -> Mapping[str, Endpoint]:
        return {
            "POST /v1/messages": self.create,
            "GET /v1/models": self.list_models,
            "GET /v1/models/{model}": self.get_model,
        }

    async def create(self, request: Request) -> Response:
        _authorize(request)
        body = rules.require_rules(await rules.read_body(request))
        said = rules.read_messages(body["messages"])
        system = rules.text_in(body.get("system") or "", "system")
        asked = [each.text for each in said if each.role == "user"] or [""]
        plan = self.faults.plan(asked[-1], f"{system}\n{asked[0]}")
        await plan.before()
        answer = self.bot.answer(system, [*map(spoken, said)], rules.tools_in(body))
        answer = answer.cut(body["max_tokens"])
        prompt = sum(len(tokens(text)) for text in (system, *(each.text for each in said)))
        blocks = _blocks(answer, plan.with_leak(answer.text))
        if plan.shape == "" and blocks:
            blocks[0]["text"] = 42
        message = {
            "id": self._new_id("msg_"),
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": blocks,
            **_end(answer),
            "usage": {
                "input_tokens": prompt,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
                "output_tokens": max(answer.size, 1),
                "service_tier": "standard",
            },
        }
        if not body.get("stream"):
            return plan.after(self._stamped(JSONResponse(message)))
        events = _misshape(plan.shape, map(_event, _events(message)))
        return plan.after(self._stamped(stream(events, "text/event-stream; charset=utf-8")))

    async def list_models(self, request: Request) -> Response:
        _authorize(request)
        models = [*map(_model, rules.MODELS)]
        ends = {"first_id": rules.MODELS[0], "last_id": rules.MODELS[-1]}
        return self._stamped(JSONResponse({"data": models, "has_more": False, **ends}))

    async def get_model(self, request: Request) -> Response:
        _authorize(request)
        name = request.path_params["model"]
        rules.require_model(name)
        return self._stamped(JSONResponse(_model(name)))

    def _new_id(self, prefix: str) -> str:
        return f"{prefix}{next(self.ids):024d}"

    def _stamped(self, response: Response) -> Response:
        response.headers["request-id"] = self._new_id("req_")
        response.headers["anthropic-organization-id"] = "emulated-organization"
        return response


def _authorize(request: Request) -> None:
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    given = request.headers.get("x-api-key") or bearer
    if given != _KEY:
        message = "invalid x-api-key" if given else "x-api-key header is required"
        raise refuse(401, rules.error_body(401, message))
    if not request.headers.get("anthropic-version"):
        raise rules.invalid("anthropic-version: header is required")


def _blocks(answer: ModelAnswer, text: str) -> list[dict[str, Any]]:
    if answer.is_refusal:
        return []
    said = _BEFORE_CALLS if answer.calls else text
    calls = [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": dict(call.arguments)}
        for call in answer.calls
    ]
    return [{"type": "text", "text": said}, *calls]


def _end(answer: ModelAnswer) -> dict[str, Any]:
    reason, details = "end_turn", None
    if answer.calls:
        reason = "tool_use"
    elif answer.is_cut:
        reason = "max_tokens"
    elif answer.is_refusal or answer.is_filtered:
        reason = "refusal"
        details = {"type": "refusal", "category": "general_harms", "explanation": answer.text}
    return {"stop_reason": reason, "stop_sequence": None, "stop_details": details}


def _events(message: Mapping[str, Any]) -> Events:
    usage = message["usage"]
    ends = ("stop_reason", "stop_sequence", "stop_details")
    begun = {**message, "content": [], "usage": {**usage, "output_tokens": 1}}
    yield {"type": "message_start", "message": {**begun, **dict.fromkeys(ends)}}
    for index, block in enumerate(message["content"]):
        is_text = block["type"] == "text"
        empty = {**block, "text": ""} if is_text else {**block, "input": {}}
        yield {"type": "content_block_start", "index": index, "content_block": empty}
        if index == 0:
            yield {"type": "ping"}
        for delta in _deltas(block):
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    end = {key: message[key] for key in ends}
    yield {
        "type": "message_delta",
        "delta": end,
        "usage": {"output_tokens": usage["output_tokens"]},
    }
    yield {"type": "message_stop"}


def _deltas(block: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
    if block["type"] == "text":
        text = block["text"]
        pieces = tokens(text) if isinstance(text, str) else [text]
        return [{"type": "text_delta", "text": piece} for piece in pieces]
    written = json.dumps(block["input"], ensure_ascii=False)
    pieces = ["", *tokens(written)]
    return [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]


def _event(event: Mapping[str, Any]) -> bytes:
    text = json.dumps(event, ensure_ascii=False)
    padded = f"{text[:-1]}{' ' * (16 - len(text) % 16)}}}"
    return f"event: {event['type']}\ndata: {padded}\n\n".encode()


def _misshape(shape: str | None, events: Iterator[bytes]) -> Iterable[bytes]:
    if not shape:
        return events
    whole = [*events]
    half = whole[: max(1, len(whole) // 2)]
    shapes: dict[str, Iterable[bytes]] = {
        "error-event": [*half, _event(rules.error_body(529))],
        "endless": itertools.cycle(half),
        "cut": half,
    }
    return shapes.get(shape, whole)


def _model(name: str) -> dict[str, Any]:
    created = "2025-10-01T00:00:00Z"
    return {"type": "model", "id": name, "display_name": name.title(), "created_at": created}


async def _answer_error(request: Request, error: HTTPException) -> Response:
    body = rules.error_body(error.status_code, f"Not found: {request.url.path}")
    return JSONResponse(body, status_code=error.status_code)


EMULATOR = Emulator(
    name="anthropic-messages",
    create_app=lambda: make_app(_Messages(), answer_error=_answer_error),
    base_path="",
    url_variable="ANTHROPIC_BASE_URL",
    environment={"ANTHROPIC_API_KEY": _KEY},
    settings={"api_key": "${env.ANTHROPIC_API_KEY}", "model": rules.MODELS[0]},
    sample=Sample(
        say=("My name is Ada.", "What is my name?"),
        contains=("Nice to meet you, Ada.", "Your name is Ada."),
        refusal=401,
    ),
)
