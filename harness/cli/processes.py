"""Runs pytest in a process of its own, as a user would."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence


def run_pytest(arguments: Sequence[str]) -> int:
    """Run pytest and wait for it; returns its exit status.

    A process of its own: in this one the package is imported already, which pytest warns of.
    Ctrl-C reaches both; pytest stops the conversations, and this process waits for it. SIGTERM,
    which may reach only this one, is handed on. Where a signal killed pytest, the status is the
    one that a shell gives it.
    """
    command = [sys.executable, "-m", "pytest", *arguments]
    with subprocess.Popen(command) as process:  # noqa: S603  # our own interpreter, the user's words
        # Only now: a signal that is ignored here before would be ignored there as well.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        ended = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        try:
            status = process.wait()
        finally:
            signal.signal(signal.SIGINT, before)
            signal.signal(signal.SIGTERM, ended)
        return status if status >= 0 else 128 - status
