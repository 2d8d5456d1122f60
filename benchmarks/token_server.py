"""A model API for the benchmarks: Chat Completions on loopback, and as little else as possible.

    POST /v1/chat/completions   200; the name of the model says how many tokens: `tokens-20`

Streamed, each token is an event and a packet of its own; from a thousand tokens on, a hundred are
one packet. The text of the first token is the time of sending it, as `time.monotonic` counts, which
is one clock for all processes; the next follows after `PAUSE`. Started as a script, it prints its
port and runs until its standard input ends.
"""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAUSE = 0.003
"""Seconds behind the first token: it is read before the next one comes."""
_MANY = 1000
_HEAD = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "tokens"}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that ends while its connection is open is no error."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Say nothing."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        count = int(body["model"].rpartition("-")[2])
        if body.get("stream"):
            self._stream(count)
        else:
            self._send(count)

    def _send(self, count: int) -> None:
        message = {"role": "assistant", "content": "token " * count}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = json.dumps({**_HEAD, "choices": [choice], "usage": {"total_tokens": count}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, count: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self._part(_event(str(time.monotonic())))
        time.sleep(PAUSE)
        for part in _parts(count - 1):
            self._part(part)
        self._part(b"data: [DONE]\n\n")
        self._part(b"")

    def _part(self, content: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(content), content))


def _parts(count: int) -> Iterator[bytes]:
    event = _event("token ")
    size = 100 if count >= _MANY else 1
    for begin in range(0, count, size):
        yield event * min(size, count - begin)


def _event(text: str) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    return f"data: {json.dumps({**_HEAD, 'choices': [choice]})}\n\n".encode()


def main() -> None:
    """Serve until the standard input ends."""
    server = _Server(("127.0.0.1", 0), _Handler)
    print(server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.buffer.read()
    server.shutdown()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
