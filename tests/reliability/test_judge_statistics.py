"""Simulated judges against the statistics that say how far to believe them. Seeds are fixed."""

from __future__ import annotations

from random import Random

import pytest

from harness.statistics.agreement import LabelLevel, cohens_kappa, krippendorffs_alpha
from harness.statistics.intervals import TakeCounts
from harness.statistics.judged_rate import corrected_rate
from tests.reliability.size import runs

RUNS = runs(1_000, 10_000)
RATE_RUNS = runs(400, 10_000)
DRAWS = 500
"""Of each posterior distribution: an end of an interval differs by 0.005 from that of many."""
TABLES = {
    "balanced": ((0.45, 0.05), (0.05, 0.45)),
    "mostly-yes": ((0.75, 0.05), (0.05, 0.15)),
    "too-kind": ((0.50, 0.02), (0.18, 0.30)),
    "poor": ((0.30, 0.20), (0.10, 0.40)),
    "three-labels": ((0.30, 0.02, 0.01), (0.03, 0.25, 0.04), (0.02, 0.03, 0.30)),
}
"""How likely each pair of labels is: of the judge, and of a person."""
JUDGES = {
    "good": (0.85, 0.95, 0.20, 300, (40, 40)),
    "fair": (0.70, 0.90, 0.30, 300, (30, 30)),
    "kind": (0.95, 0.97, 0.50, 200, (50, 20)),
    "even": (0.50, 0.80, 0.20, 500, (50, 50)),
    "sharp": (0.90, 0.99, 0.05, 1_000, (25, 25)),
}
"""True rate, how often the judge lets pass what is good and what is bad, conversations, labels."""


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_intervals_of_kappa_cover_the_true_one(table: tuple[tuple[float, ...], ...]) -> None:
    """In at least 94 % of samples of 50 labels."""
    random = Random(15)  # noqa: S311  # a simulation
    weights = {(one, other): w for one, row in enumerate(table) for other, w in enumerate(row)}
    total = sum(weights.values())
    equal = sum(w for (one, other), w in weights.items() if one == other) / total
    columns = [sum(column) for column in zip(*table, strict=True)]
    chance = sum(sum(row) * column for row, column in zip(table, columns, strict=True)) / total**2
    true = (equal - chance) / (1 - chance)
    covered = 0
    for _ in range(RUNS):
        found = cohens_kappa(random.choices([*weights], [*weights.values()], k=50))
        covered += found is not None and found.interval.low <= true <= found.interval.high

    assert covered / RUNS >= 0.94


def rated(random: Random) -> tuple[int, ...]:
    """The steps of a scale that three people choose: the true one, or one near it."""
    true = random.choice((1, 2, 3, 4, 5))
    return tuple(min(5, max(1, true + random.choice((0, 0, 0, 0, -1, 1, 2)))) for _ in range(3))


@pytest.mark.parametrize("level", LabelLevel)
def test_intervals_of_alpha_cover_the_true_one(level: LabelLevel) -> None:
    """In at least 94 % of samples of 40 units; the true one is that of 200,000 units."""
    random = Random(15)  # noqa: S311  # a simulation
    true = krippendorffs_alpha((rated(random) for _ in range(200_000)), level)
    assert true is not None
    covered = 0
    for _ in range(RUNS):
        found = krippendorffs_alpha([rated(random) for _ in range(40)], level)
        covered += found is not None and found.interval.low <= true.value <= found.interval.high

    assert covered / RUNS >= 0.94


def successes(random: Random, trials: int, rate: float) -> int:
    return sum(random.random() < rate for _ in range(trials))


def labelled(random: Random, good: int, bad: int, labels: int) -> TakeCounts:
    """The labels of a random sample of conversations with the same verdict."""
    sample = random.sample([True] * good + [False] * bad, min(labels, good + bad))
    return TakeCounts(sum(sample), len(sample))


@pytest.mark.parametrize("judge", JUDGES.values(), ids=JUDGES)
def test_corrected_intervals_cover_the_true_rate(
    judge: tuple[float, float, float, int, tuple[int, int]],
) -> None:
    """In at least 94 % of suites, each with a judge that errs and labels for some conversations."""
    rate, if_good, if_bad, conversations, (of_passed, of_failed) = judge
    random = Random(15)  # noqa: S311  # a simulation
    covered = 0
    for _ in range(RATE_RUNS):
        good = successes(random, conversations, rate)
        bad = conversations - good
        good_passed = successes(random, good, if_good)
        bad_passed = successes(random, bad, if_bad)
        found = corrected_rate(
            TakeCounts(good_passed + bad_passed, conversations),
            labelled(random, good_passed, bad_passed, of_passed),
            labelled(random, good - good_passed, bad - bad_passed, of_failed),
            draws=DRAWS,
        )
        covered += found is not None and found.interval.low <= rate <= found.interval.high

    assert covered / RATE_RUNS >= 0.94
