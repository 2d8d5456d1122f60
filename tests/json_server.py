"""Small servers of JSON on loopback, for the chat APIs of tests."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class JsonHandler(BaseHTTPRequestHandler):
    """Reads and answers JSON. A subclass has `do_POST` and the like."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""

    def given(self) -> Any:  # any JSON
        """The body of the request; an empty object if it has none."""
        return json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or "{}")

    def answer(self, status: int, content: Any, **headers: str) -> None:  # any JSON
        """Answer; with None, without a body. A `_` in the name of a header is a hyphen."""
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving_json(handler: type[JsonHandler], **state: object) -> Iterator[str]:
    """Serve on a free port of loopback; gives its address. `state` is of the handler's `server`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    for name, value in state.items():
        setattr(server, name, value)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
