"""Outcomes and pass rates by provider."""

from __future__ import annotations

from collections import Counter

from harness.conversation import Outcome
from harness.core.typing import Json
from harness.evaluation import wilson_interval


class Rates:
    """Counts outcomes while conversations go by."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}

    def add(self, provider: str, outcome: str) -> None:
        """Count a conversation."""
        self._counts.setdefault(provider, Counter())[outcome] += 1

    def json(self) -> list[Json]:
        """By provider: passed, told (passed or failed) and the interval of the rate."""
        return [_rate(name, counts) for name, counts in sorted(self._counts.items())]


def _rate(provider: str, counts: Counter[str]) -> Json:
    passed = counts[Outcome.PASSED.value]
    told = passed + counts[Outcome.FAILED.value]
    low, high = wilson_interval(passed, told)
    return {
        "provider": provider,
        "passed": passed,
        "told": told,
        "low": round(low, 4),
        "high": round(high, 4),
    }
