"""Whether one bot passes more often than another on the same scenarios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm, sqrt
from statistics import mean, stdev

from harness.statistics.distributions import CONFIDENCE, t_beyond, t_quantile
from harness.statistics.intervals import Interval, TakeCounts

_LARGEST = 20_000_000
"""Bits of a distribution of sums, up to which it is computed exactly."""
_TAIL = (1 - CONFIDENCE) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedTest:
    """The result of a comparison of two bots."""

    scenarios: int
    """That both bots played."""
    effect: float
    """Mean over scenarios of the difference in pass rates: the second minus the first."""
    interval: Interval
    """Where the true effect lies, at 95 %."""
    p: float
    """How likely a difference this large is if both bots are equally good."""
    spread: float
    """Standard deviation of the differences of scenarios."""

    @property
    def is_worse(self) -> bool:
        """Whether the second bot is worse: the interval and the p value both exclude chance."""
        return self.interval.high < 0 and self.p <= 1 - CONFIDENCE

    @property
    def is_better(self) -> bool:
        """Whether the second bot is better."""
        return self.interval.low > 0 and self.p <= 1 - CONFIDENCE


def paired_test(pairs: Sequence[tuple[TakeCounts, TakeCounts]]) -> PairedTest | None:
    """Compare two bots on the scenarios that both played; None with fewer than two.

    Each pair has the takes of one scenario, of the first bot and of the second. A scenario is the
    unit that varies: its takes resemble each other, so that a test over takes (McNemar's) finds a
    difference too often. Assumes that scenarios are independent, and a random sample.
    """
    if len(pairs) < 2:  # noqa: PLR2004  # a spread needs two
        return None
    differences = [second.rate - first.rate for first, second in pairs]
    spread = stdev(differences)
    if all(abs(one - differences[0]) < 1e-12 for one in differences):  # noqa: PLR2004  # rounding
        spread = 0.0
    return PairedTest(
        scenarios=len(pairs),
        effect=mean(differences),
        interval=_interval(differences, spread),
        p=_p(pairs, differences, spread),
        spread=spread,
    )


def _interval(differences: Sequence[float], spread: float) -> Interval:
    """Student's t interval of the mean difference.

    Without any spread, what is not seen bounds it: if the share u of scenarios differs from these,
    all of them are equal with the probability (1 - u)^n. Source: J. A. Hanley, A. Lippman-Hand, If
    nothing goes wrong, is everything all right?, JAMA 249 (1983).
    """
    count, effect = len(differences), mean(differences)
    if spread:
        reach = t_quantile(1 - _TAIL, count - 1) * spread / sqrt(count)
        return Interval(max(-1.0, effect - reach), min(1.0, effect + reach))
    unseen = 1 - (2 * _TAIL) ** (1 / count)
    return Interval(effect * (1 - unseen) - unseen, effect * (1 - unseen) + unseen)


def _p(
    pairs: Sequence[tuple[TakeCounts, TakeCounts]], differences: Sequence[float], spread: float
) -> float:
    unit = lcm(*(counts.judged for pair in pairs for counts in pair))
    steps = [round(abs(one) * unit) for one in differences]
    if (sum(steps) + 1) * (len(steps) + 1) <= _LARGEST:
        total = sum(
            step if one > 0 else -step for step, one in zip(steps, differences, strict=True)
        )
        return sign_flip_p(steps, total)
    # There are so many scenarios that the t test is as good.
    count, effect = len(differences), mean(differences)
    if not spread:
        return 0.0 if effect else 1.0
    return t_beyond(effect * sqrt(count) / spread, count - 1)


def sign_flip_p(steps: Sequence[int], total: int) -> float:
    """How likely the sum of these numbers with random signs is as far from 0 as `total`. Exact.

    Assumes that each difference is as likely as its opposite, which is so if both bots are equal.
    The numbers of sums are counted all at once, in the digits of one large integer.

    Source: R. A. Fisher, The Design of Experiments (1935), chapter 3.
    """
    width = len(steps) + 1
    counts = 1
    for step in steps:
        # A digit's place is the sum of the numbers with a positive sign.
        counts += counts << (step * width)
    places = (sum(steps) - abs(total)) // 2 + 1
    tail = counts & ((1 << (places * width)) - 1)
    # The sum of the digits: they are those of a number to the base 2^width.
    extreme = tail % ((1 << width) - 1)
    # Both tails are equal; with a total of 0 they overlap.
    return min(1.0, 2 * extreme / (1 << len(steps)))
