"""The distributions that the tests and intervals need: normal, Student's t and beta."""

from __future__ import annotations

from functools import lru_cache
from math import exp, lgamma, log, sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
"""Of all intervals."""
_NORMAL = NormalDist()
_STEPS = 500
"""Of the continued fraction; it needs about the root of the larger parameter."""
_TINY = 1e-300
"""In place of zero in the continued fraction."""
_ENOUGH = 1e-15
_HALVINGS = 200
"""Of a bisection; a float has less than 64 digits, but the first ones may be zeros."""


def normal_quantile(share: float) -> float:
    """The value below which a share of the standard normal distribution lies."""
    return _NORMAL.inv_cdf(share)


def beta_below(value: float, a: float, b: float) -> float:
    """The share of the beta distribution below a value: the regularized incomplete beta function.

    Source: NIST Digital Library of Mathematical Functions, 8.17.22 (continued fraction) and 8.17.4
    (symmetry). Its continued fraction is evaluated with Lentz's method.
    """
    if value <= 0:
        return 0.0
    if value >= 1:
        return 1.0
    if value > (a + 1) / (a + b + 2):
        # The fraction converges fast on this side only.
        return 1 - beta_below(1 - value, b, a)
    front = a * log(value) + b * log(1 - value) + lgamma(a + b) - lgamma(a) - lgamma(b)
    return exp(front) / (a * _fraction(value, a, b))


def _fraction(value: float, a: float, b: float) -> float:
    """The denominator of the continued fraction of the incomplete beta function."""
    whole, above, below = 1.0, 1.0, 0.0
    for step in range(1, _STEPS):
        half, is_odd = divmod(step, 2)
        term = (
            -(a + half) * (a + b + half) / ((a + 2 * half) * (a + 2 * half + 1))
            if is_odd
            else half * (b - half) / ((a + 2 * half - 1) * (a + 2 * half))
        ) * value
        below = 1 / ((1 + term * below) or _TINY)
        above = (1 + term / above) or _TINY
        whole *= above * below
        if abs(above * below - 1) < _ENOUGH:
            break
    return whole


def beta_quantile(share: float, a: float, b: float) -> float:
    """The value below which a share of the beta distribution lies."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if beta_below(middle, a, b) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def t_beyond(value: float, freedom: float) -> float:
    """The share of Student's t distribution that is farther from 0 than a value, on both sides.

    `freedom` is the number of degrees of freedom.

    Source: NIST Digital Library of Mathematical Functions, 8.17(i), with the substitution
    x = freedom / (freedom + value²).
    """
    return beta_below(freedom / (freedom + value * value), freedom / 2, 0.5)


@lru_cache(maxsize=1000)
def t_quantile(share: float, freedom: float) -> float:
    """The value below which a share of Student's t distribution lies; the share is above a half."""
    x = beta_quantile(2 * (1 - share), freedom / 2, 0.5)
    return sqrt(freedom * (1 - x) / x)
