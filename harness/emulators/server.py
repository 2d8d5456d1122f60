"""Emulators served on loopback: one uvicorn server, thread and event loop each."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from harness.emulators.registry import EMULATORS, NAMES

_HOST = "127.0.0.1"
_START_SECONDS = 10.0
# What still runs when the emulators are stopped is cancelled at once.
_STOP_SECONDS = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Where the started emulators are.

    `environment` holds every variable that their clients read. `urls` maps the name of an
    emulator to its base URL.
    """

    environment: dict[str, str]
    urls: dict[str, str]


@contextmanager
def serving(
    names: Sequence[str] = NAMES, *, ports: Mapping[str, int] | None = None
) -> Iterator[Running]:
    """Starts emulators on loopback and stops them on leaving.

    A name that `ports` leaves out gets a free port. Raises ValueError for an unknown name,
    and OSError where a port is taken.
    """
    unknown = sorted({*names, *(ports or {})} - set(NAMES))
    if unknown:
        raise ValueError(f"no emulator is named {', '.join(unknown)}; there are {', '.join(NAMES)}")
    environment: dict[str, str] = {}
    urls: dict[str, str] = {}
    threads: list[_ServerThread] = []
    with ExitStack() as stack:
        for name in dict.fromkeys(names):
            emulator = EMULATORS[name]
            listener = stack.enter_context(_listen((ports or {}).get(name, 0)))
            origin = f"http://{_HOST}:{listener.getsockname()[1]}"
            threads.append(_ServerThread(name, emulator.create_app(), listener))
            environment |= emulator.environment_at(origin)
            urls[name] = emulator.url_at(origin)
        # Registered last, so that the servers end before their sockets are closed.
        stack.callback(_stop, threads)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.wait_until_ready()
        yield Running(environment=environment, urls=urls)


def serve(
    names: Sequence[str],
    ports: Mapping[str, int] | None,
    announce: Callable[[dict[str, str]], None],
) -> None:
    """Serves emulators until SIGINT or SIGTERM comes.

    `announce` is called with all variables once every emulator answers. Only the main thread
    may call this, because only it can set signal handlers. Raises what `serving` raises.
    """
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, ask_to_stop) for number in numbers}
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
        super().__init__(name=f"emulator-{name}", daemon=True)
        self._listener = listener
        config = uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            loop="asyncio",
            log_config=None,
            # A connection that is cut on purpose is an error to uvicorn.
            log_level="critical",
            access_log=False,
            timeout_graceful_shutdown=_STOP_SECONDS,
        )
        self.server = uvicorn.Server(config)

    def run(self) -> None:
        self.server.run(sockets=[self._listener])

    def wait_until_ready(self) -> None:
        """Raises RuntimeError where the server did not start."""
        deadline = time.monotonic() + _START_SECONDS
        while not self.server.started:
            if not self.is_alive() or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} did not start")
            time.sleep(0.002)


def _listen(port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off only where the protocol is named; with it, every
    # answer on a kept connection takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((_HOST, port))
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    return listener


def _stop(threads: Sequence[_ServerThread]) -> None:
    for thread in threads:
        thread.server.should_exit = True
    for thread in threads:
        if thread.ident is not None:
            thread.join()
