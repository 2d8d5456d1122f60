"""WebSocket servers on loopback, with the server of the library `websockets`."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

Script = Callable[[ServerConnection], None]
"""What the server does with one connection."""
Serve = Callable[..., str]


@pytest.fixture
def web_socket() -> Iterator[Serve]:
    """Start a server that runs a script for each connection; returns its http URL."""
    with contextlib.ExitStack() as stack:

        def start(script: Script, **options: object) -> str:
            def guarded(connection: ServerConnection) -> None:
                with contextlib.suppress(ConnectionClosed):
                    script(connection)

            server = stack.enter_context(serve(guarded, "127.0.0.1", 0, **options))
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            stack.callback(thread.join, 10)
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.socket.getsockname()[1]}"

        yield start
