"""The chat API that docs/tools.md describes: it keeps nothing, and calls a tool for the weather."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

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


class _Handler(BaseHTTPRequestHandler):
    """`POST /chat` with all messages."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""

    def do_POST(self) -> None:
        """Answer the last message."""
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps({"message": _message(given["messages"])}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving_assistant() -> Iterator[str]:
    """Serve it on a free port of loopback; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
