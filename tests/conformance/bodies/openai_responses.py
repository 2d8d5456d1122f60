"""OpenAI's Responses. Source: https://platform.openai.com/docs/api-reference/responses."""

from __future__ import annotations

from typing import Any

from tests.conformance.body_variants import MISSING, Variants

MESSAGE: dict[str, Any] = {
    "type": "message",
    "id": "msg_67ccd2bf17f0819081ff3bb2cf6508e6",
    "status": "completed",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "In a peaceful grove", "annotations": []}],
}
CALL: dict[str, Any] = {
    "type": "function_call",
    "id": "fc_67ca09c6bedc8190a7abfec07b1a1332",
    "call_id": "call_unLAR8MvFNptuiZK6K6HCy5k",
    "name": "get_current_weather",
    "arguments": '{"location":"Boston, MA","unit":"celsius"}',
    "status": "completed",
}
USAGE: dict[str, Any] = {
    "input_tokens": 36,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 87,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 123,
}
RESPONSE: dict[str, Any] = {
    "id": "resp_67ccd2bed1ec8190b14f964abc0542670bb6a6b452d3795b",
    "object": "response",
    "created_at": 1741476542,
    "status": "completed",
    "error": None,
    "incomplete_details": None,
    "model": "gpt-4.1-2025-04-14",
    "output": [MESSAGE],
    "usage": USAGE,
}
FAILED: dict[str, Any] = {
    **RESPONSE,
    "status": "failed",
    "error": {"code": "server_error", "message": "The model failed to generate a response."},
    "output": [],
    "usage": None,
}
DELTA: dict[str, Any] = {
    "type": "response.output_text.delta",
    "item_id": "msg_123",
    "output_index": 0,
    "content_index": 0,
    "delta": "In",
    "sequence_number": 1,
}
DONE: dict[str, Any] = {
    "type": "response.output_item.done",
    "output_index": 0,
    "item": CALL,
    "sequence_number": 2,
}
COMPLETED: dict[str, Any] = {
    "type": "response.completed",
    "response": RESPONSE,
    "sequence_number": 3,
}
REQUEST: dict[str, Any] = {
    "model": "gpt-4.1",
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "How is the weather?"}]},
        {
            "type": "function_call",
            "call_id": "call_1",
            "name": "get_current_weather",
            "arguments": "{}",
        },
        {"type": "function_call_output", "call_id": "call_1", "output": "rainy"},
    ],
    "instructions": "Be brief.",
    "store": False,
    "stream": True,
    "tools": [{"type": "function", "name": "get_current_weather", "parameters": {}}],
    "tool_choice": "auto",
    "max_output_tokens": 100,
}

PAGES: dict[str, tuple[Any, ...]] = {
    "response-request": (REQUEST,),
    "response": (RESPONSE, FAILED, {"error": {"message": "Overloaded", "type": "server_error"}}),
    "output-item": (
        MESSAGE,
        CALL,
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "web_search_call", "id": "ws_1", "status": "completed"},
    ),
    "usage": (USAGE,),
    "response-event": (
        DELTA,
        DONE,
        COMPLETED,
        {"type": "response.failed", "response": FAILED, "sequence_number": 3},
        {"type": "response.refusal.delta", "item_id": "msg_1", "delta": "I"},
        {"type": "error", "code": "ERR_SOMETHING", "message": "Something", "param": None},
    ),
    "response-events": ({"framing": "sse", "text": "", "events": [DELTA, COMPLETED]},),
}
FITTING: Variants = {
    "response": (
        ("/usage", None),
        ("/usage", MISSING),
        ("/status", "a status of tomorrow"),
        ("/output/0/content/0/logprobs", []),
        ("/output/0/content/0", {"type": "refusal", "refusal": "No."}),
    ),
    "output-item": (("/type", "an item of tomorrow"), ("/phase", None)),
    "response-event": (("/type", "response.of_tomorrow"), ("/obfuscation", "xxxx")),
    "response-request": (("/input/0/content", "Hi"), ("/tools/0", {"type": "web_search"})),
}
BROKEN: Variants = {
    "response-request": (
        ("/model", MISSING),
        ("/input", []),
        ("/input", "Hi"),
        ("/input/0/role", "robot"),
        ("/input/0/content", MISSING),
        ("/input/1/arguments", {}),
        ("/input/2/output", MISSING),
        ("/tools/0/type", MISSING),
        ("/messages", []),
    ),
    "response": (
        ("/output", MISSING),
        ("/output", {}),
        ("/output/0/type", MISSING),
        ("/output/0/content", MISSING),
        ("/output/0/content/0/text", 42),
        ("/output/0", {"type": "function_call", "name": "f", "arguments": "{}"}),
    ),
    "output-item": (("/content", "Hi"), ("/type", MISSING), ("/content/0/text", MISSING)),
    "usage": (("/input_tokens", "36"), ("", [])),
    "response-event": (("/type", MISSING), ("/delta", MISSING), ("/delta", 42)),
    "response-events": (
        ("/events", []),
        ("/events/0/delta", 42),
        ("/events/1/response", MISSING),
        ("/framing", "text"),
    ),
}
