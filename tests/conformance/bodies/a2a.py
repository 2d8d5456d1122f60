"""The examples of the A2A Protocol Specification, versions 0.3.0 and 1.0."""

from __future__ import annotations

from typing import Any

from tests.conformance.body_variants import MISSING, Variants

_PART = {"kind": "text", "text": "tell me a joke"}
_MESSAGE = {"role": "user", "parts": [_PART], "messageId": "9229e770-767c-417b-a0b0-f0741243c589"}
_ARTIFACT = {
    "artifactId": "9b6934dd-37e3-4eb1-8766-962efaab63a1",
    "name": "joke",
    "parts": [{"kind": "text", "text": "Why did the chicken cross the road?"}],
}
_STATUS = {
    "state": "input-required",
    "message": {
        "kind": "message",
        "role": "agent",
        "parts": [{"kind": "text", "text": "Where would you like to fly to?"}],
        "messageId": "c2e1b2dd-f200-4b04-bc22-1b0c65a1aad2",
    },
}
_TASK = {
    "id": "363422be-b0f9-4692-a24d-278670e7c7f1",
    "contextId": "c295ea44-7543-4f78-b524-7a38915ad6e4",
    "status": {"state": "completed"},
    "artifacts": [_ARTIFACT],
    "history": [_MESSAGE],
    "kind": "task",
}
_UPDATE = {
    "taskId": "363422be",
    "contextId": "c295ea44",
    "status": _STATUS,
    "final": True,
    "kind": "status-update",
}
_NEW_TASK = {
    "id": "363422be",
    "contextId": "c295ea44",
    "status": {"state": "TASK_STATE_COMPLETED"},
    "artifacts": [{"artifactId": "1", "parts": [{"text": "Why?"}]}],
}
_RESPONSE: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "result": _TASK}
_ERROR = {"code": -32001, "message": "Task not found", "data": {"taskId": "363422be"}}

PAGES: dict[str, tuple[Any, ...]] = {
    "agent-card": (
        {
            "protocolVersion": "0.3.0",
            "name": "GeoSpatial Route Planner Agent",
            "url": "https://georoute-agent.example.com/a2a/v1",
            "preferredTransport": "JSONRPC",
            "capabilities": {"streaming": True},
            "skills": [],
        },
        {
            "name": "GeoSpatial Route Planner Agent",
            "supportedInterfaces": [
                {
                    "url": "https://georoute-agent.example.com/a2a/v1",
                    "protocolBinding": "JSONRPC",
                    "protocolVersion": "1.0",
                }
            ],
        },
    ),
    "send-request": (
        {
            "jsonrpc": "2.0",
            "id": "1",
            "method": "message/send",
            "params": {
                "message": {**_MESSAGE, "kind": "message"},
                "configuration": {"blocking": True},
            },
        },
        {
            "jsonrpc": "2.0",
            "id": "1",
            "method": "SendMessage",
            "params": {
                "message": {"role": "ROLE_USER", "parts": [{"text": "Hi"}], "messageId": "1"},
                "configuration": {"returnImmediately": True},
            },
        },
    ),
    "get-request": (
        {"jsonrpc": "2.0", "id": "1", "method": "tasks/get", "params": {"id": "363422be"}},
    ),
    "response": (
        _RESPONSE,
        {"jsonrpc": "2.0", "id": 1, "result": {"task": _NEW_TASK}},
        {"jsonrpc": "2.0", "id": None, "error": _ERROR},
    ),
    "error": (_ERROR,),
    "result": (
        _TASK,
        {**_MESSAGE, "role": "agent", "kind": "message"},
        _UPDATE,
        {"taskId": "1", "artifact": _ARTIFACT, "append": True, "kind": "artifact-update"},
        {"task": _NEW_TASK},
        {"message": {"role": "ROLE_AGENT", "parts": [{"text": "Hi"}], "messageId": "1"}},
        {"statusUpdate": {"taskId": "1", "status": {"state": "TASK_STATE_WORKING"}}},
        {"artifactUpdate": {"taskId": "1", "artifact": {"parts": [{"text": "Why"}]}}},
    ),
    "status": (_STATUS, {"state": "TASK_STATE_WORKING"}),
    "message": (_STATUS["message"],),
    "artifact": (_ARTIFACT,),
    "parts": (
        [
            _PART,
            {"kind": "file", "file": {"name": "a.png", "mimeType": "image/png", "bytes": "aGk="}},
            {"kind": "data", "data": {"text": 1}},
        ],
        [{"url": "https://files.example.com/a.png", "filename": "a.png"}, {"data": []}],
    ),
    "stream": ({"framing": "sse", "text": "…", "events": [_RESPONSE]},),
}

FITTING: Variants = {
    "agent-card": (("/protocolVersion", MISSING), ("/provider", {"organization": "Example"})),
    "send-request": (
        ("/params/configuration", MISSING),
        ("/params/message/contextId", "c295ea44"),
        ("/params/message/metadata", {"page": "/fares"}),
    ),
    "response": (("/jsonrpc", MISSING), ("/id", "1"), ("/result/metadata", {"any": "thing"})),
    "error": (("/data", MISSING), ("/message", MISSING)),
    "result": (
        ("/kind", "of-a-later-version"),
        ("/artifacts", None),
        ("/history", MISSING),
        ("/contextId", MISSING),
        ("/status/state", "of-a-later-version"),
    ),
    "status": (("/message", None), ("/message", MISSING), ("/timestamp", None)),
    "message": (("/role", MISSING), ("/messageId", MISSING), ("/extensions", [])),
    "artifact": (("/name", MISSING), ("/parts", [])),
    "parts": (("/1/file/name", MISSING), ("/0/kind", MISSING), ("/0/metadata", {"lang": "en"})),
    "stream": (("/framing", MISSING),),
}

BROKEN: Variants = {
    "agent-card": (("/name", MISSING), ("/url", MISSING), ("/url", None)),
    "send-request": (
        ("/jsonrpc", "1.0"),
        ("/id", ""),
        ("/method", "tasks/get"),
        ("/params/message", MISSING),
        ("/params/message/messageId", MISSING),
        ("/params/message/parts", []),
        ("/params/message/parts/0/text", None),
        ("/params/message/text", "Hi"),
    ),
    "get-request": (("/params/id", MISSING), ("/params/id", ""), ("/method", "message/send")),
    "response": (("/result", MISSING), ("/error", _ERROR), ("/result", "Hi"), ("", [])),
    "error": (("/code", MISSING), ("/code", "-32001")),
    "result": (
        ("/status", MISSING),
        ("/status/state", MISSING),
        ("/artifacts/0/parts", MISSING),
        ("/artifacts/0/parts/0/text", 42),
    ),
    "status": (("/state", MISSING), ("/state", 1), ("/message/parts", MISSING)),
    "message": (("/parts", MISSING), ("/parts", "Hi")),
    "artifact": (("/parts", MISSING), ("/parts/0/text", 42)),
    "parts": (("", {}), ("/0", "Hi"), ("/0/text", None), ("/1/file", "a.png")),
    "stream": (("/events", MISSING), ("/events", []), ("/events/0", {"result": {}})),
}
