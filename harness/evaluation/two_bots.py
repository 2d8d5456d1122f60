"""Compares the takes of two bots, scenario by scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.core import Json, Problem, counted
from harness.evaluation.take_counts import CountedTakes, by_scenario
from harness.statistics.intervals import TakeCounts
from harness.statistics.paired import PairedTest, paired_test
from harness.statistics.power import scenarios_needed

WORTH_SEEING = 0.05
"""The difference in pass rates for which the needed scenarios are computed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakesCompared:
    """The takes of two bots on the scenarios that both played."""

    names: tuple[str, str]
    test: PairedTest | None
    """None with fewer than two scenarios."""
    stopped: int
    """Conversations that were left out, because their takes ended when their result was certain."""
    is_repeated: bool
    """Any of the conversations has several takes."""

    @property
    def is_worse(self) -> bool:
        """Whether the second bot is worse, beyond chance."""
        return self.test is not None and self.test.is_worse

    @property
    def undecided(self) -> Problem | None:
        """Why neither can be worse, whatever they said; None if one can be."""
        if self.test is not None:
            return None
        return Problem(
            code="no-takes",
            where="--fail-if worse",
            message="fewer than two scenarios have takes of both sides that can be compared",
            hint="play more scenarios, or leave the option out",
        )

    @property
    def lines(self) -> list[str]:
        """Effect, interval, p value, and how many scenarios would show a small difference."""
        first, second = self.names
        lines = []
        if self.stopped:
            stopped = counted(self.stopped, "conversation")
            lines.append(f"left out: {stopped} whose takes stopped when the result was certain")
        if self.test is None:
            return [*lines, f"{second} - {first}: at least two scenarios of both are needed"]
        test = self.test
        low, high = test.interval
        verdict = "worse" if test.is_worse else "better" if test.is_better else "within chance"
        lines.insert(
            0,
            f"{second} - {first}: {test.effect:+.2f} ({low:+.2f} to {high:+.2f}), "
            f"p = {test.p:.2g}, {counted(test.scenarios, 'scenario')}: {verdict}",
        )
        if test.spread:
            needed = scenarios_needed(test.spread, WORTH_SEEING)
            lines.append(f"to see {WORTH_SEEING} with 80 % power: about {needed} scenarios")
        return lines

    def json(self) -> dict[str, Json]:
        """The comparison as JSON, without what is not known."""
        stored: dict[str, Json] = {
            "before": self.names[0],
            "after": self.names[1],
            "stopped": self.stopped,
        }
        if self.test is not None:
            test = self.test
            stored |= {
                "scenarios": test.scenarios,
                "effect": round(test.effect, 6),
                "interval": [round(rate, 6) for rate in test.interval],
                "p": round(test.p, 6),
                "verdict": "worse" if test.is_worse else "better" if test.is_better else "same",
            }
            if test.spread:
                stored["scenarios_needed"] = scenarios_needed(test.spread, WORTH_SEEING)
        return stored


def compare_takes(
    names: tuple[str, str],
    before: Mapping[str, CountedTakes],
    after: Mapping[str, CountedTakes],
) -> TakesCompared:
    """Compare two bots on the conversations of both, by an id that both share."""
    shared = [name for name in before if name in after]
    fair = [name for name in shared if before[name].is_fair and after[name].is_fair]
    old, new = (by_scenario(side[name] for name in fair) for side in (before, after))
    pairs: list[tuple[TakeCounts, TakeCounts]] = [(old[name], new[name]) for name in old]
    both = [side[name] for name in shared for side in (before, after)]
    return TakesCompared(
        names=names,
        test=paired_test(pairs),
        stopped=sum(before[name].is_stopped or after[name].is_stopped for name in shared),
        is_repeated=any(one.counts.judged + len(one.unjudged) > 1 for one in both),
    )
