"""Runs pytest in a process of its own, as a user would."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence


def run_pytest(arguments: Sequence[str]) -> int:
    """Run pytest and wait for it; returns its exit status.

    A process of its own: in this one the package is imported already, which pytest warns of.
    Ctrl-C reaches both; pytest stops the conversations, and this process waits for it.
    """
    command = [sys.executable, "-m", "pytest", *arguments]
    with subprocess.Popen(command) as process:  # noqa: S603  # our own interpreter, the user's words
        # Only now: a signal that is ignored here before would be ignored there as well.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return process.wait()
        finally:
            signal.signal(signal.SIGINT, before)
