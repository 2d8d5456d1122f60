"""How far two or more people, or a judge and people, give the same labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import accumulate
from math import exp, fsum, inf, sqrt
from typing import TypeVar

from harness.statistics.distributions import CONFIDENCE, t_quantile
from harness.statistics.intervals import Interval

Unit = TypeVar("Unit", bound=Hashable)
_TAIL = (1 - CONFIDENCE) / 2
"""The share outside of an interval, on each side."""
_FEWEST = 2
"""Units of which one can be left out."""
_NONE = 1e-12
"""A disagreement below it is none but for rounding."""


class LabelLevel(StrEnum):
    """What the distance between two labels means."""

    NOMINAL = "nominal"
    """Labels are equal or not."""
    ORDINAL = "ordinal"
    """Labels are numbers of which only the order counts, such as the steps of a scale."""
    INTERVAL = "interval"
    """Labels are numbers whose differences count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A coefficient of agreement: 1 for equal labels, 0 for as many equal ones as by chance."""

    value: float
    interval: Interval
    """Where the true coefficient lies, at 95 %."""
    units: int
    """How many units at least two have labelled."""


def cohens_kappa(pairs: Iterable[tuple[Hashable, Hashable]]) -> Agreement | None:
    """Cohen's kappa of two who label the same units; None if it is not defined.

    Each pair has the label of the first and that of the second. It is not defined with fewer than
    two units, or if both use one and the same label only.

    The interval is that of the jackknife over units for the logarithm of 1 - kappa, with Student's
    distribution; so it is longer on the side of 0, and never exceeds 1. If all pairs are equal, as
    many units as may not have been seen (see `unseen_share`) are taken to differ. It is -1 to 1 if
    all units but one have the same label, and covers less than 95 % if fewer than about five units
    have another one.

    Assumes that units are independent, and a random sample of what is labelled.

    Sources: J. Cohen, A coefficient of agreement for nominal scales, Educational and Psychological
    Measurement 20 (1960); B. Efron, C. Stein, The jackknife estimate of variance, Annals of
    Statistics 9 (1981).
    """
    counts = Counter(pairs)
    ratio = _unequal(counts)
    if ratio is None or counts.total() < _FEWEST:
        return None
    _, chance = _shares(counts)
    return _agreement(counts, ratio, _unequal, largest=1 / (1 - chance))


def _unequal(counts: Counter[tuple[Hashable, Hashable]]) -> float | None:
    """The share of unequal pairs relative to that by chance: 1 - kappa; None if undefined."""
    equal, chance = _shares(counts)
    return (1 - equal) / (1 - chance) if chance < 1 else None


def _shares(counts: Counter[tuple[Hashable, Hashable]]) -> tuple[float, float]:
    """The share of equal pairs, and that which is expected by chance."""
    first, second = Counter[Hashable](), Counter[Hashable]()
    for (one, other), count in counts.items():
        first[one] += count
        second[other] += count
    units = counts.total()
    equal = sum(count for (one, other), count in counts.items() if one == other)
    chance = sum(first[label] * second[label] for label in first)
    return (equal / units, chance / units**2) if units else (1.0, 1.0)


def krippendorffs_alpha(
    units: Iterable[Sequence[float | str | None]], level: LabelLevel = LabelLevel.NOMINAL
) -> Agreement | None:
    """Krippendorff's alpha of any number of labels for each unit; None if it is not defined.

    A unit has a label of each who labelled it; None for one who did not. Units with fewer than two
    labels do not count. It is not defined if fewer than two units count, or all labels are equal.
    The labels of an ordinal or interval level are numbers.

    The interval is that of the jackknife over units for the logarithm of 1 - alpha, with Student's
    distribution. It needs no random numbers, so that equal labels have equal intervals. If the
    labels of each unit are equal, as many units as may not have been seen (see `unseen_share`) are
    taken to have the two labels that differ most. The time grows with the square of the number of
    units with different labels: a second for a few hundred.

    Assumes that units are independent, and a random sample of what is labelled.

    Sources: K. Krippendorff, Computing Krippendorff's alpha-reliability (2011); B. Efron, C. Stein,
    The jackknife estimate of variance, Annals of Statistics 9 (1981).
    """
    labelled = (tuple(label for label in unit if label is not None) for unit in units)
    patterns = Counter(tuple(sorted(labels, key=str)) for labels in labelled if len(labels) > 1)
    ratio = _disagreement(patterns, level)
    if ratio is None or patterns.total() < _FEWEST:
        return None
    return _agreement(
        patterns, ratio, partial(_disagreement, level=level), largest=_largest(patterns, level)
    )


_Patterns = Counter[tuple[float | str, ...]]
"""How many units have these labels, in any order."""


def _disagreement(patterns: _Patterns, level: LabelLevel) -> float | None:
    """The disagreement within units relative to that by chance: 1 - alpha; None if undefined.

    The distance of two ordinal labels is that of their middle ranks, so that both other levels
    come down to sums of squares: of all pairs of m numbers, m times that around their mean.
    """
    labels = _labels(patterns)
    if len(labels) <= 1:
        return None
    numbers = _numbers(labels, level)
    total = labels.total()
    by_chance = _distances(labels, numbers)
    within = fsum(
        times * _distances(Counter(pattern), numbers) / (len(pattern) - 1)
        for pattern, times in patterns.items()
    )
    return (total - 1) * within / by_chance


def _labels(patterns: _Patterns) -> Counter[float | str]:
    labels = Counter[float | str]()
    for pattern, times in patterns.items():
        for label in pattern:
            labels[label] += times
    return labels


def _numbers(labels: Counter[float | str], level: LabelLevel) -> Mapping[float | str, float] | None:
    """The number that a label counts as; None if labels are only equal or not."""
    if level is LabelLevel.NOMINAL:
        return None
    ordered = sorted(labels, key=float)
    if level is LabelLevel.INTERVAL:
        return {label: float(label) for label in ordered}
    below = accumulate((labels[label] for label in ordered), initial=0)
    return {label: rank + labels[label] / 2 for label, rank in zip(ordered, below, strict=False)}


def _distances(labels: Counter[float | str], numbers: Mapping[float | str, float] | None) -> float:
    """The sum of the squared distances of all ordered pairs of labels."""
    total = labels.total()
    if numbers is None:
        return float(total**2 - sum(count**2 for count in labels.values()))
    mean = fsum(numbers[label] * count for label, count in labels.items()) / total
    return 2 * total * fsum(count * (numbers[label] - mean) ** 2 for label, count in labels.items())


def _largest(patterns: _Patterns, level: LabelLevel) -> float:
    """The largest squared distance of two labels, relative to that of two labels by chance."""
    labels = _labels(patterns)
    numbers = _numbers(labels, level)
    total = labels.total()
    values = numbers.values() if numbers is not None else (0.0, 1.0)
    largest = (max(values) - min(values)) ** 2
    return largest * total * (total - 1) / _distances(labels, numbers)


def _agreement(
    counts: Counter[Unit], ratio: float, of: Callable[[Counter[Unit]], float | None], largest: float
) -> Agreement:
    """The coefficient with its interval.

    `ratio` is the disagreement relative to that by chance, `of` computes it for other units, and
    `largest` is the largest that a unit can have.
    """
    units = counts.total()
    if ratio < _NONE:
        low = 1 - unseen_share(units) * largest
        return Agreement(value=1.0, interval=Interval(max(-1.0, low), 1.0), units=units)
    # By the delta method, the error of a logarithm is the relative error.
    reach = t_quantile(1 - _TAIL, units - 1) * _jackknife_error(counts, of) / ratio
    low, high = max(-1.0, 1 - ratio * exp(reach)), 1 - ratio * exp(-reach)
    return Agreement(value=1 - ratio, interval=Interval(low, high), units=units)


def _jackknife_error(counts: Counter[Unit], of: Callable[[Counter[Unit]], float | None]) -> float:
    """The standard error of what is computed of units, from leaving out one after the other.

    Infinite if the units without one of them have one label only.
    """
    found: list[tuple[float, int]] = []
    for unit, times in counts.items():
        ratio = of(counts - Counter((unit,)))
        if ratio is None:
            return inf
        found.append((ratio, times))
    count = counts.total()
    mean = fsum(value * times for value, times in found) / count
    squares = fsum(times * (value - mean) ** 2 for value, times in found)
    return sqrt((count - 1) / count * squares)


def unseen_share(units: int) -> float:
    """Up to which share of all units may be of a kind that none of these is of, at 97.5 %.

    If the share is u, none of them is of that kind with the probability (1 - u)^units. Source:
    J. A. Hanley, A. Lippman-Hand, If nothing goes wrong, is everything all right?, JAMA 249 (1983).
    """
    seen: float = _TAIL ** (1 / units)
    return 1 - seen
