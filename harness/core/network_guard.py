"""Detects connections that are opened while a conversation is recorded or replayed.

An audit hook of the interpreter reports every connection of Python's sockets, for any library and
any event loop. Libraries that connect in C or Rust report nothing; the known ones are recognised
by their names.
"""

from __future__ import annotations

import ast
import os
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import FrameType
from weakref import WeakKeyDictionary

from harness.core.errors import PlayError
from harness.core.values import value_class

UNSEEN_CLIENTS = frozenset(
    {
        "awscrt",
        "confluent_kafka",
        "curl_cffi",
        "grpc",
        "impit",
        "MySQLdb",
        "oracledb",
        "playwright",
        "primp",
        "psycopg",
        "psycopg2",
        "pycurl",
        "pymssql",
        "pyodbc",
        "pyreqwest",
        "rnet",
        "tls_client",
        "uvloop",
        "wreq",
        "zmq",
    }
)
"""Packages that open connections without Python's sockets."""

_NETWORK = frozenset((socket.AF_INET, socket.AF_INET6))
_SENDING = frozenset(("socket.connect", "socket.sendto", "socket.sendmsg"))
_start = threading.Thread.start


@dataclass(slots=True, eq=False)
class Watch:
    """Refuses the connections of a playing thread, and of every thread that it started."""

    refuse: Callable[[str], PlayError]
    """Makes the error from a sentence about the connection."""
    refused: list[PlayError] = field(default_factory=list)
    """The errors so far, including those that other code caught."""

    def refusal(self, what: str) -> PlayError:
        """The error to raise, which is added to `refused`."""
        error = self.refuse(what)
        self.refused.append(error)
        return error


@value_class(frozen=True, slots=True, kw_only=True)
class _Started:
    """The origin of a thread."""

    player: threading.Thread
    """The playing thread that started it, directly or through others."""
    where: str
    """The code that started it."""


_watches: dict[threading.Thread, Watch] = {}
_started: WeakKeyDictionary[threading.Thread, _Started] = WeakKeyDictionary()
"""The threads that playing threads have started."""


class _Allowed(threading.local):
    """The number of `own_connection` blocks that a thread is in."""

    depth = 0


_allowed = _Allowed()
_hooked = threading.Lock()
_is_hooked = False


@contextmanager
def watching(watch: Watch) -> Iterator[Watch]:
    """Refuse every connection of this thread, except for those of the harness itself."""
    _hook()
    thread = threading.current_thread()
    before = _watches.get(thread)
    _watches[thread] = watch
    try:
        yield watch
    finally:
        if before is None:
            del _watches[thread]
        else:
            _watches[thread] = before


@contextmanager
def telling() -> Iterator[None]:
    """Raise an error for a refused connection, even if other code catches the first error."""
    watch = _watches.get(threading.current_thread())
    count = len(watch.refused) if watch is not None else 0
    try:
        yield
    except Exception as error:
        if watch is not None and count < len(watch.refused) and error not in watch.refused:
            raise watch.refused[count] from error
        raise
    if watch is not None and count < len(watch.refused):
        raise watch.refused[count]


@contextmanager
def own_connection() -> Iterator[None]:
    """Allow the connections of this thread: those that are recorded."""
    _allowed.depth += 1
    try:
        yield
    finally:
        _allowed.depth -= 1


def require_seen(module: str, what: str) -> None:
    """Refuse a module that uses an undetectable client, while this thread is watched.

    `what` names the content of the module, for messages. Raises the error of the watch.
    """
    watch = _watches.get(threading.current_thread())
    if watch is not None and (client := unseen_client(module)):
        raise watch.refusal(f"{what} uses {client}, whose connections cannot be detected")


