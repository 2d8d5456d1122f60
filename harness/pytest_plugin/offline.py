"""Keeps replays from opening connections, whoever tries."""

from __future__ import annotations

import _socket
import socket
import threading
from collections.abc import Callable
from typing import Any

from harness.errors import CassetteError

NETWORK = frozenset((socket.AF_INET, socket.AF_INET6))
CONNECTING = ("connect", "connect_ex", "sendto")
"""Methods of a socket that reach another machine. Sending to one needs no connection."""


class Offline:
    """While it is entered, its thread can neither connect to a host nor look one up.

    A replay asks for no connection itself; this is for checks and provider classes of a project,
    in the thread that plays. Sockets that other threads open, that were connected before, or that
    a library opens without Python's `socket` are not seen.
    """

    def __init__(self) -> None:
        self._methods = {name: self._around(name) for name in CONNECTING}
        self._look_up = socket.getaddrinfo
        self._before: dict[str, Any] = {}
        self._thread = 0

    def __enter__(self) -> None:
        """Refuse from now on."""
        self._thread = threading.get_ident()
        # As they are now: another plugin may stand there as well.
        self._before = {name: socket.socket.__dict__.get(name) for name in CONNECTING}
        self._look_up = socket.getaddrinfo
        for name, method in self._methods.items():
            setattr(socket.socket, name, method)
        socket.getaddrinfo = self._refuse_to_look_up

    def __exit__(self, *_: object) -> None:
        """Let everything be as it was."""
        for name, method in self._before.items():
            if method is None:
                delattr(socket.socket, name)
            else:
                setattr(socket.socket, name, method)
        socket.getaddrinfo = self._look_up

    def _around(self, name: str) -> Callable[..., Any]:
        def refusing(this: socket.socket, *arguments: Any) -> Any:  # noqa: ANN401  # passed on
            if self._is_here() and this.family in NETWORK and arguments:
                host, port, *_ = arguments[-1]
                raise _refusal(f"{host}:{port}")
            # What a socket inherits from `_socket` stands in no dictionary of its class.
            before = self._before.get(name) or getattr(_socket.socket, name)
            return before(this, *arguments)

        return refusing

    def _refuse_to_look_up(self, host: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401  # passed on
        if self._is_here():
            raise _refusal(f"{host}:{arguments[0]}" if arguments else str(host))
        return self._look_up(host, *arguments, **options)

    def _is_here(self) -> bool:
        return threading.get_ident() == self._thread


def _refusal(where: str) -> CassetteError:
    return CassetteError(
        "network-in-replay",
        f"a replay opens no connection, and something asked for one to {where}",
        "a check or provider class of the project did; play it in the mode live",
    )
