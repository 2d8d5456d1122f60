"""How tests start pytest in a process of its own."""

from __future__ import annotations

import sys

WITHOUT = tuple(
    word for name in ("randomly", "hypothesispytest", "anyio") for word in ("-p", f"no:{name}")
)
"""Without the plugins of the suite that a project's tests have no use for. One shuffles, and each
imports a large library, such as NumPy: together they take 0.6 s in every process."""
PYTEST = (sys.executable, "-m", "pytest", *WITHOUT)
