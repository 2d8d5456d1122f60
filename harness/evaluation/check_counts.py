"""How often a check passed and failed in earlier runs."""

from __future__ import annotations

from datetime import datetime

from harness.core import value_class


@value_class(frozen=True, slots=True, kw_only=True)
class CheckCounts:
    """The outcomes of one check over all rows, takes, providers and runs of a scenario."""

    runs: int
    """Runs in which it was judged or skipped."""
    passed: int = 0
    failed: int = 0
    broken: int = 0
    skipped: int = 0
    last_failed: datetime | None = None
    """The start of the last run in which it failed, in UTC."""

    @property
    def has_failed(self) -> bool:
        """Whether it ever failed."""
        return self.failed > 0

    def __add__(self, other: CheckCounts) -> CheckCounts:
        """The counts of both, which are of different runs."""
        failures = [one for one in (self.last_failed, other.last_failed) if one is not None]
        return CheckCounts(
            runs=self.runs + other.runs,
            passed=self.passed + other.passed,
            failed=self.failed + other.failed,
            broken=self.broken + other.broken,
            skipped=self.skipped + other.skipped,
            last_failed=max(failures, default=None),
        )
