"""Servers on loopback that answer wrongly on purpose."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"

TLS = b"\x16"
"""How a TLS handshake begins, which no server here awaits where it speaks plain HTTP."""

Script = Callable[[socket.socket, threading.Event], None]
"""What is sent on a connection when its request was read; the event is set at the end."""


@contextlib.contextmanager
def serving(
    script: Script, certificate: str = "", heads: list[bytes] | None = None
) -> Iterator[str]:
    """Serve a script; gives `host:port`. Each connection has a thread and takes one request.

    `heads` takes the head of every request.
    """
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    stopped = threading.Event()
    threads: list[threading.Thread] = []

    def talk(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(10)
            if context is not None:
                with context.wrap_socket(connection, server_side=True):
                    return
            head = _read_request(connection)
            if heads is not None:
                heads.append(head)
            script(connection, stopped)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=talk, args=(connection,))
            threads.append(thread)
            thread.start()

    listener = socket.create_server(("127.0.0.1", 0))
    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stopped.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join(5)
        for thread in threads:
            thread.join(5)


def _read_request(connection: socket.socket) -> bytes:
    content = b""
    while b"\r\n\r\n" not in content:
        more = connection.recv(65536)
        if not more:
            return content
        content += more
        if content[:1] == TLS:
            return content
    head, _, body = content.partition(b"\r\n\r\n")
    lines = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lines[0].partition(b":")[2]) if lines else 0
    while len(body) < length:
        body += connection.recv(65536)
    return head


def sending(content: bytes) -> Script:
    """Send this and hang up."""

    def script(connection: socket.socket, _stopped: threading.Event) -> None:
        connection.sendall(content)

    return script


def sending_and_silent(content: bytes) -> Script:
    """Send this, and then nothing for as long as the test takes."""

    def script(connection: socket.socket, stopped: threading.Event) -> None:
        connection.sendall(content)
        stopped.wait(20)

    return script


def dripping(content: bytes) -> Script:
    """Send this, and then a byte now and then."""

    def script(connection: socket.socket, stopped: threading.Event) -> None:
        connection.sendall(content)
        while not stopped.wait(0.02):
            connection.sendall(b"x")

    return script


@contextlib.contextmanager
def full() -> Iterator[str]:
    """A port whose queue is full, so that it takes no connection; gives `host:port`."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.settimeout(0)
            filler.connect_ex(listener.getsockname())
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@contextlib.contextmanager
def nobody() -> Iterator[str]:
    """A port where nobody listens; gives `host:port`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    yield address


@contextlib.contextmanager
def no_such_host() -> Iterator[str]:
    """A name that no server has. Source: RFC 6761, section 6.4."""
    yield "chat.invalid"
