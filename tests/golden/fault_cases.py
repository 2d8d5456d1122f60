"""What a case of a misbehaving server is made of."""

from __future__ import annotations

import gzip
import socket
import threading
from dataclasses import dataclass, field

from misbehaving import Script, sending
from shop import CHAT

from harness.conversation import Outcome

REPEATABLE = CHAT.replace("'}}", "'}, repeatable: true}")
ASK = """\
scenario: dress
turns:
  - id: ask
    user: Is there a pink dress?
    expect: {contains: pink}
"""
GOOD = b'{"text": "Only a green one"}'
"""A reply that fails the scenario's check, so that the screen shows what was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a server does, and what comes of it."""

    answers: tuple[Script, ...]
    """To the first request, the second, and so on; the last one to all further."""
    steps: str = CHAT
    scenario: str = ASK
    outcome: Outcome = Outcome.BROKEN
    asked: int = 1
    """Requests that the server gets; 0 where that is a matter of time."""
    timeout: str = "20s"
    breaks: bool = False
    """The network broke after the head of an answer, which can be recorded."""
    varies: str = ""
    """A pattern whose digits are a matter of time."""


@dataclass(slots=True)
class InTurn:
    """One script after the other, a request each."""

    scripts: tuple[Script, ...]
    asked: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, connection: socket.socket, stopped: threading.Event) -> None:
        """Run the script whose turn it is."""
        with self.lock:
            script = self.scripts[min(self.asked, len(self.scripts) - 1)]
            self.asked += 1
        script(connection, stopped)


def reply(
    body: bytes = GOOD, *headers: str, status: str = "200 OK", kind: str = "application/json"
) -> Script:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status}", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"Content-Type: {kind}"] * bool(kind)
    return sending("\r\n".join([*lines, *headers]).encode("latin-1") + b"\r\n\r\n" + body)


def cut(body: bytes, length: int = 1000) -> Script:
    """An answer that is closed before its length is reached."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    return sending(head.encode() + body)


def packed(body: bytes, encoding: str = "gzip") -> Script:
    """An answer that says how it is compressed."""
    return reply(body, f"Content-Encoding: {encoding}")


def chunked(*parts: bytes, kind: str = "text/event-stream", is_whole: bool = True) -> bytes:
    """A stream, each part a chunk of its own; one that is not whole lacks its end."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return head.encode() + body + (b"0\r\n\r\n" if is_whole else b"")


def repeating(start: bytes, part: bytes, pause: float = 0.0) -> Script:
    """Send this, and then one part again and again until the reader hangs up.

    `pause` is the seconds between two parts.
    """

    def script(connection: socket.socket, stopped: threading.Event) -> None:
        connection.sendall(start)
        while not stopped.wait(pause):
            connection.sendall(part)

    return script


def bomb(size: int) -> bytes:
    """So many zeros, packed twice."""
    return gzip.compress(gzip.compress(bytes(size), 9), 9)
