from __future__ import annotations

import pytest
from scipy.stats import binom, fisher_exact

from harness.statistics.exact import chance_of_passing, fisher_p


@pytest.mark.parametrize(("takes", "wanted"), [(1, 1), (5, 4), (5, 5), (20, 13), (100, 90)])
@pytest.mark.parametrize("rate", [0.0, 0.1, 0.7, 0.8, 0.99, 1.0])
def test_the_chance_of_passing_is_a_tail_of_the_binomial(takes, wanted, rate):
    """SciPy computes the same tail."""
    assert chance_of_passing(takes, wanted, rate) == pytest.approx(
        binom.sf(wanted - 1, takes, rate), abs=1e-12
    )


def test_four_of_five_takes_let_a_weak_bot_pass():
    """A bot that is right in 70 % of its conversations passes in 53 % of the runs."""
    assert chance_of_passing(5, 4, 0.7) == pytest.approx(0.528, abs=0.001)


@pytest.mark.parametrize(
    ("passed", "failed"),
    [((8, 2), (1, 5)), ((0, 4), (3, 0)), ((5, 5), (5, 5)), ((40, 61), (12, 9)), ((0, 0), (2, 3))],
)
def test_fishers_p_is_that_of_scipy(passed, failed):
    """Two-sided, for tables with zeros too."""
    theirs = fisher_exact([passed, failed]).pvalue

    assert fisher_p(passed, failed) == pytest.approx(theirs, abs=1e-9)
