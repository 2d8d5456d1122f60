"""The examples of AG-UI's pages, and the shapes of its specification 1.0."""

from __future__ import annotations

from typing import Any

from tests.conformance.body_variants import MISSING, Variants

_CALL = {
    "id": "call-1",
    "type": "function",
    "function": {"name": "confirmAction", "arguments": '{"action": "Send the email"}'},
}
_ASSISTANT = {"id": "m-2", "role": "assistant", "content": "", "toolCalls": [_CALL]}
_CONTENT = {"type": "TEXT_MESSAGE_CONTENT", "messageId": "m-1", "delta": "Hello"}

PAGES: dict[str, tuple[Any, ...]] = {
    "run-agent-input": (
        {
            "threadId": "thread-1",
            "runId": "run-1",
            "state": {"theme": "dark"},
            "messages": [
                {"id": "m-1", "role": "user", "content": "Send it"},
                _ASSISTANT,
                {"id": "m-3", "role": "tool", "toolCallId": "call-1", "content": "approved"},
            ],
            "tools": [
                {
                    "name": "confirmAction",
                    "description": "Ask the user to confirm an action",
                    "parameters": {"type": "object", "properties": {"action": {"type": "string"}}},
                }
            ],
            "context": [{"description": "The page", "value": "/mail"}],
            "forwardedProps": {},
        },
    ),
    "message": (_ASSISTANT, {"id": "m-1", "role": "user", "content": "Hello"}),
    "run": (
        {
            "framing": "sse",
            "text": "…",
            "events": [
                {"type": "RUN_STARTED", "threadId": "thread-1", "runId": "run-1"},
                _CONTENT,
                {"type": "RUN_FINISHED", "threadId": "thread-1", "runId": "run-1"},
            ],
        },
    ),
    "event": (
        _CONTENT,
        {"type": "TEXT_MESSAGE_START", "messageId": "m-1", "role": "assistant"},
        {"type": "TEXT_MESSAGE_CHUNK", "delta": "Hello"},
        {"type": "TOOL_CALL_START", "toolCallId": "call-1", "toolCallName": "confirmAction"},
        {"type": "TOOL_CALL_ARGS", "toolCallId": "call-1", "delta": '{"act'},
        {"type": "TOOL_CALL_RESULT", "messageId": "m-3", "toolCallId": "call-1", "content": "ok"},
        {"type": "STATE_SNAPSHOT", "snapshot": None},
        {"type": "STATE_DELTA", "delta": [{"op": "replace", "path": "/a", "value": 1}]},
        {"type": "RUN_ERROR", "message": "API rate limit exceeded", "code": "RATE_LIMITED"},
        {"type": "CUSTOM", "name": "any", "value": None},
    ),
}

FITTING: Variants = {
    "run-agent-input": (
        ("/state", MISSING),
        ("/state", []),
        ("/messages", []),
        ("/tools", MISSING),
        ("/messages/2/error", "The user is away."),
    ),
    "message": (("/content", MISSING), ("/toolCalls", MISSING)),
    "run": (("/framing", MISSING), ("/events/0/input", {"any": "thing"})),
    "event": (
        ("/type", "OF_A_LATER_VERSION"),
        ("/messageId", MISSING),
        ("/timestamp", 1732455165),
        ("/rawEvent", {"any": "thing"}),
    ),
}

BROKEN: Variants = {
    "run-agent-input": (
        ("/threadId", MISSING),
        ("/runId", ""),
        ("/messages", MISSING),
        ("/messages/0/content", MISSING),
        ("/messages/2/toolCallId", MISSING),
        ("/tools/0/name", MISSING),
        ("/context/0/value", MISSING),
        ("/thread_id", "thread-1"),
    ),
    "message": (
        ("/id", MISSING),
        ("/role", "agent"),
        ("/toolCalls", []),
        ("/toolCalls/0/function/arguments", {"action": "Send"}),
        ("/text", "Hello"),
    ),
    "run": (("/events", MISSING), ("/events", []), ("/events/1/delta", 42)),
    "event": (
        ("/type", MISSING),
        ("/delta", MISSING),
        ("/delta", 42),
        ("", {"type": "TEXT_MESSAGE_START"}),
        ("", {"type": "TOOL_CALL_START", "toolCallId": "call-1"}),
        ("", {"type": "TOOL_CALL_ARGS", "delta": "{"}),
        ("", {"type": "TOOL_CALL_RESULT", "content": "ok"}),
        ("", {"type": "STATE_SNAPSHOT"}),
        ("", {"type": "RUN_ERROR"}),
    ),
}
