"""WebSocket servers that break the protocol, vanish, or send too much."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
import socket
import struct
import threading
import tracemalloc
import zlib
from collections.abc import Callable, Iterator

import pytest

from harness.conversation import LOST, Direction, Frame, Origin, Request
from harness.core.errors import TransportError
from harness.transport.live import LiveLimits, LiveTransport

ORIGIN = Origin(turn=1, step="send.1")
MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
Talk = Callable[[socket.socket], None]
MEBIBYTE = 1024 * 1024


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0) -> bytes:
    """A frame as a server sends it. Source: RFC 6455, section 5.2."""
    head = bytes((fin << 7 | rsv << 4 | opcode,))
    size = len(payload)
    if size < 126:
        return head + bytes((size,)) + payload
    if size < 65536:
        return head + struct.pack("!BH", 126, size) + payload
    return head + struct.pack("!BQ", 127, size) + payload


def agreed(request: str, *more: str, accept: str = "") -> bytes:
    """The answer that opens a WebSocket."""
    key = re.search(r"(?i)sec-websocket-key: (\S+)", request)[1]
    right = base64.b64encode(hashlib.sha1((key + MAGIC).encode()).digest()).decode()  # noqa: S324  the protocol's own
    lines = [
        "HTTP/1.1 101 Switching Protocols",
        *("Upgrade: websocket", "Connection: Upgrade"),
        f"Sec-WebSocket-Accept: {accept or right}",
        *more,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def head_of(client: socket.socket) -> str:
    content = b""
    while b"\r\n\r\n" not in content:
        content += client.recv(65536)
    return content.decode()


@pytest.fixture
def serving() -> Iterator[Callable[[Talk], str]]:
    """Start a server whose one connection is a function; gives its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threads: list[threading.Thread] = []

        def start(talk: Talk) -> str:
            def accept() -> None:
                client, _ = listener.accept()
                # A client that refuses what it is sent may hang up while it is being sent.
                with contextlib.suppress(ConnectionError), client:
                    talk(client)

            threads.append(threading.Thread(target=accept))
            threads[0].start()
            return f"http://127.0.0.1:{listener.getsockname()[1]}"

        yield start
        for thread in threads:
            thread.join(20)


@pytest.fixture
def connect() -> Iterator[Callable[..., LiveTransport]]:
    """A transport to a server, with an open WebSocket if the server agrees."""
    opened: list[LiveTransport] = []

    def start(url: str, *offered: str, **limits: float) -> LiveTransport:
        transport = LiveTransport(
            hosts=frozenset({url.partition("://")[2]}),
            limits=LiveLimits(**{"attempts": 1, "read": 5, **limits}),
        )
        opened.append(transport)
        headers = (("Sec-WebSocket-Protocol", ", ".join(offered)),) if offered else ()
        transport.send(
            Request(method="GET", url=f"{url}/chat", headers=headers, origin=ORIGIN, is_socket=True)
        )
        return transport

    yield start
    for transport in opened:
        transport.close()


def sending(*pieces: bytes) -> Talk:
    """Open the WebSocket, send these bytes, and wait for the client's end."""

    def talk(client: socket.socket) -> None:
        client.sendall(agreed(head_of(client)))
        for piece in pieces:
            client.sendall(piece)
        while client.recv(65536):
            pass

    return talk


def answering(answer: Callable[[str], bytes]) -> Talk:
    """Answer the handshake with these bytes, and close the connection."""
    return lambda client: client.sendall(answer(head_of(client)))


