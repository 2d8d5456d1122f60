"""Exact probabilities of counts: of a fixed number of takes, and of two groups of them."""

from __future__ import annotations

from math import comb

_SAME = 1 + 1e-7
"""Two probabilities that are equal but for rounding."""


def chance_of_passing(takes: int, wanted: int, rate: float) -> float:
    """How likely at least `wanted` of `takes` pass, if each passes with this rate.

    Assumes that takes are independent. This is a tail of the binomial distribution.
    """
    return sum(
        comb(takes, passed) * rate**passed * (1 - rate) ** (takes - passed)
        for passed in range(wanted, takes + 1)
    )


def fisher_p(passed: tuple[int, int], failed: tuple[int, int]) -> float:
    """Fisher's exact p value of two groups: how likely so unequal groups are by chance.

    Two-sided: all tables with the same totals count that are at most as likely as this one.
    Assumes that each take is in one of both groups, and that takes are independent.

    Source: R. A. Fisher, The logic of inductive inference, Journal of the Royal Statistical
    Society 98 (1935).
    """
    first, second = passed[0] + failed[0], passed[1] + failed[1]
    total = sum(passed)
    weights = [
        comb(first, some) * comb(second, total - some)
        for some in range(max(0, total - second), min(first, total) + 1)
    ]
    own = comb(first, passed[0]) * comb(second, passed[1])
    return sum(weight for weight in weights if weight <= own * _SAME) / sum(weights)
