"""Anthropic's Messages. Source: https://docs.anthropic.com/en/api/messages."""

from __future__ import annotations

from typing import Any

from tests.conformance.body_variants import MISSING, Variants

CALL: dict[str, Any] = {
    "type": "tool_use",
    "id": "toolu_01D7FLrfh4GYq7yT1ULFeyMV",
    "name": "get_stock_price",
    "input": {"ticker": "^GSPC"},
}
USAGE: dict[str, Any] = {"input_tokens": 2095, "output_tokens": 503, "service_tier": "standard"}
MESSAGE: dict[str, Any] = {
    "id": "msg_013Zva2CMHLNnXjNJJKqJ2EF",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5",
    "content": [{"type": "text", "text": "Hi! My name is Claude."}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": USAGE,
}
ERROR: dict[str, Any] = {
    "type": "error",
    "error": {"type": "overloaded_error", "message": "Overloaded"},
}
START: dict[str, Any] = {
    "type": "content_block_start",
    "index": 0,
    "content_block": {"type": "text", "text": ""},
}
DELTA: dict[str, Any] = {
    "type": "content_block_delta",
    "index": 0,
    "delta": {"type": "text_delta", "text": "Hello"},
}
END: dict[str, Any] = {
    "type": "message_delta",
    "delta": {"stop_reason": "end_turn", "stop_sequence": None},
    "usage": {"output_tokens": 15},
}
REQUEST: dict[str, Any] = {
    "model": "claude-sonnet-4-5",
    "max_tokens": 1024,
    "messages": [
        {"role": "user", "content": "Hello, Claude"},
        {"role": "assistant", "content": [CALL]},
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "toolu_01D7", "content": "259.75 USD"}
            ],
        },
    ],
    "tools": [{"name": "get_stock_price", "input_schema": {"type": "object"}}],
    "tool_choice": {"type": "auto"},
    "system": "Be brief.",
    "temperature": 0.2,
    "stream": True,
}

PAGES: dict[str, tuple[Any, ...]] = {
    "message-request": (REQUEST,),
    "message": (MESSAGE, ERROR, {**MESSAGE, "content": [], "stop_reason": "refusal"}),
    "content-block": (
        CALL,
        {"type": "text", "text": "Hi"},
        {"type": "thinking", "thinking": "Let me see.", "signature": "EqQB"},
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}},
    ),
    "usage": (USAGE, END["usage"]),
    "message-event": (
        START,
        DELTA,
        END,
        ERROR,
        {"type": "message_start", "message": {**MESSAGE, "content": []}},
        {"type": "ping"},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_stop"},
    ),
    "message-events": ({"framing": "sse", "text": "", "events": [START, DELTA, END]},),
}
FITTING: Variants = {
    "message": (
        ("/usage", MISSING),
        ("/stop_reason", "a reason of tomorrow"),
        ("/content/0/citations", None),
        ("/container", {"id": "c"}),
    ),
    "content-block": (("/type", "a type of tomorrow"), ("/caller", {"type": "direct"})),
    "message-event": (("/type", "an event of tomorrow"), ("/content_block/citations", [])),
    "message-request": (("/messages/1/content", "Hi!"), ("/thinking", {"type": "disabled"})),
    "usage": (("/cache_read_input_tokens", 0),),
}
BROKEN: Variants = {
    "message-request": (
        ("/model", MISSING),
        ("/max_tokens", 0),
        ("/messages", []),
        ("/messages/0/content", ""),
        ("/messages/0/role", "system"),
        ("/messages/1/content/0/type", MISSING),
        ("/tools/0/name", MISSING),
        ("/colour", "red"),
    ),
    "message": (
        ("/content", MISSING),
        ("/content", "Hi!"),
        ("/content/0/text", 42),
        ("", {"type": "error"}),
    ),
    "content-block": (("/id", MISSING), ("/name", ""), ("/input", "{}"), ("/type", MISSING)),
    "usage": (("/input_tokens", "2095"), ("", [])),
    "message-event": (
        ("/type", MISSING),
        ("/index", MISSING),
        ("/content_block", MISSING),
        ("/content_block/text", 42),
    ),
    "message-events": (
        ("/events", []),
        ("/events/1/delta/text", 42),
        ("/events/1/delta", MISSING),
        ("/framing", "text"),
    ),
}
