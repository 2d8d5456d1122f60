"""Lets SIGTERM end a run in order."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pytest

STATUS = 128 + signal.SIGTERM
"""What a shell calls the status of a process that SIGTERM ended."""


@contextmanager
def ending_at_sigterm() -> Iterator[None]:
    """Stop pytest at SIGTERM as Ctrl-C does; a second one kills the process.

    Without this, conversations that are going on would not be closed at their servers. Where
    somebody else handles the signal, or outside the main thread, nothing is changed.
    """
    is_free = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    if not is_free or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _end(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    pytest.exit("stopped by SIGTERM", returncode=STATUS)
