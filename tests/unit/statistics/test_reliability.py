from __future__ import annotations

from itertools import combinations

import pytest

from harness.statistics.intervals import TakeCounts
from harness.statistics.reliability import pass_power


@pytest.mark.parametrize("takes", [1, 2, 3, 5])
def test_pass_k_is_the_share_of_subsets_that_passed(takes):
    """Counted one by one for a scenario with 4 passes among 6 takes."""
    subsets = list(combinations([True] * 4 + [False] * 2, takes))

    assert pass_power([TakeCounts(4, 6)], takes) == pytest.approx(
        sum(all(some) for some in subsets) / len(subsets)
    )


def test_pass_k_is_a_mean_over_scenarios():
    """Each scenario counts the same, however many takes it has; without enough it tells nothing."""
    counts = [TakeCounts(5, 5), TakeCounts(5, 10), TakeCounts(2, 2)]

    assert pass_power(counts, 3) == pytest.approx((1 + 10 / 120) / 2)
    assert pass_power(counts[2:], 3) is None
