"""Real servers on loopback that misbehave on purpose."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from harness.conversation import Headers, Origin, Request
from harness.transport.live import LiveLimits, LiveTransport

Script = Callable[["Visit"], None]
"""What the server does with one request."""


@dataclass
class Visit:
    """One request as the server got it, and the connection to answer on."""

    server: Server
    connection: socket.socket
    head: str
    body: bytes
    number: int
    """Of this request, counted from 1 over all connections."""

    def answer(self, body: bytes = b"ok", status: str = "200 OK", *headers: str) -> None:
        """A whole answer."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
        self.raw("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    def raw(self, content: bytes) -> None:
        """Bytes as they are."""
        with contextlib.suppress(OSError):
            self.connection.sendall(content)

    def wait(self) -> None:
        """Say nothing until the server stops."""
        self.server.stopped.wait(20)


@dataclass
class Server:
    """A raw socket server; each connection has a thread."""

    script: Script
    context: ssl.SSLContext | None = None
    heads: list[str] = field(default_factory=list)
    """What was asked, in order."""
    stopped: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.origin = f"127.0.0.1:{self.port}"
        self.url = f"{'https' if self.context else 'http'}://{self.origin}"
        self._threads = [threading.Thread(target=self._accept)]
        self._connections: list[socket.socket] = []
        self._threads[0].start()

    def stop(self) -> None:
        self.stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._talk, args=(connection,))
            self._connections.append(connection)
            self._threads.append(thread)
            thread.start()

    def _talk(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError), contextlib.ExitStack() as stack:
            stack.enter_context(connection)
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
                stack.enter_context(connection)
                self._connections.append(connection)
            while True:
                head, body = _read_request(connection)
                self.heads.append(head)
                self.script(Visit(self, connection, head, body, len(self.heads)))
                if "close" in getattr(self.script, "__name__", ""):
                    return


def _read_request(connection: socket.socket) -> tuple[str, bytes]:
    content = b""
    while b"\r\n\r\n" not in content:
        more = connection.recv(65536)
        if not more:
            raise EOFError
        content += more
    head, _, body = content.partition(b"\r\n\r\n")
    text = head.decode("latin-1")
    lengths = [
        int(line.split(":")[1])
        for line in text.split("\r\n")
        if line.lower().startswith("content-length:")
    ]
    while lengths and len(body) < lengths[0]:
        body += connection.recv(65536)
    return text, body


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start a server that runs a script for each request; a name with `close` hangs up after."""
    started: list[Server] = []

    def start(script: Script, context: ssl.SSLContext | None = None) -> Server:
        server = Server(script, context)
        server.start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> str:
    """A self-signed certificate of 127.0.0.1 with its key, in one file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed, so there is no certificate to serve")
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", path, "-out", f"{path}.crt"),
        ],
        check=True,
        capture_output=True,
    )
    path.write_text(path.read_text() + path.with_name("certificate.pem.crt").read_text())
    return str(path)


@pytest.fixture
def connect() -> Iterator[Callable[..., LiveTransport]]:
    """A wire to the given servers or `host:port`s, with short limits."""
    wires: list[LiveTransport] = []

    def make(*targets: Server | str, **options: object) -> LiveTransport:
        hosts = frozenset(t if isinstance(t, str) else t.origin for t in targets)
        options.setdefault("limits", LiveLimits(read=5, total=10, attempts=1))
        wire = LiveTransport(hosts=hosts, **options)  # type: ignore[arg-type]  # a test names its own
        wires.append(wire)
        return wire

    yield make
    for wire in wires:
        wire.close()


@pytest.fixture
def ask() -> Callable[..., Request]:
    """A request of the first turn."""

    def make(
        url: str, method: str = "GET", body: bytes = b"", headers: Headers = (), **more: object
    ) -> Request:
        return Request(
            method=method,
            url=url,
            headers=headers,
            body=body,
            origin=Origin(turn=1, step="send.1", message="m"),
            **more,  # type: ignore[arg-type]  # a test names its own
        )

    return make