@pytest.mark.parametrize(
    ("answer", "code", "reason"),
    [
        (lambda _: b"", "connection-broken", "closed the connection before it answered"),
        (lambda _: b"HTTP/1.1 101 Swi", "connection-broken", "closed the connection"),
        (lambda _: b"220 mail ready\r\n\r\n", "protocol-violation", "not a valid WebSocket"),
        (
            lambda head: agreed(head, accept="AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
            "protocol-violation",
            "Sec-WebSocket-Accept",
        ),
        (
            lambda head: agreed(head, "Sec-WebSocket-Protocol: other.v9"),
            "protocol-violation",
            "subprotocol",
        ),
        (
            lambda head: agreed(head, "Sec-WebSocket-Extensions: x-webkit-deflate-frame"),
            "protocol-violation",
            "extension",
        ),
        (
            lambda _: b"HTTP/1.1 101 Switching\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
            "protocol-violation",
            "not a valid WebSocket",
        ),
    ],
    ids=["nothing", "half", "not http", "accept", "subprotocol", "extension", "headers"],
)
def test_a_handshake_that_fails(
    answer: Callable[[str], bytes],
    code: str,
    reason: str,
    serving: Callable[[Talk], str],
    connect: Callable[..., LiveTransport],
) -> None:
    """The error says what was wrong; nothing hangs."""
    with pytest.raises(TransportError) as refused:
        connect(serving(answering(answer)), "chat.v1")

    assert (refused.value.code, reason in str(refused.value)) == (code, True), refused.value


def test_a_handshake_that_is_never_answered(
    serving: Callable[[Talk], str], connect: Callable[..., LiveTransport]
) -> None:
    """The limit for a silent server is that of a request."""
    with pytest.raises(TransportError) as refused:
        connect(serving(lambda client: client.recv(65536) and client.recv(65536)), read=0.3)

    assert refused.value.code == "read-timeout"


BAD = {
    "reserved opcode": (frame(0x3, b"x"), "opcode"),
    "reserved bit": (frame(0x1, b"x", rsv=2), "reserved bits"),
    "compressed without agreement": (frame(0x1, b"x", rsv=4), "reserved bits"),
    "lone continuation": (frame(0x0, b"x"), "continuation"),
    "text in text": (frame(0x1, b"a", fin=False) + frame(0x1, b"b"), "continuation"),
    "long ping": (frame(0x9, b"x" * 126), "control frame"),
    "fragmented ping": (frame(0x9, b"x", fin=False), "control frame"),
    "not utf-8": (frame(0x1, b"\xc3\x28"), "invalid continuation byte"),
    "masked": (b"\x81\x81\0\0\0\0x", "mask"),
    "close of one byte": (frame(0x8, b"x"), "close frame"),
    "close code 999": (frame(0x8, struct.pack("!H", 999)), "invalid status code"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_frame_that_breaks_the_protocol(
    case: str, serving: Callable[[Talk], str], connect: Callable[..., LiveTransport]
) -> None:
    """It is never a message, and never a close that the server asked for."""
    content, reason = BAD[case]
    transport = connect(serving(sending(content)))

    with pytest.raises(TransportError) as broken:
        transport.receive(ORIGIN, 5)

    assert broken.value.code == "protocol-violation"
    assert reason in str(broken.value).lower()


def test_a_length_that_no_memory_has(
    serving: Callable[[Talk], str], connect: Callable[..., LiveTransport]
) -> None:
    """A frame that announces 4 exabytes is refused before its content is waited for."""
    transport = connect(serving(sending(b"\x82\x7f" + struct.pack("!Q", 1 << 62))))

    with pytest.raises(TransportError) as refused:
        transport.receive(ORIGIN, 5)

    assert refused.value.code == "too-large"


def test_endless_fragments(
    serving: Callable[[Talk], str], connect: Callable[..., LiveTransport]
) -> None:
    """All fragments of a message count together."""
    pieces = [frame(0x1, b"x" * 1000, fin=False), *[frame(0x0, b"x" * 1000, fin=False)] * 20]
    transport = connect(serving(sending(*pieces)), body=10_000)

    with pytest.raises(TransportError) as refused:
        transport.receive(ORIGIN, 5)

    assert refused.value.code == "too-large"


def test_a_compressed_message_that_expands(
    serving: Callable[[Talk], str], connect: Callable[..., LiveTransport]
) -> None:
    """200 MiB of zeros in 200 KiB are stopped at the limit, before memory is filled."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = b"".join(packer.compress(bytes(MEBIBYTE)) for _ in range(200))
    bomb += packer.flush(zlib.Z_SYNC_FLUSH)[:-4]

    def talk(client: socket.socket) -> None:
        client.sendall(agreed(head_of(client), "Sec-WebSocket-Extensions: permessage-deflate"))
        client.sendall(frame(0x2, bomb, rsv=4))
        while client.recv(65536):
            pass

    transport = connect(serving(talk), body=MEBIBYTE)
    tracemalloc.start()
    try:
        with pytest.raises(TransportError) as refused:
            transport.receive(ORIGIN, 20)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert refused.value.code == "too-large"
    assert peak < 20 * MEBIBYTE


def test_fragments_with_pings_between_them(
    serving: Callable[[Talk], str], connect: Callable[..., LiveTransport]
) -> None:
    """One message, a character cut in two; each ping is answered with its own content."""
    pongs: list[bytes] = []

    def talk(client: socket.socket) -> None:
        client.sendall(agreed(head_of(client)))
        start, rest = "Grüße".encode()[:3], "Grüße".encode()[3:]
        parts = (frame(0x1, start, fin=False), frame(0x9, b"a"), frame(0x0, rest))
        client.sendall(b"".join((*parts, frame(0xA, b"unasked"), frame(0x9, b"b"))))
        for _ in range(2):
            head = client.recv(2)
            key, content = client.recv(4), client.recv(head[1] & 0x7F)
            pongs.append(bytes(one ^ key[at % 4] for at, one in enumerate(content)))

    transport = connect(serving(talk))

    assert transport.receive(ORIGIN, 5).content == "Grüße"
    assert transport.receive(ORIGIN, 5).direction is Direction.CLOSED
    assert pongs == [b"a", b"b"]


@pytest.mark.parametrize(
    ("content", "code", "reason"),
    [
        (frame(0x8, struct.pack("!H", 1000)), 1000, ""),
        (frame(0x8, struct.pack("!H", 1011) + "Überlast".encode()), 1011, "Überlast"),
        (frame(0x8, struct.pack("!H", 4999) + b"x" * 123), 4999, "x" * 123),
        (frame(0x8), 1005, ""),
        (b"", LOST, ""),
        (frame(0x1, b"half", fin=False), LOST, ""),
        (b"\x81", LOST, ""),
    ],
    ids=["normal", "reason", "longest", "no code", "lost", "in a message", "in a frame"],
)
def test_how_a_server_ends(
    content: bytes,
    code: int,
    reason: str,
    serving: Callable[[Talk], str],
    connect: Callable[..., LiveTransport],
) -> None:
    """The code and the reason are those of the server; without a close, the connection is lost."""
    transport = connect(serving(answering(lambda head: agreed(head) + content)))

    received = transport.receive(ORIGIN, 5)
    sent = transport.send_frame(Frame(origin=ORIGIN, content="more"))

    assert (received.direction, received.code, received.reason) == (Direction.CLOSED, code, reason)
    assert (sent.direction, sent.code) == (Direction.CLOSED, code)


def test_a_server_that_reads_nothing(
    serving: Callable[[Talk], str], connect: Callable[..., LiveTransport]
) -> None:
    """A message that it does not take ends with the limit for a silent server."""
    ended = threading.Event()

    def talk(client: socket.socket) -> None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(agreed(head_of(client)))
        ended.wait(20)

    transport = connect(serving(talk), read=0.5)
    with pytest.raises(TransportError) as refused:
        transport.send_frame(Frame(origin=ORIGIN, content=bytes(20 * MEBIBYTE)))
    ended.set()

    assert refused.value.code == "write-timeout"
