"""The possible outcomes of a check, a turn or a scenario."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """The outcome of judging."""

    PASSED = "passed"
    FAILED = "failed"
    """The bot was wrong."""
    BROKEN = "broken"
    """It could not be judged: the network, the protocol, a recording, or a check that crashed."""
    SKIPPED = "skipped"
    """It could not be measured; a reason is given."""

    @property
    def is_bad(self) -> bool:
        """Whether a run with this outcome is not green."""
        return self in (Outcome.FAILED, Outcome.BROKEN)
