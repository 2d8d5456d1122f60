"""The classes of red: what a command's exit status tells apart."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from harness.conversation import Outcome
from harness.play.drift.drift import CHECK as DRIFT

FAILED, BROKEN, DRIFTED = "failed", "broken", "drifted"

RED = 1
"""The exit status of pytest where any test is red, and ours where one FAILED."""
STATUSES: Mapping[str, int] = {FAILED: RED, BROKEN: 7, DRIFTED: 8}
"""The exit status of `harness run` by class, the worst first."""


def class_of(outcome: str, codes: Collection[str]) -> str:
    """The class of a conversation; empty where it is not red."""
    if outcome == Outcome.FAILED:
        return DRIFTED if set(codes) == {DRIFT} else FAILED
    return BROKEN if outcome == Outcome.BROKEN else ""


def status_of(exit_status: int, classes: Mapping[str, int]) -> int:
    """The exit status of `harness run`, of pytest's and the number of red tests by class."""
    if exit_status != RED:
        return exit_status
    return next((status for name, status in STATUSES.items() if classes.get(name)), RED)
