"""How sure a pass rate of few trials is."""

from __future__ import annotations

from functools import lru_cache
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """Two rates, from 0 to 1, that the true one lies between."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:.2f} to {self.high:.2f}"


@lru_cache(maxsize=1000)
def wilson_interval(passed: int, trials: int) -> Interval:
    """Wilson's score interval of `passed` among `trials`, at 95 %; 0 to 1 where `trials` is 0.

    Written out, and held against SciPy by a test: SciPy with NumPy takes 200 MB on disk and 0.5 s
    to import, which every run that writes a report would pay for.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    Journal of the American Statistical Association 22 (1927).
    """
    if trials == 0:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
    rate = passed / trials
    centre = rate + z * z / (2 * trials)
    reach = z * sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    whole = 1 + z * z / trials
    return Interval(max(0.0, (centre - reach) / whole), min(1.0, (centre + reach) / whole))
