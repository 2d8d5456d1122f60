from __future__ import annotations

import pytest
from scipy.stats import beta, norm, t

from harness.statistics.distributions import (
    beta_below,
    beta_quantile,
    normal_quantile,
    t_beyond,
    t_quantile,
)


@pytest.mark.parametrize("a", [0.5, 1, 2.5, 30, 900])
@pytest.mark.parametrize("b", [0.5, 1, 7, 400])
def test_the_beta_distribution_is_that_of_scipy(a, b):
    """Its distribution function and its quantiles."""
    for share in (0.001, 0.025, 0.2, 0.5, 0.9, 0.975, 0.999):
        value = beta.ppf(share, a, b)

        assert beta_below(value, a, b) == pytest.approx(share, abs=1e-9)
        assert beta_quantile(share, a, b) == pytest.approx(value, rel=1e-9, abs=1e-12)


def test_outside_of_its_values_the_beta_distribution_is_0_or_1():
    """Rates are from 0 to 1."""
    assert (beta_below(-0.5, 2, 3), beta_below(1.5, 2, 3)) == (0.0, 1.0)


@pytest.mark.parametrize("freedom", [1, 2, 5, 14, 29, 84, 1000])
def test_students_distribution_is_that_of_scipy(freedom):
    """Both tails of a value, and quantiles above a half."""
    for value in (0.0, 0.3, 1.0, 2.1, 6.0):
        assert t_beyond(value, freedom) == pytest.approx(2 * t.sf(value, freedom), abs=1e-10)
    for share in (0.6, 0.9, 0.975, 0.995):
        assert t_quantile(share, freedom) == pytest.approx(t.ppf(share, freedom), rel=1e-8)


def test_the_normal_distribution_is_that_of_scipy():
    """The quantiles of the standard normal distribution."""
    assert normal_quantile(0.975) == pytest.approx(norm.ppf(0.975))
