"""Simulated bots against the statistics that judge them. Seeds are fixed."""

from __future__ import annotations

from random import Random

import pytest

from harness.statistics.intervals import TakeCounts, pooled_interval
from harness.statistics.paired import paired_test
from harness.statistics.sequential import Decision, SequentialGate
from tests.reliability.size import runs

RUNS = runs(10_000, 200_000)
NOMINAL = 0.05
GATES = [
    SequentialGate(good=good, bad=bad, error=error, at_most=at_most)
    for good, bad, error, at_most in (
        (0.95, 0.80, 0.05, 100),
        (0.95, 0.80, 0.05, 30),
        (0.95, 0.80, 0.10, 100),
        (0.95, 0.80, 0.01, 200),
        (0.95, 0.90, 0.05, 300),
        (0.99, 0.90, 0.05, 100),
        (0.99, 0.95, 0.10, 150),
        (0.90, 0.70, 0.05, 60),
        (0.90, 0.50, 0.05, 40),
        (0.80, 0.60, 0.05, 100),
        (0.70, 0.50, 0.10, 80),
        (0.60, 0.30, 0.02, 100),
    )
]
SUITES = [(15, 5), (30, 5), (85, 5), (15, 10)]
"""Scenarios, and takes of each."""


def takes_of(random: Random, rate: float, takes: int) -> TakeCounts:
    """The takes of one scenario, whose rate is given: one draw from the binomial distribution."""
    if rate >= 1:
        return TakeCounts(takes, takes)
    left, passed = random.random(), 0
    chance = (1 - rate) ** takes
    while left > chance and passed < takes:
        left -= chance
        passed += 1
        chance *= (takes - passed + 1) / passed * rate / (1 - rate)
    return TakeCounts(passed, takes)


def decided(random: Random, gate: SequentialGate, rate: float) -> Decision | None:
    """What a gate decides about a bot with this rate."""
    passed = failed = 0
    decision = None
    while decision is None and passed + failed < gate.at_most:
        is_pass = random.random() < rate
        passed, failed = passed + is_pass, failed + (not is_pass)
        decision = gate.decision(passed, failed)
    return decision


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: f"{gate.good}-{gate.bad}-{gate.at_most}")
def test_the_errors_of_a_gate_are_as_computed(gate):
    """Simulated and exact ones differ by less than a point; the exact ones are within `error`."""
    random = Random(14)  # noqa: S311  # a simulation
    bad_for_good = sum(decided(random, gate, gate.bad) is Decision.GOOD for _ in range(RUNS))
    good_for_bad = sum(decided(random, gate, gate.good) is Decision.BAD for _ in range(RUNS))

    exact = gate.odds(gate.bad).good, gate.odds(gate.good).bad
    assert bad_for_good / RUNS == pytest.approx(exact[0], abs=0.01)
    assert good_for_bad / RUNS == pytest.approx(exact[1], abs=0.01)
    assert max(exact) <= gate.error


@pytest.mark.parametrize("shape", [(6.0, 1.5), (2.0, 0.5), (12.0, 8.0)], ids=str)
@pytest.mark.parametrize(("scenarios", "takes"), SUITES, ids=str)
def test_intervals_cover_the_true_rate(scenarios, takes, shape):
    """In at least 93 % of suites whose scenarios are unequally hard."""
    random = Random(14)  # noqa: S311  # a simulation
    true = shape[0] / sum(shape)
    covered = 0
    for _ in range(RUNS):
        low, high = pooled_interval(
            takes_of(random, random.betavariate(*shape), takes) for _ in range(scenarios)
        )
        covered += low <= true <= high

    assert covered / RUNS >= 0.93


@pytest.mark.parametrize("shape", [(6.0, 1.5), (2.0, 0.5), (12.0, 8.0)], ids=str)
@pytest.mark.parametrize(("scenarios", "takes"), SUITES, ids=str)
def test_equal_bots_are_seldom_told_apart(scenarios, takes, shape):
    """A comparison finds a difference between equal bots in 2 to 5.5 % of all cases.

    The scenarios are unequally hard, and equally for both bots but for a difference that each
    scenario has by chance.
    """
    random = Random(14)  # noqa: S311  # a simulation
    alarms = 0
    for _ in range(RUNS):
        pairs = []
        for _ in range(scenarios):
            rate, shift = random.betavariate(*shape), random.gauss(0, 0.1)
            first, second = (min(1.0, max(0.0, rate + one)) for one in (shift, -shift))
            pairs.append((takes_of(random, first, takes), takes_of(random, second, takes)))
        found = paired_test(pairs)
        alarms += found.p <= NOMINAL

    assert 0.02 <= alarms / RUNS <= 0.055
