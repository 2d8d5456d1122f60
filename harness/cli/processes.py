"""Runs pytest in a process of its own, as a user would."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence

HANDED_ON = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


def run_pytest(arguments: Sequence[str]) -> int:
    """Run pytest and wait for it; returns its exit status.

    A process of its own: in this one the package is imported already, which pytest warns of.
    Signals that are sent to this process are handed on: pytest stops the conversations, and this
    process waits for it. A terminal sends Ctrl-C to both, which changes nothing for pytest. Where a
    signal killed pytest, the status is the one that a shell gives it.
    """
    command = [sys.executable, "-m", "pytest", *arguments]
    with subprocess.Popen(command) as process:  # noqa: S603  # our own interpreter, the user's words
        # What is ignored here, as below `nohup`, is ignored there as well.
        before = {
            number: signal.signal(number, lambda number, _: process.send_signal(number))
            for number in HANDED_ON
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        try:
            status = process.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        return status if status >= 0 else 128 - status
