"""How sure a pass rate is, told from few takes."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from typing import NamedTuple

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """Two rates, from 0 to 1, that the true one lies between."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:.2f} to {self.high:.2f}"


@lru_cache(maxsize=1000)
def wilson_interval(passed: int, told: int) -> Interval:
    """Wilson's score interval of `passed` among `told`, at 95 %.

    Needs SciPy; see `has_statistics`. Raises ValueError where `told` is 0.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    Journal of the American Statistical Association 22 (1927).
    """
    # Late: it takes 0.5 s to import, and only who looks at an interval needs it.
    from scipy.stats import binomtest  # noqa: PLC0415

    found = binomtest(passed, told).proportion_ci(confidence_level=CONFIDENCE, method="wilson")
    return Interval(float(found.low), float(found.high))


def has_statistics() -> bool:
    """Whether the extra `evaluation` is installed. Imports nothing."""
    return find_spec("scipy") is not None
