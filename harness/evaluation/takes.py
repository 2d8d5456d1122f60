"""The takes of one scenario, judged together."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from harness.conversation import Outcome
from harness.play.result import Cause, ScenarioResult
from harness.scenario import Scenario
from harness.statistics.intervals import Interval, wilson_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Takes:
    """What came of all takes of one scenario, provider and row."""

    results: tuple[ScenarioResult, ...]
    """By take; at least one."""
    wanted: int
    """Takes that must pass."""

    passed: int = field(init=False)
    failed: int = field(init=False)
    outcome: Outcome = field(init=False)
    """PASSED where enough takes passed, FAILED where too many failed for that; BROKEN where the
    broken ones leave it open, SKIPPED where the skipped ones alone do."""

    def __post_init__(self) -> None:
        outcomes = [result.outcome for result in self.results]
        passed, failed = outcomes.count(Outcome.PASSED), outcomes.count(Outcome.FAILED)
        if passed >= self.wanted:
            outcome = Outcome.PASSED
        else:
            is_lost = len(outcomes) - failed < self.wanted
            open_ = Outcome.BROKEN if Outcome.BROKEN in outcomes else Outcome.SKIPPED
            outcome = Outcome.FAILED if is_lost else open_
        object.__setattr__(self, "passed", passed)
        object.__setattr__(self, "failed", failed)
        object.__setattr__(self, "outcome", outcome)

    @classmethod
    def of(cls, results: tuple[ScenarioResult, ...]) -> Takes:
        """The takes of a scenario that says how many must pass; all where it does not.

        Turns that were compared with a recording then say which take they are of.
        """
        repeat = results[0].scenario.repeat
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
                for take, result in enumerate(results, 1)
            ),
            wanted=repeat.wanted if repeat else len(results),
        )

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
        return tuple(dict.fromkeys(code for result in self.results for code in result.codes))

    @property
    def cause(self) -> Cause | None:
        """The reason for the outcome, in the take that explains it; None if it is not red."""
        return self.results[self.shown - 1].cause if self.outcome.is_bad else None

    @property
    def shown(self) -> int:
        """The take that explains a red outcome: the first of that outcome, from 1."""
        outcomes = [result.outcome for result in self.results]
        return outcomes.index(self.outcome) + 1