@lru_cache(maxsize=256)
def unseen_client(module: str) -> str:
    """The client in a loaded module whose connections cannot be detected; empty if there is none.

    It is recognised by the imports of the file, including those in functions, and by the modules
    of the values.
    """
    loaded = sys.modules.get(module)
    file = getattr(loaded, "__file__", None) or ""
    names = set(_imports(Path(file))) if file.endswith(".py") else set()
    for value in vars(loaded).values() if loaded is not None else ():
        names.add(str(getattr(value, "__module__", "") or getattr(value, "__name__", "")))
    roots = {name.partition(".")[0] for name in names}
    return min(roots & UNSEEN_CLIENTS, default="")


def _imports(file: Path) -> Iterator[str]:
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""
        elif isinstance(node, ast.Call) and _names_import(node.func):
            yield from (
                str(argument.value)
                for argument in node.args[:1]
                if isinstance(argument, ast.Constant)
            )


def _names_import(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in ("import_module", "__import__")


def _hook() -> None:
    """Add the hook once; it cannot be removed."""
    global _is_hooked  # noqa: PLW0603  # one for the process, as the hook is
    with _hooked:
        if not _is_hooked:
            sys.addaudithook(_audited)
            # Python 3.11 has no event for it, and no version names the thread that started it.
            threading.Thread.start = _followed  # type: ignore[method-assign,assignment]
            _is_hooked = True


def _audited(event: str, arguments: tuple[object, ...]) -> None:
    """Called by the interpreter for every event of the process, so it must return quickly."""
    if not _watches or not event.startswith("socket."):
        return
    address = _address(event, arguments)
    player = _player() if address and not _allowed.depth else None
    if player is not None and (watch := _watches.get(player)):
        raise watch.refusal(_request(address))


def _player() -> threading.Thread | None:
    """This thread if it plays, or the playing thread that started it."""
    thread = threading.current_thread()
    if thread in _watches:
        return thread
    started = _started.get(thread)
    return started.player if started is not None else None


def _followed(started: threading.Thread) -> None:
    """Start a thread, and store the playing thread that it belongs to."""
    player = _player()
    if player is not None:
        before = _started.get(threading.current_thread())
        where = before.where if before is not None else _where(_callers(sys._getframe(1)))  # noqa: SLF001  # as `inspect` does
        _started[started] = _Started(player=player, where=where)
    _start(started)


def _address(event: str, arguments: tuple[object, ...]) -> str:
    """The host and port of a connection; empty for an event that opens none."""
    if event == "socket.getaddrinfo":
        host, port = arguments[:2]
        host = host.decode("utf-8", "replace") if isinstance(host, bytes) else host
        return f"{host}:{port}" if port is not None else str(host)
    if event not in _SENDING:
        return ""
    sock, address = arguments[:2]
    if getattr(sock, "family", None) not in _NETWORK or not isinstance(address, tuple):
        return ""
    return f"{address[0]}:{address[1]}"


def _request(address: str) -> str:
    """A sentence with the code that the harness called, and the library that the code used."""
    callers = list(_callers(sys._getframe(2)))  # noqa: SLF001  # as `inspect` does
    started = _started.get(threading.current_thread())
    where = started.where if started is not None else _where(callers)
    used = {_package(frame) for frame in callers[:1]} - {_package(frame) for frame in callers[-1:]}
    by = f", with {', '.join(used)}," if used else ""
    return f"{where}{by} tries to connect to {address}"


def _where(callers: Iterable[FrameType]) -> str:
    """The place of the outermost frame, for people."""
    outermost = deque(callers, maxlen=1)
    if not outermost:
        return "something"
    code = outermost[0].f_code
    here = f"{os.getcwd()}{os.sep}"  # noqa: PTH109  # a text, in a hook
    return f"{code.co_filename.removeprefix(here)}:{outermost[0].f_lineno} in {code.co_name}"


def _callers(frame: FrameType | None) -> Iterator[FrameType]:
    """The frames above, up to the harness's own; without those of the standard library."""
    while frame is not None:
        package = _package(frame)
        if package == "harness":
            return
        if package not in sys.stdlib_module_names:
            yield frame
        frame = frame.f_back


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]
