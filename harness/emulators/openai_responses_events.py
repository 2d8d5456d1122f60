"""The events of a streamed response of OpenAI.

Source: https://platform.openai.com/docs/api-reference/responses-streaming.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.emulators.model_bot import tokens
from harness.emulators.openai_api import obfuscation

Events = Iterator[dict[str, Any]]


def response_events(response: Mapping[str, Any], *, has_filler: bool) -> Events:
    """The events that lead to a response, numbered; `has_filler` makes deltas equally long."""
    for number, event in enumerate(_events(response)):
        is_delta = has_filler and isinstance(event.get("delta"), str)
        filler = {"obfuscation": obfuscation(event["delta"])} if is_delta else {}
        yield {**event, "sequence_number": number, **filler}


def _events(response: Mapping[str, Any]) -> Events:
    begun = {
        **response,
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "output": [],
        "usage": None,
    }
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for index, item in enumerate(response["output"]):
        place = {"output_index": index}
        is_message = item["type"] == "message"
        empty: dict[str, Any] = {"content": []} if is_message else {"arguments": ""}
        added = {**item, "status": "in_progress", **empty}
        yield {"type": "response.output_item.added", **place, "item": added}
        place = {"item_id": item["id"], **place}
        if is_message:
            yield from _message_events(item["content"][0], {**place, "content_index": 0})
        else:
            yield from _call_events(item, place)
        yield {"type": "response.output_item.done", "output_index": index, "item": item}
    yield {"type": f"response.{response['status']}", "response": response}


def _message_events(part: Mapping[str, Any], place: Mapping[str, Any]) -> Events:
    name = "refusal" if part["type"] == "refusal" else "text"
    kind = f"response.{part['type']}"
    text = part[name]
    yield {"type": "response.content_part.added", **place, "part": {**part, name: ""}}
    # A text that is a number is a broken shape that was asked for.
    for piece in tokens(text) if isinstance(text, str) else [text]:
        yield {"type": f"{kind}.delta", **place, "delta": piece, **_logprobs(name)}
    yield {"type": f"{kind}.done", **place, name: text, **_logprobs(name)}
    yield {"type": "response.content_part.done", **place, "part": part}


def _call_events(item: Mapping[str, Any], place: Mapping[str, Any]) -> Events:
    kind = "response.function_call_arguments"
    for piece in tokens(item["arguments"]):
        yield {"type": f"{kind}.delta", **place, "delta": piece}
    named = {"name": item["name"], "arguments": item["arguments"]}
    yield {"type": f"{kind}.done", **place, **named}


def _logprobs(name: str) -> dict[str, Any]:
    return {"logprobs": []} if name == "text" else {}
