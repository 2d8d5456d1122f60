from __future__ import annotations

import numpy as np
import pytest

from harness.statistics.intervals import TakeCounts, jeffreys_interval
from harness.statistics.judged_rate import corrected_rate

MANY = 1_000_000


@pytest.mark.parametrize(
    ("verdicts", "passed", "failed"),
    [
        ((240, 300), (36, 40), (9, 40)),
        ((80, 100), (25, 30), (0, 10)),
        ((450, 500), (50, 50), (3, 20)),
        ((5, 10), (1, 2), (0, 0)),
    ],
    ids=str,
)
def test_the_interval_is_that_of_numpy(
    verdicts: tuple[int, int], passed: tuple[int, int], failed: tuple[int, int]
) -> None:
    """A million draws of NumPy have the same quantiles."""
    random = np.random.default_rng(15)
    share, good, bad = (
        random.beta(some + 0.5, of - some + 0.5, MANY) for some, of in (verdicts, passed, failed)
    )
    theirs = np.quantile(share * good + (1 - share) * bad, (0.025, 0.975))

    found = corrected_rate(TakeCounts(*verdicts), TakeCounts(*passed), TakeCounts(*failed))

    assert found is not None
    assert found.interval == pytest.approx(tuple(theirs), abs=0.005)


def test_a_judge_that_is_too_kind_is_corrected() -> None:
    """The rates among both verdicts are weighted with the shares of the verdicts."""
    found = corrected_rate(TakeCounts(270, 300), TakeCounts(32, 40), TakeCounts(1, 10))

    assert found is not None
    assert found.judged == 0.9
    assert found.rate == pytest.approx(0.9 * 0.8 + 0.1 * 0.1)
    assert found.interval.low < found.rate < found.interval.high < found.judged


def test_a_judge_that_is_always_right() -> None:
    """With very many labels only the number of conversations matters, as in Jeffreys' interval."""
    found = corrected_rate(TakeCounts(80, 100), TakeCounts(MANY, MANY), TakeCounts(0, MANY))

    assert found is not None
    assert found.rate == pytest.approx(0.8)
    assert found.interval == pytest.approx(jeffreys_interval(80, 100), abs=0.005)


def test_verdicts_without_labels_may_be_anything() -> None:
    """Each conversation with such a verdict may have passed or failed."""
    found = corrected_rate(TakeCounts(50, 100), TakeCounts(40, 40), TakeCounts(0, 0))

    assert found is not None
    assert found.rate == pytest.approx(0.75)
    assert found.interval.low < 0.52
    assert found.interval.high > 0.97


def test_an_interval_reaches_what_was_seen() -> None:
    """If the judge and all labels say pass, the rate may be 1; likewise 0."""
    best = corrected_rate(TakeCounts(50, 50), TakeCounts(20, 20), TakeCounts(0, 0))
    worst = corrected_rate(TakeCounts(0, 50), TakeCounts(0, 0), TakeCounts(0, 20))

    assert best is not None
    assert worst is not None
    assert (best.rate, best.interval.high) == (1.0, 1.0)
    assert (worst.rate, worst.interval.low) == (0.0, 0.0)


def test_equal_counts_have_equal_intervals() -> None:
    """The draws have a fixed seed; without a verdict there is no rate."""
    counts = TakeCounts(8, 10), TakeCounts(3, 4), TakeCounts(1, 4)

    assert corrected_rate(*counts) == corrected_rate(*counts)
    assert corrected_rate(TakeCounts(0, 0), *counts[1:]) is None
