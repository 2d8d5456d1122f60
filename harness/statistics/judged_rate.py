"""The pass rate of a bot whose conversations a fallible judge has judged."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from harness.statistics.distributions import CONFIDENCE
from harness.statistics.intervals import Interval, TakeCounts

DRAWS = 20_000
"""Of the posterior distribution: an end of the interval then differs by less than 0.002."""
_TAIL = (1 - CONFIDENCE) / 2
_SEED = 15
_PRIOR = 0.5
"""Both parameters of Jeffreys' prior."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRate:
    """A pass rate that is corrected by what people say of the judge's verdicts."""

    judged: float
    """The rate by the judge alone."""
    rate: float
    """The corrected rate."""
    interval: Interval
    """Where the true rate lies, at 95 %."""


def corrected_rate(
    verdicts: TakeCounts, passed: TakeCounts, failed: TakeCounts, *, draws: int = DRAWS
) -> JudgedRate | None:
    """The pass rate as people would see it, from the judge's verdicts and some of their labels.

    `verdicts` counts how many conversations the judge let pass, of all that it judged; None if it
    judged none. `passed` are the conversations with labels that the judge let pass, and how many of
    them people let pass; `failed` those that the judge let fail.

    Post-stratified: the rate among what the judge let pass, and among what it let fail, is
    estimated from the labels of each, and weighted with the shares of the judge's verdicts. All
    three shares are unknown, and have posterior beta distributions with Jeffreys' prior. The
    interval is between two quantiles of the corrected rate over random draws with a fixed seed, so
    that equal counts have equal intervals. A group of verdicts without labels may have any rate.

    Assumes that the labels are right; that those of each verdict are a random sample of the
    conversations with that verdict, though one verdict may have more labels than the other; and
    that conversations are independent. Says nothing about another judge, prompt or model.

    Sources: D. Holt, T. M. F. Smith, Post stratification, Journal of the Royal Statistical Society
    A 142 (1979); L. D. Brown, T. T. Cai, A. DasGupta, Interval estimation for a binomial
    proportion, Statistical Science 16 (2001).
    """
    if not verdicts.judged:
        return None
    share = verdicts.rate
    rate = share * _rate(passed) + (1 - share) * _rate(failed)
    random = Random(_SEED)  # noqa: S311  # a simulation
    found = []
    for _ in range(draws):
        weight, good, bad = (_draw(random, counts) for counts in (verdicts, passed, failed))
        found.append(weight * good + (1 - weight) * bad)
    found.sort()
    low, high = (found[round(at * (draws - 1))] for at in (_TAIL, 1 - _TAIL))
    return JudgedRate(
        judged=share,
        rate=rate,
        # As Jeffreys' own interval, it reaches 0 or 1 if all that was seen is.
        interval=Interval(min(low, rate), max(high, rate)),
    )


def _rate(counts: TakeCounts) -> float:
    """The share that passed; that of the prior without any label."""
    return counts.rate if counts.judged else _PRIOR


def _draw(random: Random, counts: TakeCounts) -> float:
    return random.betavariate(counts.passed + _PRIOR, counts.judged - counts.passed + _PRIOR)
