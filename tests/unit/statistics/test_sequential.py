from __future__ import annotations

from math import log

import pytest

from harness.statistics.sequential import Decision, SequentialGate

GATE = SequentialGate(good=0.95, bad=0.80, error=0.05, at_most=100)


def test_the_fewest_takes_of_the_default():
    """18 takes that pass, or 3 that fail, are clear evidence."""
    assert (GATE.fewest_to_pass, GATE.fewest_to_fail) == (18, 3)
    assert GATE.decision(17, 0) is None
    assert GATE.decision(18, 0) is Decision.GOOD
    assert GATE.decision(0, 2) is None
    assert GATE.decision(0, 3) is Decision.BAD


def test_the_bound_is_walds():
    """The logarithm of the odds of being right."""
    assert GATE.bound == pytest.approx(log(19))


def test_without_takes_nothing_is_decided():
    """There is no evidence."""
    assert (GATE.evidence(0, 0), GATE.decision(0, 0)) == (0.0, None)


@pytest.mark.parametrize("rate", [0.0, 0.5, 0.8, 0.875, 0.95, 1.0])
def test_the_odds_are_those_of_every_sequence_of_takes(rate):
    """Computed again by following every sequence of a short gate."""
    gate = SequentialGate(good=0.9, bad=0.4, error=0.1, at_most=9)
    found = {Decision.GOOD: 0.0, Decision.BAD: 0.0, None: 0.0}
    takes = 0.0

    def follow(passed: int, failed: int, chance: float) -> None:
        nonlocal takes
        decision = gate.decision(passed, failed)
        if decision is not None or passed + failed == gate.at_most:
            found[decision] += chance
            takes += chance * (passed + failed)
            return
        follow(passed + 1, failed, chance * rate)
        follow(passed, failed + 1, chance * (1 - rate))

    follow(0, 0, 1.0)

    odds = gate.odds(rate)
    assert (odds.good, odds.bad, odds.undecided) == pytest.approx(tuple(found.values()))
    assert odds.takes == pytest.approx(takes)


@pytest.mark.parametrize("error", [0.01, 0.05, 0.1, 0.2])
@pytest.mark.parametrize(("good", "bad"), [(0.95, 0.8), (0.99, 0.9), (0.9, 0.5), (0.6, 0.55)])
def test_a_wrong_decision_is_never_more_likely_than_the_error(good, bad, error):
    """Also where Wald's bounds alone would exceed it."""
    gate = SequentialGate(good=good, bad=bad, error=error, at_most=400)

    assert gate.odds(good).bad <= error
    assert gate.odds(bad).good <= error
