"""The takes of one scenario, judged together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from harness.conversation import Outcome
from harness.conversation.spending import NOTHING_SPENT, Spent
from harness.play.result import Cause, ScenarioResult
from harness.scenario import Repeat, Scenario
from harness.statistics.intervals import Interval, wilson_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes:
    """What came of all takes of one scenario, provider and row."""

    results: tuple[ScenarioResult, ...]
    """By take; at least one."""
    repeat: Repeat
    numbers: Sequence[int] = ()
    """Those of the takes, if others are played elsewhere; empty for 1, 2 and so on."""

    passed: int = field(init=False)
    failed: int = field(init=False)
    outcome: Outcome = field(init=False)
    """PASSED where enough takes passed, FAILED where too many failed for that; BROKEN where the
    broken ones leave it open, SKIPPED where the skipped ones alone do. BROKEN too where takes that
    go on until they decide did not."""

    def __post_init__(self) -> None:
        outcomes = [result.outcome for result in self.results]
        object.__setattr__(self, "passed", outcomes.count(Outcome.PASSED))
        object.__setattr__(self, "failed", outcomes.count(Outcome.FAILED))
        object.__setattr__(self, "outcome", outcome_of_takes(outcomes, self.gate))

    @classmethod
    def played(
        cls,
        repeat: Repeat,
        result_of: Callable[[int], ScenarioResult],
        numbers: Sequence[int] = (),
    ) -> Takes:
        """Play takes in the order of their numbers, from 1, until their result is certain.

        With `numbers`, these and no others, of takes that are divisible.
        """
        if numbers:
            return cls.of(tuple(map(result_of, numbers)), repeat, numbers)
        results: list[ScenarioResult] = []
        while repeat.needed(*judged_in(result.outcome for result in results)):
            results.append(result_of(len(results) + 1))
        return cls.of(tuple(results), repeat)

    @classmethod
    def of(
        cls, results: tuple[ScenarioResult, ...], repeat: Repeat, numbers: Sequence[int] = ()
    ) -> Takes:
        """The takes of a scenario.

        Turns that were compared with a recording then say which take they are of.
        """
        return cls(
            results=tuple(
                replace(
                    result,
                    compared=tuple(
                        replace(turn, play=f"{turn.play} take {take}") for turn in result.compared
                    ),
                )
                if result.compared
                else result
                for take, result in zip(numbers or range(1, len(results) + 1), results, strict=True)
            ),
            repeat=repeat,
            numbers=numbers,
        )

    @property
    def gate(self) -> Repeat:
        """What decides about these takes: without the others, that all of them must pass."""
        count = len(self.numbers)
        return replace(self.repeat, takes=count, wanted=count) if count else self.repeat

    @property
    def numbered(self) -> Iterator[tuple[int, ScenarioResult]]:
        """The takes with their numbers."""
        return zip(self.numbers or range(1, len(self.results) + 1), self.results, strict=True)

    @property
    def spent(self) -> Spent:
        """What all takes cost together."""
        return sum((result.spent for result in self.results), NOTHING_SPENT)

    @property
    def wanted(self) -> int:
        """Takes that must pass; 0 if they go on until they decide."""
        return self.gate.wanted

    @property
    def is_stopped(self) -> bool:
        """Whether the result was certain before all takes were played.

        When they ended depends on their outcomes then, so that their pass rate is biased.
        """
        return self.outcome in (Outcome.PASSED, Outcome.FAILED) and (
            not self.wanted or len(self.results) < self.gate.takes
        )

    @property
    def unplayed(self) -> range:
        """The numbers of takes that were not played, because the result was certain."""
        last = self.gate.takes if self.is_stopped else len(self.results)
        return range(len(self.results) + 1, last + 1)

    @property
    def is_undecided(self) -> bool:
        """Whether all takes were judged, and still decide nothing."""
        return self.outcome is Outcome.BROKEN and self.judged == len(self.results)

    @property
    def scenario(self) -> Scenario:
        """What was played."""
        return self.results[0].scenario

    @property
    def judged(self) -> int:
        """Takes that passed or failed. A broken or skipped one says nothing of the bot."""
        return self.passed + self.failed

    @property
    def broken(self) -> int:
        """Takes that could not be judged."""
        return sum(result.outcome is Outcome.BROKEN for result in self.results)

    @property
    def skipped(self) -> int:
        """Takes of which nothing could be measured."""
        return len(self.results) - self.judged - self.broken

    @property
    def skip_reason(self) -> str:
        """Why nothing could be measured in the first take that was skipped."""
        reasons = (take.skip_reason for take in self.results if take.outcome is Outcome.SKIPPED)
        return next(reasons, "")

    @property
    def pass_rate(self) -> float | None:
        """Of the takes that were judged, from 0 to 1; None where none was."""
        return self.passed / self.judged if self.judged else None

    @property
    def interval(self) -> Interval | None:
        """Where the true pass rate lies, at 95 %; None where no take was judged."""
        return wilson_interval(self.passed, self.judged) if self.judged else None

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of what went wrong in any take, each once; none where enough takes passed."""
        if not self.outcome.is_bad:
            return ()
        if code := self._own_code():
            return (code,)
        return tuple(dict.fromkeys(code for result in self.results for code in result.codes))

    def _own_code(self) -> str:
        """The code of the takes together; empty if those of the single ones say what is wrong."""
        return "undecided" if self.is_undecided else ""

    @property
    def cause(self) -> Cause | None:
        """The reason for the outcome, in the take that explains it; None if it is not red."""
        return self.results[self.shown - 1].cause if self.outcome.is_bad else None

    @property
    def shown(self) -> int:
        """The take that explains a red outcome, from 1: the first of that outcome.

        If the takes decided nothing, it is the first one that failed.
        """
        outcomes = [result.outcome for result in self.results]
        wanted = Outcome.FAILED if self.is_undecided else self.outcome
        return outcomes.index(wanted) + 1 if wanted in outcomes else 1


def outcome_of_takes(outcomes: Sequence[Outcome], repeat: Repeat) -> Outcome:
    """The outcome of takes together; see `Takes.outcome`."""
    passes = repeat.passes(outcomes.count(Outcome.PASSED), outcomes.count(Outcome.FAILED))
    if passes is None:
        is_skipped = Outcome.SKIPPED in outcomes and Outcome.BROKEN not in outcomes
        return Outcome.SKIPPED if is_skipped else Outcome.BROKEN
    return Outcome.PASSED if passes else Outcome.FAILED


def judged_in(outcomes: Iterable[Outcome]) -> tuple[int, int, int]:
    """How many takes passed, failed, and were not judged."""
    counts = Counter(outcomes)
    passed, failed = counts[Outcome.PASSED], counts[Outcome.FAILED]
    return passed, failed, counts.total() - passed - failed
