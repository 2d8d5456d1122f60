from __future__ import annotations

import random

import pytest
from histories import finding, told

from harness.history.trends import find_slowed, rise

BEFORE = [1.0, 1.1, 0.9, 1.0, 1.2, 1.0]


@pytest.fixture
def slowed_of(folder):
    """Adds a run for each conversation; gives what got slower."""
    return finding(folder, find_slowed)


def test_a_rise_of_the_median_is_told_with_the_turn(slowed_of):
    """Turn 2 takes twice its time in the last five runs."""
    before = [told(turns=(0.5, one)) for one in BEFORE]
    now = [told(turns=(0.5, 2 * one)) for one in BEFORE[:5]]

    [found] = slowed_of(*before, *now)

    assert (found.before, found.now) == (1.5, 2.5)
    assert (found.turn, found.turn_before, found.turn_now) == (2, 1.0, 2.0)


@pytest.mark.parametrize("sigma", [0.02, 0.3, 1.0])
def test_noise_is_not_told(sigma):
    """Of 1,000 scenarios whose times only vary, as log-normal times do, at most one in 200 is."""
    draw = random.Random(7)  # noqa: S311  # not for secrets
    times = [[draw.lognormvariate(0, sigma) for _ in range(20)] for _ in range(1000)]

    found = [rise(one[:15], one[15:]) for one in times]

    assert sum(one is not None for one in found) <= 5


def test_a_doubling_is_told_of_times_that_vary_by_a_tenth():
    """What the threshold lets through."""
    draw = random.Random(7)  # noqa: S311  # as above
    times = [[draw.gauss(1, 0.1) for _ in range(15)] for _ in range(200)]

    found = [rise(one, [2 * draw.gauss(1, 0.1) for _ in range(5)]) for one in times]

    assert sum(one is not None for one in found) == 200


@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param([1.0] * 9, [1.19] * 5, id="less than a fifth"),
        pytest.param([0.1] * 9, [0.19] * 5, id="less than 0.1 s"),
        pytest.param([1.0] * 4, [9.0] * 5, id="too few before"),
        pytest.param([1.0] * 9, [9.0] * 2, id="too few now"),
        pytest.param([9.0] * 9, [1.0] * 5, id="quicker"),
    ],
)
def test_what_is_no_rise(before, now):
    """A rise must be large, and there must be enough runs to tell."""
    assert rise(before, now) is None


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda one: one["transcript"].update(is_recorded=True), id="replayed"),
        pytest.param(lambda one: one.update(outcome="failed"), id="failed"),
        pytest.param(lambda one: one.update(fingerprint="f2"), id="changed scenario"),
        pytest.param(lambda one: one.pop("latency"), id="no time"),
    ],
)
def test_only_measured_times_of_the_same_scenario_count(slowed_of, spoil):
    """Times of recordings, of failures and of an earlier text of the scenario are left out."""
    before = [told(turns=(one,)) for one in BEFORE]
    now = [told(turns=(9.0,)) for _ in range(5)]
    for one in before[:3]:
        spoil(one)

    assert slowed_of(*before, *now) == []
