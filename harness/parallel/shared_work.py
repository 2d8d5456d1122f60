"""Calls of a pure function, shared between this process and others that are forked from it."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import selectors
import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import Generic, TypeVar

T = TypeVar("T")

_TAKEN = 1
_STOP_SECONDS = 5.0
"""How long a process may take for the call that it is in when it is told to stop."""


def can_share() -> bool:
    """Whether this process can be forked safely: on Linux, with no second thread of Python."""
    can_fork = sys.platform == "linux" and hasattr(os, "fork")
    return can_fork and threading.active_count() == 1


def processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


class SharedWork(Generic[T]):
    """Calls `work(0)`, `work(1)`, … in several processes, each number as a rule once.

    Every process takes the lowest number that nobody has taken. Results come back pickled, and
    are asked for in any order. A process that dies takes nothing with it but time: for a number
    without a result, `result` gives None, and the caller does it by itself.
    """

    def __init__(
        self,
        work: Callable[[int], T | None],
        count: int,
        *,
        processes: int,
        begin: Callable[[], None],
        end: Callable[[], None],
    ) -> None:
        """`processes` are forked at once. Each calls `begin` first and `end` last."""
        self._work = work
        self._count = count
        self._context = multiprocessing.get_context("fork")
        # Not locked: where two take the same number, both do it, and one result is dropped.
        self._taken = self._context.RawArray("B", count)
        self._results: dict[int, T | None] = {}
        self._given: set[int] = set()
        self._open: list[Connection] = []
        # Made once: `multiprocessing.connection.wait` makes one each time, which costs 50 µs.
        self._selector = selectors.DefaultSelector()
        self._forked: list[ForkProcess] = []
        for _ in range(processes):
            self._fork(begin, end)

    def result(self, number: int) -> T | None:
        """What came of a number: once, None where the caller is to do it by itself."""
        if number in self._given:
            return None
        self._given.add(number)
        if number in self._results:
            return self._results.pop(number)
        if not self._taken[number]:
            self._taken[number] = _TAKEN
            return None
        while True:
            self._receive(patience=0)
            if number in self._results:
                return self._results.pop(number)
            if not self._open:
                return None
            further = self._next(number)
            if further is None:
                self._receive(patience=None)
            else:
                # Better than to wait: another process is at it.
                self._results[further] = self._work(further)

    def stop(self) -> None:
        """Take no further number, and wait for those who are at one."""
        self._taken[:] = [_TAKEN] * self._count
        self._selector.close()
        for connection in self._open:
            connection.close()
        self._open.clear()
        for process in self._forked:
            process.join(_STOP_SECONDS)
            if process.is_alive():
                process.kill()
                process.join()
            process.close()
        self._forked.clear()

    def _fork(self, begin: Callable[[], None], end: Callable[[], None]) -> None:
        receiving, sending = self._context.Pipe(duplex=False)
        process = self._context.Process(
            target=self._do, args=(sending, (*self._open, receiving), begin, end), daemon=True
        )
        with warnings.catch_warnings():
            # Python warns of threads that libraries started in C; none of them is waited for.
            warnings.simplefilter("ignore", DeprecationWarning)
            process.start()
        sending.close()
        self._open.append(receiving)
        self._selector.register(receiving, selectors.EVENT_READ)
        self._forked.append(process)

    def _do(
        self,
        sending: Connection,
        others: Sequence[Connection],
        begin: Callable[[], None],
        end: Callable[[], None],
    ) -> None:
        """What a forked process does. Ends quietly where nobody listens any more."""
        for connection in others:
            # Else nobody would see that the process that forked this one is gone.
            connection.close()
        with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
            begin()
            number = -1
            while (found := self._next(number)) is not None:
                number = found
                sending.send((number, self._work(number)))
            end()

    def _next(self, number: int) -> int | None:
        """Take the next number that nobody has taken."""
        taken = self._taken
        for further in range(number + 1, self._count):
            if not taken[further]:
                taken[further] = _TAKEN
                return further
        return None

    def _receive(self, patience: float | None) -> None:
        """Take what was sent, waiting for something so many seconds; None waits for ever."""
        for key, _ in self._selector.select(patience):
            connection = key.fileobj
            assert isinstance(connection, Connection)  # noqa: S101  # nothing else is registered
            try:
                number, result = connection.recv()
            except EOFError:
                self._selector.unregister(connection)
                self._open.remove(connection)
                connection.close()
            else:
                self._results[number] = result
