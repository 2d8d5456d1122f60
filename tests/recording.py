"""Records the example suite anew: `python -m tests.recording [PATH…]`.

Serves the emulators on loopback, plays the scenarios against them in refresh mode, and exits
with pytest's status. Without paths, every scenario is recorded.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from harness.emulators import NAMES, serving

SCENARIOS = "scenarios"

PORTS = {name: 8701 + index for index, name in enumerate(NAMES)}
"""The same each time, so that a new recording differs only where the conversation does."""

COMMAND = (
    *(sys.executable, "-m", "pytest", "-q", "-p", "no:randomly"),
    *("--harness-mode=refresh", "--harness-concurrency=1"),
)
"""One after another and in the order of the files: what the servers count comes out alike."""


def record(paths: Sequence[str]) -> int:
    """Record scenarios in a process of their own. Returns pytest's exit status.

    Raises OSError where a port is taken.
    """
    with serving(ports=PORTS) as running:
        environment = {**os.environ, **running.environment}
        return subprocess.call([*COMMAND, *(paths or [SCENARIOS])], env=environment)


if __name__ == "__main__":
    sys.exit(record(sys.argv[1:]))
