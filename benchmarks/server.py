"""The chat API that the benchmarks talk to: HTTP/1.1 on loopback, and as little else as possible.

    POST   /sessions                    201 {"session_id": …}
    POST   /sessions/ID/messages        200 {"session_id": …, "message": {…}, …}
    DELETE /sessions/ID                 204

Below /wait/MILLISECONDS the messages are answered after that time; sessions always at once.
Answers depend on the request alone, apart from the counted session ids.

It speaks HTTP itself, on `asyncio.Protocol`: under a general web server the server, not the
client, would be the limit of the rows without delay. Started as a script, it prints its port and
runs until its standard input ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sys
import threading
from itertools import count

from benchmarks.words import payload

_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection:[ \t]*close", re.IGNORECASE)
_PATH = re.compile(r"(?:/wait/(?P<wait>\d+))?/sessions(?:/(?P<session>[^/]+)(?P<say>/messages)?)?")

_numbers = count(1)


class Connection(asyncio.Protocol):
    """One client; its requests are answered one after the other, in order."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._is_waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what to write to."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # TCP gives no other
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer what is whole by now."""
        self._received += data
        self._answer_all()

    def _answer_all(self) -> None:
        while not self._is_waiting:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._received[:end])
            found = _LENGTH.search(head)
            total = end + 4 + (int(found[1]) if found else 0)
            if len(self._received) < total:
                return
            body = bytes(self._received[end + 4 : total])
            del self._received[:total]
            self._take(head, body)

    def _take(self, head: bytes, body: bytes) -> None:
        method, _, rest = head.partition(b" ")
        target = rest.partition(b" ")[0].decode("ascii")
        seconds, answer = _answer(method, target, body)
        is_last = _CLOSE.search(head) is not None
        if seconds == 0:
            self._write(answer, is_last=is_last)
            return
        self._is_waiting = True
        asyncio.get_running_loop().call_later(seconds, self._write_late, answer, is_last)

    def _write_late(self, answer: bytes, is_last: bool) -> None:  # noqa: FBT001  # call_later passes no keywords
        self._is_waiting = False
        self._write(answer, is_last=is_last)
        self._answer_all()

    def _write(self, answer: bytes, *, is_last: bool) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(answer)
        if is_last:
            self._transport.close()


def _answer(method: bytes, target: str, body: bytes) -> tuple[float, bytes]:
    """Seconds to wait, and the answer."""
    found = _PATH.fullmatch(target)
    if found is None:
        return 0.0, _encoded(b"404 Not Found", {"error": f"there is no {target}"})
    if method == b"DELETE":
        return 0.0, b"HTTP/1.1 204 No Content\r\n\r\n"
    if found["say"] is None:
        session = f"s-{next(_numbers):06}"
        return 0.0, _encoded(b"201 Created", {"session_id": session})
    text = json.loads(body)["text"]
    reply = payload(text, found["session"])
    return int(found["wait"] or 0) / 1000, _encoded(b"200 OK", reply)


def _encoded(status: bytes, payload: object) -> bytes:
    body = json.dumps(payload, separators=(",", ":")).encode()
    head = b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % (status, len(body)) + body


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", 0, backlog=1024)
    ended = asyncio.Event()

    def wait_for_end() -> None:
        sys.stdin.buffer.read()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait_for_end, daemon=True).start()
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()
    server.close()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve())
