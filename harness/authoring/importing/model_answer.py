"""Answers of language models that were not recorded, written from what a history repeats."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from harness.authoring.importing.model_history import HistoryItem
from harness.conversation import Response
from harness.core import Json

_JSON = (("Content-Type", "application/json"),)
_STREAM = (("Content-Type", "text/event-stream"),)


def answer_with(said: HistoryItem, path: str, *, is_streamed: bool) -> Response:
    """The answer of an API, by the path of its requests, that says this."""
    dialects = {"/messages": _anthropic, "/responses": _responses}
    write = next((write for end, write in dialects.items() if path.endswith(end)), _chat)
    whole, events, done = write(said)
    if not is_streamed:
        return Response(status=200, reason="OK", headers=_JSON, body=_text(whole).encode())
    named = [f"event: {e['type']}\n" if "type" in e else "" for e in events]
    lines = [f"{name}data: {_text(event)}\n\n" for name, event in zip(named, events, strict=True)]
    body = "".join(lines) + (f"data: {done}\n\n" if done else "")
    return Response(status=200, reason="OK", headers=_STREAM, body=body.encode())


Written = tuple[Json, list[dict[str, Json]], str]
"""The whole answer, its events, and the text of the last one."""


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _chat(said: HistoryItem) -> Written:
    calls: list[Json] = [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": _arguments(call.arguments)},
        }
        for call in said.calls
    ]
    message: dict[str, Json] = {"role": "assistant", "content": said.text or None}
    if calls:
        message["tool_calls"] = calls
    reason = "tool_calls" if calls else "stop"
    common: dict[str, Json] = {"id": "not-recorded", "created": 0, "model": "not-recorded"}
    choice: dict[str, Json] = {"index": 0, "message": message, "finish_reason": reason}
    whole: Json = {**common, "object": "chat.completion", "choices": [choice]}
    numbered: list[Json] = [{"index": at, **call} for at, call in enumerate(calls)]  # type: ignore[dict-item]  # mappings
    delta = {**message, **({"tool_calls": numbered} if calls else {})}
    chunk = {**common, "object": "chat.completion.chunk"}
    events: list[dict[str, Json]] = [
        {**chunk, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
        {**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]},
    ]
    return whole, events, "[DONE]"


def _arguments(arguments: Json) -> str:
    return arguments if isinstance(arguments, str) else _text(arguments)


def _anthropic(said: HistoryItem) -> Written:
    blocks: list[dict[str, Json]] = [{"type": "text", "text": said.text}] if said.text else []
    blocks += [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments}
        for call in said.calls
    ]
    reason = "tool_use" if said.calls else "end_turn"
    usage: Json = {"input_tokens": 0, "output_tokens": 0}
    head: dict[str, Json] = {
        "id": "not-recorded",
        "type": "message",
        "role": "assistant",
        "model": "not-recorded",
        "stop_sequence": None,
        "usage": usage,
    }
    whole: Json = {**head, "content": [*blocks], "stop_reason": reason}
    start: Json = {**head, "content": [], "stop_reason": None}
    events: list[dict[str, Json]] = [{"type": "message_start", "message": start}]
    for at, block in enumerate(blocks):
        events += _block(at, block)
    ended: Json = {"stop_reason": reason, "stop_sequence": None}
    events += [{"type": "message_delta", "delta": ended, "usage": usage}, {"type": "message_stop"}]
    return whole, events, ""


def _block(at: int, block: Mapping[str, Json]) -> Iterable[dict[str, Json]]:
    is_text = block["type"] == "text"
    empty: dict[str, Json] = {"text": ""} if is_text else {"input": {}}
    delta: Json = (
        {"type": "text_delta", "text": block["text"]}
        if is_text
        else {"type": "input_json_delta", "partial_json": _text(block["input"])}
    )
    yield {"type": "content_block_start", "index": at, "content_block": {**block, **empty}}
    yield {"type": "content_block_delta", "index": at, "delta": delta}
    yield {"type": "content_block_stop", "index": at}


def _responses(said: HistoryItem) -> Written:
    output: list[Json] = []
    if said.text or not said.calls:
        part: Json = {"type": "output_text", "text": said.text, "annotations": []}
        output.append(
            {
                "type": "message",
                "id": "not-recorded",
                "role": "assistant",
                "status": "completed",
                "content": [part],
            }
        )
    output += [
        {
            "type": "function_call",
            "id": call.id,
            "call_id": call.id,
            "name": call.name,
            "arguments": _arguments(call.arguments),
            "status": "completed",
        }
        for call in said.calls
    ]
    head: dict[str, Json] = {
        "id": "not-recorded",
        "object": "response",
        "created_at": 0,
        "error": None,
        "model": "not-recorded",
        "usage": None,
        "incomplete_details": None,
    }
    whole: Json = {**head, "status": "completed", "output": output}
    started: Json = {**head, "status": "in_progress", "output": []}
    events: list[dict[str, Json]] = [{"type": "response.created", "response": started}]
    if said.text:
        place: dict[str, Json] = {"item_id": "not-recorded", "output_index": 0, "content_index": 0}
        events.append({"type": "response.output_text.delta", **place, "delta": said.text})
        events.append({"type": "response.output_text.done", **place, "text": said.text})
    for at, item in enumerate(output):
        events.append({"type": "response.output_item.done", "output_index": at, "item": item})
    events.append({"type": "response.completed", "response": whole})
    numbered: list[dict[str, Json]] = [
        {**event, "sequence_number": at} for at, event in enumerate(events)
    ]
    return whole, numbered, ""
