from __future__ import annotations

import pytest
from scipy.stats import beta, binomtest, norm, t

from harness.statistics.intervals import (
    TakeCounts,
    effective_takes,
    jeffreys_interval,
    pooled_interval,
    wilson_interval,
)


@pytest.mark.parametrize(
    ("passed", "told", "shown"),
    [
        (3, 5, "0.23 to 0.88"),
        (0, 5, "0.00 to 0.43"),
        (5, 5, "0.57 to 1.00"),
        (1, 1, "0.21 to 1.00"),
        (80, 100, "0.71 to 0.87"),
    ],
)
def test_intervals_are_wilsons(passed, told, shown):
    """The figures are those of the formula, worked out by hand."""
    assert str(wilson_interval(passed, told)) == shown


@pytest.mark.parametrize("told", [1, 2, 5, 40, 1000])
def test_intervals_are_those_of_scipy(told):
    """For every number of passes the library of the field says the same."""
    for passed in range(0, told + 1, max(1, told // 20)):
        theirs = binomtest(passed, told).proportion_ci(confidence_level=0.95, method="wilson")

        assert wilson_interval(passed, told) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_without_a_trial_every_rate_is_possible():
    """Nothing was told, so the interval is all there is."""
    assert wilson_interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("told", [1, 2, 5, 40, 1000])
def test_jeffreys_intervals_are_those_of_scipy(told):
    """They are quantiles of the posterior beta distribution, and reach 0 and 1."""
    for passed in range(0, told + 1, max(1, told // 20)):
        low, high = beta.interval(0.95, passed + 0.5, told - passed + 0.5)
        theirs = (low if passed else 0.0, high if passed < told else 1.0)

        assert jeffreys_interval(passed, told) == pytest.approx(theirs, abs=1e-9)


def test_one_scenario_is_an_ordinary_sample():
    """Its takes have one rate, so Wilson's interval holds."""
    assert pooled_interval([TakeCounts(4, 5)]) == wilson_interval(4, 5)


def test_scenarios_with_one_take_each_are_an_ordinary_sample():
    """There are no takes that could resemble each other."""
    counts = [TakeCounts(1, 1)] * 7 + [TakeCounts(0, 1)] * 3

    assert pooled_interval(counts) == wilson_interval(7, 10)


def test_takes_that_resemble_each_other_count_for_less():
    """Where a scenario passes always or never, its five takes tell little more than one."""
    apart = [TakeCounts(5, 5)] * 10 + [TakeCounts(0, 5)] * 10
    mixed = [TakeCounts(2, 5)] * 10 + [TakeCounts(3, 5)] * 10

    assert effective_takes(apart) == pytest.approx(
        20 * 19 / 20 * (norm.ppf(0.975) / t.ppf(0.975, 19)) ** 2
    )
    assert effective_takes(mixed) == pytest.approx(100 * (norm.ppf(0.975) / t.ppf(0.975, 19)) ** 2)


def test_takes_that_all_pass_do_not_show_how_alike_they_are():
    """A scenario is then one trial."""
    assert pooled_interval([TakeCounts(5, 5)] * 20) == wilson_interval(20, 20)


def test_a_scenario_that_nobody_judged_does_not_count():
    """All of its takes are broken."""
    assert pooled_interval([TakeCounts(4, 5), TakeCounts(0, 0)]) == wilson_interval(4, 5)
    assert pooled_interval([]) == (0.0, 1.0)
