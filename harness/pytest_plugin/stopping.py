"""Lets Ctrl-C, SIGTERM and SIGHUP end a run in order, in all its processes."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Generator, Iterable
from contextlib import suppress
from types import FrameType
from typing import Any

import pytest

PATIENCE = 1.5
"""Seconds in which a second signal changes nothing: what was opened is closed by then.

Where a terminal sends Ctrl-C to `harness run` and to pytest, the one hands its own on to the other.
"""
_TERMINATING = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class Terminated(KeyboardInterrupt):
    """A signal ended the run. Like Ctrl-C, it is not a result of a conversation."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"stopped by {signal.Signals(number).name}")


class Stopping:
    """Ends pytest in order at a signal. A pytest plugin of its own.

    Without it, SIGTERM and SIGHUP would leave conversations open at their servers, and a second
    Ctrl-C would break off their closing. Where somebody else handles a signal, or it is ignored
    as below `nohup`, or outside the main thread, nothing is changed. After `PATIENCE` seconds a
    further SIGTERM or SIGHUP kills the process.
    """

    def __init__(self, *, is_live: bool) -> None:
        """In a replay, which opens nothing, SIGTERM and SIGHUP kill the process as usual."""
        self._before: dict[int, Any] = {}
        self._nodes: list[Any] = []
        self._stopped_at: float | None = None
        if threading.current_thread() is not threading.main_thread():
            return
        self._take((signal.SIGINT,), signal.default_int_handler)
        if is_live:
            self._take(_TERMINATING, signal.SIG_DFL)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodeready(self, node: Any) -> None:  # noqa: ANN401  # xdist names no type
        """Remember a worker of xdist."""
        self._nodes.append(node)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection(self) -> Generator[None, object, object]:
        """Give a run that a signal ends while it collects the status of that signal."""
        return (yield from _told_to_pytest())

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Give a run that a signal ends while it plays the status of that signal."""
        return (yield from _told_to_pytest())

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Before xdist waits for its workers, stop them if the run was stopped."""
        is_stopped = self._stopped_at is not None or session.shouldstop or session.shouldfail
        if is_stopped or exitstatus == pytest.ExitCode.INTERRUPTED:
            for node in self._nodes:
                _terminate(node)

    @pytest.hookimpl
    def pytest_unconfigure(self) -> None:
        """Leave the signals as they were."""
        for number, handler in self._before.items():
            if signal.getsignal(number) == self._end:
                signal.signal(number, handler)

    def _take(self, numbers: Iterable[int], free: Any) -> None:  # noqa: ANN401  # as `signal` has it
        for number in numbers:
            if signal.getsignal(number) is free:
                self._before[number] = signal.signal(number, self._end)

    def _end(self, number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._stopped_at is not None and now - self._stopped_at < PATIENCE:
            return
        is_first, self._stopped_at = self._stopped_at is None, now
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        if not is_first:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        raise Terminated(number)


def _told_to_pytest() -> Generator[None, object, object]:
    try:
        return (yield)
    except Terminated as error:
        # The status is what a shell calls that of a process that the signal ended.
        pytest.exit(str(error), returncode=128 + error.number)


def _terminate(node: Any) -> None:  # noqa: ANN401  # as above
    """Send SIGTERM to a worker on this machine; one that is gone needs none.

    xdist itself tells its workers to end when they are done, and interrupts them after 5 s.
    """
    if getattr(node.gateway.spec, "popen", False):
        with suppress(OSError, AttributeError):
            os.kill(node.gateway._rinfo().pid, signal.SIGTERM)  # noqa: SLF001  # xdist asks so, too
