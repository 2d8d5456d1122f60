"""Looks up the addresses of a host, and connects to the first one that answers."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any

from harness.core.network_guard import own_connection

SLICE = 0.05
"""Seconds between two checks for an interruption while a connection is made."""

# It needs no file descriptor, unlike the default one. Windows does not have it.
_Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)

Address = tuple[Any, Any, int, str, Any]
"""A result of `socket.getaddrinfo`."""

Check = Callable[[float], None]
"""Raises `OSError` if this time of the clock is reached, or if the run was stopped."""


def resolve(host: str, port: int, ends: float, check: Check) -> list[Address]:
    """The addresses of a host. A thread of its own looks them up: nothing can interrupt it."""
    if host == "localhost" or ":" in host or host.replace(".", "").isdigit():
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    found: list[Address] = []
    failed: list[OSError] = []
    done = threading.Event()

    def look_up() -> None:
        try:
            with own_connection():
                found.extend(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            failed.append(error if isinstance(error, OSError) else socket.gaierror(str(error)))
        done.set()

    threading.Thread(target=look_up, name="harness-resolve", daemon=True).start()
    while not done.wait(SLICE):
        check(ends)
    if failed:
        raise failed[0]
    return found


def connect(
    addresses: Sequence[Address], ends: float, clock: Callable[[], float], check: Check
) -> socket.socket:
    """A connection to the first address that accepts one. They share the time that is left.

    Raises `TimeoutError` where one did not answer, else the error of the last.
    """
    failed: list[OSError] = [OSError("the host has no address")]
    for number, address in enumerate(addresses):
        now = clock()
        share = now + (ends - now) / (len(addresses) - number)
        try:
            return _connect_to(address, share, clock, check)
        except OSError as error:
            failed.append(error)
    silent = (error for error in failed if isinstance(error, TimeoutError))
    raise next(silent, failed[-1])


def _connect_to(
    address: Address, ends: float, clock: Callable[[], float], check: Check
) -> socket.socket:
    """Connect to an address. Not every system can shut down a connection in the making."""
    family, kind, protocol, _, target = address
    sock = socket.socket(family, kind, protocol)
    try:
        sock.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            sock.connect(target)
        while not is_ready(sock, selectors.EVENT_WRITE, min(SLICE, ends - clock())):
            check(ends)
        _require_connected(sock)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        # Also for the errors of a project that blocks the network in its tests.
        sock.close()
        raise
    return sock


def is_ready(sock: socket.socket, event: int, seconds: float) -> bool:
    """Whether a socket can be read or written within some time."""
    with _Selector() as selector:
        selector.register(sock, event)
        return bool(selector.select(max(0.0, seconds)))


def _require_connected(sock: socket.socket) -> None:
    if code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        # Python picks the subclass by the number, such as ConnectionRefusedError.
        raise OSError(code, os.strerror(code))
