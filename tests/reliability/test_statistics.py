"""Simulated bots against the statistics that judge them. Seeds are fixed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random

import pytest
from numpy import float64
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from harness.statistics.intervals import TakeCounts, pooled_interval
from harness.statistics.paired import paired_test
from harness.statistics.sequential import Decision, SequentialGate
from tests.reliability.size import runs

RUNS = runs(10_000, 200_000)
COMPARISONS = runs(2_500, 200_000)
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


def drawn(generator: Generator, rates: NDArray[float64], takes: int) -> list[TakeCounts]:
    """The takes of scenarios whose rates are given, drawn from their binomial distributions."""
    passed = generator.binomial(takes, rates).tolist()
    return [TakeCounts(count, takes) for count in passed]


def decisions(gate: SequentialGate, rate: float, random: Random) -> Iterator[Decision | None]:
    """What a gate decides about bots with this rate, one after the other."""
    decision_at = cache(gate.decision)
    for _ in range(RUNS):
        passed = failed = 0
        decision = None
        while decision is None and passed + failed < gate.at_most:
            if random.random() < rate:
                passed += 1
            else:
                failed += 1
            decision = decision_at(passed, failed)
        yield decision


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: f"{gate.good}-{gate.bad}-{gate.at_most}")
def test_the_errors_of_a_gate_are_as_computed(gate):
    """Simulated and exact ones differ by less than a point; the exact ones are within `error`."""
    random = Random(14)  # noqa: S311  # a simulation
    bad_for_good = list(decisions(gate, gate.bad, random)).count(Decision.GOOD)
    good_for_bad = list(decisions(gate, gate.good, random)).count(Decision.BAD)

    exact = gate.odds(gate.bad).good, gate.odds(gate.good).bad
    assert bad_for_good / RUNS == pytest.approx(exact[0], abs=0.01)
    assert good_for_bad / RUNS == pytest.approx(exact[1], abs=0.01)
    assert max(exact) <= gate.error


@pytest.mark.parametrize("shape", [(6.0, 1.5), (2.0, 0.5), (12.0, 8.0)], ids=str)
@pytest.mark.parametrize(("scenarios", "takes"), SUITES, ids=str)
def test_intervals_cover_the_true_rate(scenarios, takes, shape):
    """In at least 93 % of suites whose scenarios are unequally hard."""
    generator = default_rng(14)
    true = shape[0] / sum(shape)
    covered = 0
    for _ in range(RUNS):
        low, high = pooled_interval(drawn(generator, generator.beta(*shape, scenarios), takes))
        covered += low <= true <= high

    assert covered / RUNS >= 0.93


@pytest.mark.parametrize("shape", [(6.0, 1.5), (2.0, 0.5), (12.0, 8.0)], ids=str)
@pytest.mark.parametrize(("scenarios", "takes"), SUITES, ids=str)
def test_equal_bots_are_seldom_told_apart(scenarios, takes, shape):
    """A comparison finds a difference between equal bots in 2 to 5.5 % of all cases.

    The scenarios are unequally hard, and equally for both bots but for a difference that each
    scenario has by chance.
    """
    generator = default_rng(14)
    alarms = 0
    for _ in range(COMPARISONS):
        rates = generator.beta(*shape, scenarios)
        shifts = generator.normal(0, 0.1, scenarios)
        first, second = (
            drawn(generator, (rates + some).clip(0, 1), takes) for some in (shifts, -shifts)
        )
        found = paired_test(list(zip(first, second, strict=True)))
        alarms += found.p <= NOMINAL

    assert 0.02 <= alarms / COMPARISONS <= 0.055
