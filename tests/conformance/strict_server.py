"""Servers on loopback that are written from a vendor's only page, and accept nothing beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request as it came."""

    method: str
    target: str
    """Path and query, percent-encoded as they were sent."""
    headers: Mapping[str, str]
    body: bytes

    @property
    def line(self) -> str:
        """Method and target."""
        return f"{self.method} {self.target}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """An answer."""

    body: bytes = b""
    status: int = 200
    kind: str = "application/json"
    """The content type; none where it is empty."""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Strict:
    """A running server."""

    url: str
    asked: list[Ask] = field(default_factory=list)
    """What was asked, in order."""

    @property
    def lines(self) -> list[str]:
        """Method and target of every request."""
        return [ask.line for ask in self.asked]

    def bodies(self, target: str) -> list[bytes]:
        """What was sent to a path, in order."""
        return [ask.body for ask in self.asked if ask.target.partition("?")[0] == target]


@contextmanager
def serving(answer: Callable[[Ask], Says]) -> Iterator[Strict]:
    """Serve a function that answers one request at a time."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            ask = Ask(
                method=self.command,
                target=self.path,
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(length),
            )
            with lock:
                strict.asked.append(ask)
                said = answer(ask)
            self.send_response(said.status)
            if said.kind:
                self.send_header("Content-Type", said.kind)
            for name, value in said.headers.items():
                self.send_header(name, value)
            if said.status != 204:
                self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            if said.status != 204:
                self.wfile.write(said.body)

        do_GET = do_POST = do_DELETE = _answer  # noqa: N815  # named by the standard library

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    strict = Strict(url=f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield strict
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
