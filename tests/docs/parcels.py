"""The small chat API that docs/providers.md and docs/python-providers.md describe."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "parcels-5ecret-key"
_MESSAGES = re.compile(r"/chats/(\d+)/messages")
_CHAT = re.compile(r"/chats/(\d+)")


class _Handler(BaseHTTPRequestHandler):
    """`X-Key` is wanted; a chat is opened, talked in, read and deleted."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""

    def do_POST(self) -> None:
        """Open a chat, or say something in one."""
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or "{}")
        chats = self.server.chats  # type: ignore[attr-defined]  # set where it is served
        if self.headers["X-Key"] != KEY:
            self._answer(401, {"error": "the key is wrong"})
        elif self.path == "/chats":
            chats.append([])
            self._answer(201, {"chat": {"id": len(chats)}, "language": said.get("language")})
        elif match := _MESSAGES.fullmatch(self.path):
            number = re.search(r"\d+", said["text"])
            text = f"Parcel {number[0]} arrives today." if number else "Which parcel?"
            chats[int(match[1]) - 1] += [said["text"], text]
            self._answer(200, {"answers": [{"text": text}], "buttons": ["Another parcel"]})
        else:
            self._answer(404, {"error": "not found"})

    def do_GET(self) -> None:
        """What was said in a chat."""
        match = _CHAT.fullmatch(self.path)
        chats = self.server.chats  # type: ignore[attr-defined]  # as above
        self._answer(200, {"said": chats[int(match[1]) - 1]} if match else {})

    def do_DELETE(self) -> None:
        """End a chat."""
        self._answer(204, None)

    def _answer(self, status: int, content: Any) -> None:  # any JSON
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving_parcels() -> Iterator[str]:
    """Serves the API on loopback; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.chats = []  # type: ignore[attr-defined]  # read by the handler
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
