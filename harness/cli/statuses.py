"""The exit statuses of the commands; those of `harness run` are in `reports/classes`."""

from __future__ import annotations

FOUND_PROBLEMS = 1
WRONG_USE = 2
"""Called wrongly, or a file that is needed is wrong."""
REGRESSED = 6
"""Of `harness compare`; none of pytest's, so that a script can tell them apart."""
