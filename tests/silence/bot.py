"""A chat API with a little of everything that a definition can read."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """Answers by path alone, and repeats what it was told."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Log in, open a chat, or say something."""
        length = int(self.headers.get("Content-Length", 0))
        told = json.loads(self.rfile.read(length) or b"{}")
        if self.path == "/login":
            self._answer(200, {"access": "for-everybody"})
        elif self.path.startswith("/chats?"):
            self._answer(201, {"chat": {"id": "c-1"}, "language": told["language"]})
        elif "[[nothing]]" in told["text"]:
            self._answer(422, {"error": "nothing was said"})
        else:
            self._answer(200, _reply(told))

    def do_GET(self) -> None:
        """The chat's own record."""
        self._answer(200, {"said": ["first", "second"]})

    def do_DELETE(self) -> None:
        """End a chat."""
        self._answer(200, {"ended": True})

    def _answer(self, status: int, payload: object) -> None:
        body = json.dumps(payload).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Region", "north")
        self.end_headers()
        self.wfile.write(body)


def _reply(told: dict[str, object]) -> dict[str, object]:
    text = f"You said: {told['text']}. Delivery costs 12 euros."
    return {
        "id": "m-1",
        "answers": [{"id": "a-1", "text": text}],
        "buttons": [{"label": "Yes", "value": "yes please"}, {"label": "No", "value": "no thanks"}],
        "products": [{"id": "p1", "title": "Pink dress", "price": 19.5}],
        "files": [{"name": "guide.pdf", "url": "https://files.example/guide.pdf"}],
        "calls": [{"name": "find_dress", "arguments": {"colour": "pink"}}],
        "usage": {"input": 10, "output": 7},
        "order": {"number": 4711, "state": "open"},
    }


@contextmanager
def serving() -> Iterator[str]:
    """Serve on a free port of loopback; gives the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
