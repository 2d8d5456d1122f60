"""TakeCounts the takes of stored results, by scenario."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.conversation import Outcome
from harness.statistics.intervals import TakeCounts

Stored = Mapping[str, Any]
MISSING = "cassette-missing"
"""The code of a take that was never recorded."""
_SKIPPED = "skipped"
"""In place of a code, of a take that was skipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedTakes:
    """The takes of one conversation with one provider."""

    scenario: str
    counts: TakeCounts
    unjudged: tuple[str, ...] = ()
    """The first code of each take that was not judged."""
    missing: tuple[int, ...] = ()
    """The numbers of those that have no recording."""
    is_stopped: bool = False
    """They ended when their result was certain, so that their pass rate is biased."""

    @property
    def is_fair(self) -> bool:
        """Whether the pass rate of these takes is that of the bot."""
        return not self.is_stopped and self.counts.judged > 0


def count_takes(conversation: Stored) -> CountedTakes:
    """The takes of a conversation as results.json has it; one that is not repeated has one."""
    takes = conversation.get("takes") or (conversation,)
    outcomes = Counter(_outcome(take) for take in takes)
    unjudged = [take for take in takes if _outcome(take) not in (Outcome.PASSED, Outcome.FAILED)]
    passed = outcomes[Outcome.PASSED]
    return CountedTakes(
        scenario=conversation["scenario"],
        counts=TakeCounts(passed, passed + outcomes[Outcome.FAILED]),
        unjudged=tuple(next(iter(take.get("codes", ())), _SKIPPED) for take in unjudged),
        missing=tuple(take.get("take", 1) for take in unjudged if MISSING in take.get("codes", ())),
        is_stopped="stopped" in conversation.get("repeat", {}),
    )


def by_scenario(takes: Iterable[CountedTakes]) -> dict[str, TakeCounts]:
    """The fair ones, by scenario: the rows of a matrix together, since they resemble each other."""
    counts: dict[str, TakeCounts] = {}
    for some in takes:
        if some.is_fair:
            passed, judged = counts.get(some.scenario, TakeCounts(0, 0))
            counts[some.scenario] = TakeCounts(
                passed + some.counts.passed, judged + some.counts.judged
            )
    return counts


def _outcome(take: Stored) -> str:
    """The outcome of the bot; whether it was expected to fail does not matter."""
    return Outcome.FAILED.value if "expected_failure" in take else str(take["outcome"])
