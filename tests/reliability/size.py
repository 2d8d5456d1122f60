from __future__ import annotations

import os


def runs(quick: int, full: int) -> int:
    """How often something is tried: `HARNESS_RELIABILITY=full` tries it more often."""
    return full if os.environ.get("HARNESS_RELIABILITY") == "full" else quick
