"""How many scenarios a comparison needs."""

from __future__ import annotations

from math import ceil

from harness.statistics.distributions import CONFIDENCE, normal_quantile

POWER = 0.8
"""How likely a comparison shall find a difference that exists."""


def scenarios_needed(spread: float, effect: float) -> int:
    """How many scenarios show a difference in pass rates with 80 % power, at a level of 5 %.

    `spread` is the standard deviation of the differences of scenarios, as a comparison has found
    it; `effect` is the mean difference to be seen. For a two-sided paired t test, by the normal
    approximation with Guenther's correction for Student's distribution, which is off by at most
    one from ten scenarios on.

    Source: W. C. Guenther, Sample size formulas for normal theory t tests, The American
    Statistician 35 (1981).
    """
    level = normal_quantile(1 - (1 - CONFIDENCE) / 2)
    normal = ((level + normal_quantile(POWER)) * spread / effect) ** 2
    return max(2, ceil(normal + level * level / 2))
