"""The chat API that docs/tools.md describes: it keeps nothing, and calls a tool for the weather."""

from __future__ import annotations

import json
import re
from contextlib import AbstractContextManager
from typing import Any

from tests.json_server import JsonHandler, serving_json

_CITY = re.compile(r"Rome|Oslo|Bergen")


def _message(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """What the assistant says after the messages."""
    results = []
    for message in reversed(messages):
        if message["role"] != "tool":
            break
        results.append(message["content"])
    if results:
        told = [json.loads(text) if text.startswith("{") else {} for text in reversed(results)]
        shown = [f"{one['temperature']} degrees" if one else "not available" for one in told]
        return {"content": f"The weather: {', '.join(shown)}."}
    calls = [
        {"id": f"call-{len(messages)}-{city}", "name": "get_weather", "arguments": {"city": city}}
        for city in _CITY.findall(messages[-1]["content"])
    ]
    return {"content": None, "tool_calls": calls}


class _Handler(JsonHandler):
    """`POST /chat` with all messages."""

    def do_POST(self) -> None:  # noqa: N802  # http.server's name
        """Answer the last message."""
        given = self.given()
        self.answer(200, {"message": _message(given["messages"])})


def serving_assistant() -> AbstractContextManager[str]:
    """Serve it on a free port of loopback; gives its address."""
    return serving_json(_Handler)
