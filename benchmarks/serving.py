"""Starts the bench server in a process of its own, and measures what it can do."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent

_BODY = b'{"text":"Where is my order N-00001?"}'
_REQUEST = (
    b"POST /sessions/s-000001/messages HTTP/1.1\r\nHost: bench\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
) % (len(_BODY), _BODY)


@contextmanager
def bench_server(module: str = "benchmarks.server") -> Iterator[str]:
    """A running server, which prints its port; gives its address. It ends with the block."""
    with subprocess.Popen(
        [sys.executable, "-m", module],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None  # noqa: S101  # asked for above
        assert process.stdout is not None  # noqa: S101  # the same
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.stdin.close()
            process.wait(timeout=10)


def own_rate(address: str, requests: int = 20_000) -> float:
    """Messages that the server answers in a second, asked for by a client that costs nothing.

    The requests are sent ahead, 100 at a time on one connection, so the client hardly works.
    """
    host, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as client:
        client.sendall(_REQUEST)
        size = len(client.recv(65_536))
        begun = time.perf_counter()
        for _ in range(requests // 100):
            client.sendall(_REQUEST * 100)
            missing = size * 100
            while missing > 0:
                missing -= len(client.recv(min(missing, 1 << 20)))
        return requests / (time.perf_counter() - begun)
