"""OpenAI's Chat Completions. Source: https://platform.openai.com/docs/api-reference/chat."""

from __future__ import annotations

from typing import Any

from tests.conformance.body_variants import MISSING, Variants

CALL: dict[str, Any] = {
    "id": "call_abc123",
    "type": "function",
    "function": {"name": "get_current_weather", "arguments": '{"location": "Boston, MA"}'},
}
MESSAGE: dict[str, Any] = {
    "role": "assistant",
    "content": "Hello! How can I assist you today?",
    "refusal": None,
    "annotations": [],
}
USAGE: dict[str, Any] = {
    "prompt_tokens": 19,
    "completion_tokens": 10,
    "total_tokens": 29,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
}
COMPLETION: dict[str, Any] = {
    "id": "chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT",
    "object": "chat.completion",
    "created": 1741569952,
    "model": "gpt-4.1-2025-04-14",
    "choices": [{"index": 0, "message": MESSAGE, "logprobs": None, "finish_reason": "stop"}],
    "usage": USAGE,
    "service_tier": "default",
}
CHUNK: dict[str, Any] = {
    "id": "chatcmpl-123",
    "object": "chat.completion.chunk",
    "created": 1694268190,
    "model": "gpt-4o-mini",
    "system_fingerprint": "fp_44709d6fcb",
    "choices": [
        {
            "index": 0,
            "delta": {"role": "assistant", "content": ""},
            "logprobs": None,
            "finish_reason": None,
        }
    ],
}
CALL_CHUNK: dict[str, Any] = {
    "choices": [
        {
            "index": 0,
            "delta": {"tool_calls": [{"index": 0, "function": {"arguments": '{"loc'}}]},
            "finish_reason": None,
        }
    ]
}
USAGE_CHUNK: dict[str, Any] = {"id": "chatcmpl-123", "choices": [], "usage": USAGE}
FAILURE: dict[str, Any] = {"error": {"message": "The server had an error.", "type": "server_error"}}
REQUEST: dict[str, Any] = {
    "model": "gpt-4.1",
    "messages": [
        {"role": "developer", "content": "You are a helpful assistant."},
        {"role": "user", "content": [{"type": "text", "text": "Hello!"}]},
        {"role": "assistant", "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "call_abc123", "content": "rainy"},
    ],
    "tools": [
        {
            "type": "function",
            "function": {"name": "get_current_weather", "parameters": {"type": "object"}},
        }
    ],
    "tool_choice": "auto",
    "stream": True,
    "stream_options": {"include_usage": True},
    "temperature": 0.2,
}

PAGES: dict[str, tuple[Any, ...]] = {
    "completion-request": (REQUEST,),
    "completion": (COMPLETION, FAILURE),
    "message": (
        MESSAGE,
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "assistant", "refusal": "I'm sorry, I cannot assist with that request."},
    ),
    "usage": (USAGE,),
    "completion-chunk": (CHUNK, CALL_CHUNK, USAGE_CHUNK, FAILURE),
    "completion-chunks": ({"framing": "sse", "text": "", "events": [CHUNK, USAGE_CHUNK]},),
}
FITTING: Variants = {
    "completion": (
        ("/usage", None),
        ("/usage", MISSING),
        ("/object", "chat.completion.extended"),
        ("/choices/0/finish_reason", "a reason of tomorrow"),
        ("/choices/0/message/reasoning_content", "The user says hello."),
    ),
    "message": (
        ("/content", [{"type": "thinking", "thinking": []}, {"type": "text", "text": "Hi"}]),
        ("/role", MISSING),
        ("/tool_calls", None),
    ),
    "completion-chunk": (
        ("/obfuscation", "xxxx"),
        ("/usage", None),
        ("/choices/0/delta", MISSING),
        ("/choices/0/delta/reasoning", "Hm"),
        ("/choices", MISSING),
    ),
    "completion-request": (("/messages/0/content", "Be brief."), ("/tool_choice", {"type": "x"})),
}
BROKEN: Variants = {
    "completion-request": (
        ("/model", MISSING),
        ("/messages", []),
        ("/messages/0/role", "robot"),
        ("/messages/3/tool_call_id", MISSING),
        ("/messages/2/tool_calls/0/function/arguments", {"location": "Boston"}),
        ("/tools/0/function/name", MISSING),
        ("/temperature", "hot"),
        ("/colour", "red"),
    ),
    "completion": (
        ("/choices", MISSING),
        ("/choices", []),
        ("/choices/0/message", MISSING),
        ("/choices/0/message/content", 42),
    ),
    "message": (("/content", {"text": "Hi"}), ("/refusal", 1), ("", {"role": "assistant"})),
    "usage": (("/prompt_tokens", "19"), ("", [])),
    "completion-chunk": (
        ("/choices/0/delta/content", 42),
        ("/choices/0/delta/tool_calls", {}),
        ("/choices", None),
    ),
    "completion-chunks": (("/events", []), ("/events", MISSING), ("/framing", "ndjson")),
}
