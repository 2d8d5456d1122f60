"""The emulators, served on loopback: one uvicorn server, thread and event loop each."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import MappingProxyType

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from harness.emulators import (
    a2a,
    ag_ui,
    anthropic_messages,
    bighummingbird,
    connectly,
    demo_shop,
    direct_line,
    enthusiast,
    mister_turing,
    openai_chat,
    openai_responses,
    rasa_rest,
    superoffice,
    websocket_json,
)
from harness.emulators.emulator import Emulator

EMULATORS: Mapping[str, Emulator] = MappingProxyType(
    {
        module.EMULATOR.name: module.EMULATOR
        for module in (
            bighummingbird,
            connectly,
            enthusiast,
            mister_turing,
            superoffice,
            rasa_rest,
            openai_chat,
            anthropic_messages,
            openai_responses,
            direct_line,
            a2a,
            ag_ui,
            websocket_json,
        )
    }
)
"""One for each built-in definition, by name.

The place of an emulator is its port in recordings, so that a new one is added at the end.
"""
NAMES: tuple[str, ...] = tuple(EMULATORS)
WITH_DEMO: Mapping[str, Emulator] = MappingProxyType(
    {**EMULATORS, **{emulator.name: emulator for emulator in demo_shop.RELEASES}}
)
"""All that can be served by name: those of the built-in definitions, and the bot of the demo."""

_HOST = "127.0.0.1"
_START_SECONDS = 10.0
# Requests that are still running when the emulators are stopped are cancelled at once.
_STOP_SECONDS = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Where the started emulators are.

    `environment` contains every variable that their clients read. `urls` maps the name of an
    emulator to its base URL.
    """

    environment: dict[str, str]
    urls: dict[str, str]


@contextmanager
def serving(
    names: Sequence[str] = NAMES, *, ports: Mapping[str, int] | None = None
) -> Iterator[Running]:
    """Starts emulators on loopback and stops them on leaving.

    A name that is not in `ports` gets a free port. Raises ValueError for an unknown name,
    and OSError if a port is taken.
    """
    ports = ports or {}
    unknown = sorted({*names, *ports} - set(WITH_DEMO))
    if unknown:
        known = ", ".join(WITH_DEMO)
        raise ValueError(f"no emulator is named {', '.join(unknown)}; there are {known}")
    running = Running(environment={}, urls={})
    threads: list[_ServerThread] = []
    with ExitStack() as stack:
        for name in dict.fromkeys(names):
            emulator = WITH_DEMO[name]
            listener = stack.enter_context(_listen(ports.get(name, 0)))
            threads.append(_ServerThread(name, emulator.create_app(), listener))
            url = f"http://{_HOST}:{listener.getsockname()[1]}{emulator.base_path}"
            running.urls[name] = running.environment[emulator.url_variable] = url
            running.environment.update(emulator.environment)
        # Registered last, so that the servers end before their sockets are closed.
        stack.callback(_stop, threads)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.wait_until_ready()
        yield running


def serve(
    names: Sequence[str],
    ports: Mapping[str, int] | None,
    announce: Callable[[dict[str, str]], None],
) -> None:
    """Serves emulators until SIGINT or SIGTERM arrives.

    `announce` is called with all variables once every emulator answers. Only the main thread
    can call this, because only it can set signal handlers. Raises what `serving` raises.
    """
    stop = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        with serving(names, ports=ports) as running:
            announce(running.environment)
            stop.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _ServerThread(threading.Thread):
    """A uvicorn server that listens on a socket which is already bound."""

    def __init__(self, name: str, app: Starlette, listener: socket.socket) -> None:
        config = uvicorn.Config(
            app,
            lifespan="off",
            # The library is imported only where it is needed.
            ws="websockets-sansio" if _has_web_sockets(app) else "none",
            loop="asyncio",
            log_config=None,
            # A connection that is cut on purpose is an error to uvicorn.
            log_level="critical",
            access_log=False,
            timeout_graceful_shutdown=_STOP_SECONDS,
        )
        self.server = uvicorn.Server(config)
        super().__init__(
            name=f"emulator-{name}", daemon=True, target=self.server.run, args=([listener],)
        )

    def wait_until_ready(self) -> None:
        """Raises RuntimeError if the server did not start."""
        deadline = time.monotonic() + _START_SECONDS
        while not self.server.started:
            if not self.is_alive() or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} did not start")
            time.sleep(0.002)


def _has_web_sockets(app: Starlette) -> bool:
    return any(isinstance(route, WebSocketRoute) for route in app.routes)


def _listen(port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only if the protocol is named; with it, every answer on
    # a persistent connection takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        # One of several ports: the error names it.
        raise type(error)(error.errno, error.strerror, f"{_HOST}:{port}") from error
    return listener


def _stop(threads: Sequence[_ServerThread]) -> None:
    for thread in threads:
        thread.server.should_exit = True
    for thread in threads:
        if thread.ident is not None:
            thread.join()
