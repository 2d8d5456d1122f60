"""How tests start pytest in a process of its own."""

from __future__ import annotations

import sys

COSTLY = ("hypothesispytest", "anyio", "platformdirs")
"""Plugins of the suite that a project's tests have no use for, and that take a quarter of the
time of every process of pytest."""


def without(*names: str) -> str:
    """The options of pytest, as one text, to go without these plugins."""
    return " ".join(f"-p no:{name}" for name in names)


# One plugin more, because it shuffles.
PYTEST = (sys.executable, "-m", "pytest", *without("randomly", *COSTLY).split())
