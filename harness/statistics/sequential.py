"""A gate that holds as many takes as it needs: Wald's sequential probability ratio test."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from math import log


class Decision(StrEnum):
    """What a gate decides about a bot."""

    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True)
class Odds:
    """What a gate does with a bot whose takes pass with a certain rate, from 0 to 1."""

    good: float
    """How likely it decides that the bot is good."""
    bad: float
    undecided: float
    takes: float
    """How many takes it needs on average."""


@dataclass(frozen=True, kw_only=True)
class SequentialGate:
    """Takes one by one, until their evidence is clear or there are `at_most` of them.

    A bot that passes with the rate `good` or more is decided to be bad with a probability of at
    most `error`, and one that passes with the rate `bad` or less is decided to be good with at
    most that. A rate between both may be decided in either way, or stay undecided.

    Assumes that takes are independent and have the same rate. The evidence is the logarithm of the
    likelihood ratio of both rates. Its bounds are Wald's; if they exceed `error`, which the exact
    computation shows, they are log(error) and -log(error), which cannot (Ville's inequality).

    Source: A. Wald, Sequential tests of statistical hypotheses, Annals of Mathematical Statistics
    16 (1945).
    """

    good: float
    bad: float
    error: float
    at_most: int

    def evidence(self, passed: int, failed: int) -> float:
        """The evidence of takes: above 0 they speak for a good bot, below 0 for a bad one."""
        for_pass = log(self.good / self.bad)
        for_fail = log((1 - self.good) / (1 - self.bad))
        return passed * for_pass + failed * for_fail

    def decision(self, passed: int, failed: int) -> Decision | None:
        """What these takes decide; None if they do not."""
        return _decided(self.evidence(passed, failed), self.bound)

    @cached_property
    def bound(self) -> float:
        """How much evidence decides."""
        wald = log((1 - self.error) / self.error)
        wrong = max(self._odds(self.good, wald).bad, self._odds(self.bad, wald).good)
        return wald if wrong <= self.error else -log(self.error)

    @cached_property
    def fewest_to_pass(self) -> int:
        """How many takes it needs at least to decide that a bot is good: all of them pass."""
        return self._fewest(1, 0)

    @cached_property
    def fewest_to_fail(self) -> int:
        """How many takes it needs at least to decide that a bot is bad: all of them fail."""
        return self._fewest(0, 1)

    def odds(self, rate: float) -> Odds:
        """What it does with a bot whose takes pass with this rate. Exact, by dynamic programming.

        Follows the probability of each number of passes that is still undecided, take by take.
        """
        return self._odds(rate, self.bound)

    def _fewest(self, passed: int, failed: int) -> int:
        count = 1
        while self.decision(passed * count, failed * count) is None:
            count += 1
        return count

    def _odds(self, rate: float, bound: float) -> Odds:
        open_ = {0: 1.0}
        decided = {Decision.GOOD: 0.0, Decision.BAD: 0.0}
        takes = 0.0
        for taken in range(1, self.at_most + 1):
            following: dict[int, float] = {}
            for before, chance in open_.items():
                takes += chance
                for passed, step in ((before + 1, rate), (before, 1 - rate)):
                    decision = _decided(self.evidence(passed, taken - passed), bound)
                    if decision is None:
                        following[passed] = following.get(passed, 0.0) + chance * step
                    else:
                        decided[decision] += chance * step
            open_ = following
        return Odds(
            good=decided[Decision.GOOD],
            bad=decided[Decision.BAD],
            undecided=sum(open_.values()),
            takes=takes,
        )


@lru_cache(maxsize=100)
def sequential_gate(good: float, bad: float, error: float, at_most: int) -> SequentialGate:
    """The gate of these figures, which computes its bound once."""
    return SequentialGate(good=good, bad=bad, error=error, at_most=at_most)


def _decided(evidence: float, bound: float) -> Decision | None:
    if evidence >= bound:
        return Decision.GOOD
    return Decision.BAD if evidence <= -bound else None
