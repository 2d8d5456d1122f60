"""How many processes share the work of a run."""

from __future__ import annotations

import pytest

LEAST = 200
"""Scenarios from which on it is done: with few, to fork and to warm up takes what it saves."""
MOST = 4
"""More would wait for pytest itself, which takes a quarter as long for a test as a replay does."""


def further_processes(config: pytest.Config, scenarios: int) -> int:
    """How many are to be forked for so many scenarios; 0 where pytest's own does all of it."""
    wanted: int | None = config.getoption("--harness-processes")
    is_small = scenarios < LEAST if wanted is None else not scenarios
    # A worker of xdist has the other processors against it.
    if is_small or wanted == 1 or hasattr(config, "workerinput"):
        return 0
    # Late: most runs are small.
    from harness.parallel.shared_work import can_share, processors  # noqa: PLC0415

    return (wanted or min(processors(), MOST)) - 1 if can_share() else 0
