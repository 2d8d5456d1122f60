from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_1samp, ttest_rel

from harness.statistics.intervals import TakeCounts
from harness.statistics.paired import paired_test, sign_flip_p
from harness.statistics.power import scenarios_needed


def pairs_of(*takes: tuple[int, int], judged: int = 5) -> list[tuple[TakeCounts, TakeCounts]]:
    return [(TakeCounts(old, judged), TakeCounts(new, judged)) for old, new in takes]


TAKES = ((3, 5), (4, 4), (5, 4), (1, 3), (2, 5), (5, 5), (0, 2), (4, 5))


def test_the_interval_is_students():
    """Effect and interval of the paired t test of SciPy."""
    pairs = pairs_of(*TAKES)
    theirs = ttest_rel([new.rate for _, new in pairs], [old.rate for old, _ in pairs])

    found = paired_test(pairs)

    low, high = theirs.confidence_interval(0.95)
    assert found.interval == pytest.approx((low, high))
    assert found.effect == pytest.approx((low + high) / 2)
    assert found.scenarios == len(TAKES)


@settings(deadline=None)
@given(st.lists(st.integers(-6, 6), min_size=1, max_size=9))
def test_sign_flips_are_counted_exactly(numbers):
    """The p value is that of going through all combinations of signs."""
    own = sum(numbers)
    sums = [
        sum(sign * abs(number) for sign, number in zip(signs, numbers, strict=True))
        for signs in product((-1, 1), repeat=len(numbers))
    ]
    extreme = sum(abs(one) >= abs(own) for one in sums) / len(sums)

    assert sign_flip_p([abs(number) for number in numbers], own) == pytest.approx(extreme)


def test_the_p_value_is_that_of_sign_flips():
    """In units of a take: eight differences, of which seven are not zero."""
    steps = [new - old for old, new in TAKES]

    assert paired_test(pairs_of(*TAKES)).p == sign_flip_p([*map(abs, steps)], sum(steps))


def test_with_very_many_scenarios_the_p_value_is_students():
    """Where the exact distribution would be too large, the t test says the same."""
    judged = (97, 89)
    pairs = [
        (TakeCounts(40 + number % 23, judged[0]), TakeCounts(41 + number % 19, judged[1]))
        for number in range(400)
    ]
    theirs = ttest_1samp([new.rate - old.rate for old, new in pairs], 0)

    assert paired_test(pairs).p == pytest.approx(theirs.pvalue, rel=1e-6)


def test_without_a_difference_there_is_no_doubt_in_the_effect_but_in_what_was_not_seen():
    """30 equal scenarios leave room for a share of unequal ones."""
    found = paired_test(pairs_of(*[(5, 5)] * 30))

    assert (found.effect, found.p) == (0.0, 1.0)
    assert found.interval == pytest.approx((-0.0950, 0.0950), abs=1e-4)
    assert not found.is_worse
    assert not found.is_better


def test_one_scenario_is_not_enough():
    """A spread needs two."""
    assert paired_test(pairs_of((3, 5))) is None


def test_worse_and_better_are_opposites():
    """Whichever bot comes first, the same one is worse."""
    takes = [(5, 2), (4, 1), (5, 3), (4, 2), (5, 4), (3, 0), (5, 1), (4, 3)]
    found = paired_test(pairs_of(*takes))
    turned = paired_test(pairs_of(*((new, old) for old, new in takes)))

    assert (found.is_worse, found.is_better) == (True, False)
    assert (turned.is_worse, turned.is_better) == (False, True)


@pytest.mark.parametrize(("spread", "effect"), [(0.2, 0.05), (0.4, 0.1), (0.3, 0.2)])
def test_the_power_of_the_needed_scenarios_is_80_percent(spread, effect):
    """By SciPy's noncentral t distribution; with two fewer it is less."""
    from scipy.stats import nct, t  # noqa: PLC0415

    def power(count: int) -> float:
        limit = t.ppf(0.975, count - 1)
        shift = effect / spread * count**0.5
        return nct.sf(limit, count - 1, shift) + nct.cdf(-limit, count - 1, shift)

    needed = scenarios_needed(spread, effect)

    assert power(needed + 1) >= 0.8
    assert power(needed - 2) < 0.8
