"""How uncertain a pass rate is."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import sqrt
from typing import NamedTuple

from harness.statistics.distributions import (
    CONFIDENCE,
    beta_quantile,
    normal_quantile,
    t_quantile,
)

_TAIL = (1 - CONFIDENCE) / 2
"""The share outside of an interval, on each side."""


class Interval(NamedTuple):
    """Two rates, or differences of rates, that the true one lies between."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:.2f} to {self.high:.2f}"


class TakeCounts(NamedTuple):
    """The takes of one scenario that were judged."""

    passed: int
    judged: int

    @property
    def rate(self) -> float:
        """The share that passed; there is at least one take."""
        return self.passed / self.judged


@lru_cache(maxsize=1000)
def wilson_interval(passed: float, trials: float) -> Interval:
    """Wilson's score interval of `passed` among `trials`, at 95 %; 0 to 1 if `trials` is 0.

    Assumes that the trials are independent and have the same rate. Numbers that are not whole are
    those of an effective sample size.

    Written out, and compared with SciPy by a test: SciPy with NumPy takes 200 MB on disk and 0.5 s
    to import, which every run that writes a report would pay for.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    Journal of the American Statistical Association 22 (1927).
    """
    if trials == 0:
        return Interval(0.0, 1.0)
    z = normal_quantile(1 - _TAIL)
    rate = passed / trials
    centre = rate + z * z / (2 * trials)
    reach = z * sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials))
    whole = 1 + z * z / trials
    return Interval(max(0.0, (centre - reach) / whole), min(1.0, (centre + reach) / whole))


def jeffreys_interval(passed: int, trials: int) -> Interval:
    """Jeffreys' interval of `passed` among `trials`, at 95 %; 0 to 1 if `trials` is 0.

    The central interval of the posterior beta distribution with the prior beta(1/2, 1/2); it
    reaches 0 if nothing passed, and 1 if everything did. Assumes what Wilson's interval assumes.

    Source: L. D. Brown, T. T. Cai, A. DasGupta, Interval estimation for a binomial proportion,
    Statistical Science 16 (2001).
    """
    failed = trials - passed
    low = beta_quantile(_TAIL, passed + 0.5, failed + 0.5) if passed else 0.0
    high = beta_quantile(1 - _TAIL, passed + 0.5, failed + 0.5) if failed else 1.0
    return Interval(low, high)


def pooled_interval(scenarios: Iterable[TakeCounts]) -> Interval:
    """The interval of the pass rate over all takes of several scenarios, at 95 %.

    Takes of one scenario resemble each other, so that they count for less than as many
    independent trials: Wilson's interval is computed with the effective number of takes.

    Assumes that the scenarios are a random sample of what users do, and that different scenarios
    are independent. Says nothing about scenarios that nobody wrote.
    """
    counts = [some for some in scenarios if some.judged]
    effective = effective_takes(counts)
    takes = sum(some.judged for some in counts)
    rate = sum(some.passed for some in counts) / takes if takes else 0.0
    return wilson_interval(rate * effective, effective)


def effective_takes(counts: list[TakeCounts]) -> float:
    """How many independent trials are as informative as these takes; 0 without any.

    The number of takes divided by the design effect: the variance of the rate between scenarios,
    relative to that of independent takes, and at least 1. It is estimated from as many scenarios
    as there are, so that the number shrinks by (z/t)² too. If all takes have the same outcome, the
    design effect cannot be estimated: then a scenario counts as one trial.

    One scenario alone, and scenarios with one take each, are ordinary samples.

    Source: E. L. Korn, B. I. Graubard, Confidence intervals for proportions with small expected
    number of positive counts estimated from survey data, Survey Methodology 24 (1998).
    """
    takes = sum(some.judged for some in counts)
    scenarios = len(counts)
    if scenarios <= 1 or takes == scenarios:
        return float(takes)
    rate = sum(some.passed for some in counts) / takes
    if rate in (0.0, 1.0):
        return float(scenarios)
    between = sum((some.passed - some.judged * rate) ** 2 for some in counts)
    variance = scenarios / (scenarios - 1) * between / takes**2
    effect = max(1.0, variance * takes / (rate * (1 - rate)))
    shrunk = normal_quantile(1 - _TAIL) / t_quantile(1 - _TAIL, scenarios - 1)
    return takes / effect * shrunk**2
