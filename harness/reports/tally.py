"""Counts of a run, by provider."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.conversation import Outcome
from harness.engine.result import ScenarioResult

if TYPE_CHECKING:
    from harness.evaluation import Takes


@dataclass(slots=True)
class ProviderTally:
    """Counts of one provider's conversations."""

    outcomes: Counter[str] = field(default_factory=Counter)
    turns: int = 0
    checks: int = 0
    codes: Counter[str] = field(default_factory=Counter)

    @property
    def conversations(self) -> int:
        """All of them, whatever their outcome."""
        return sum(self.outcomes.values())


class Tally:
    """Counts of a run. Holds numbers, notes and differences, no transcripts."""

    def __init__(self) -> None:
        self.providers: dict[str, ProviderTally] = {}
        self.notes: list[str] = []
        """What people should know although nothing failed."""
        self.drifts: Counter[str] = Counter()
        """Turns that were compared with their recording, by kind of drift."""
        self.drifted: list[tuple[str, tuple[str, ...]]] = []
        """Each turn that drifted: its place, and what differs."""
        self.takes: Counter[str] = Counter()
        """Takes of repeated scenarios, by outcome."""
        self.repeated = 0
        """Repeated scenarios."""

    def add(self, provider: str, result: ScenarioResult) -> None:
        """Count one conversation."""
        self.add_counts(
            provider,
            outcome=result.outcome,
            turns=len(result.transcript.turns),
            checks=len(result.checks),
            codes=result.codes,
        )
        self._add_told(result.scenario.id, result)

    def add_takes(self, provider: str, takes: Takes) -> None:
        """Count a scenario that was played several times, and its takes."""
        results = takes.results
        self.add_counts(
            provider,
            outcome=takes.outcome,
            turns=sum(len(result.transcript.turns) for result in results),
            checks=sum(len(result.checks) for result in results),
            codes=takes.codes,
        )
        self.add_take_counts(passed=takes.passed, failed=takes.failed, broken=takes.broken)
        for number, result in enumerate(results, 1):
            self._add_told(f"{takes.scenario.id} take {number}", result)

    def add_take_counts(self, *, passed: int, failed: int, broken: int) -> None:
        """Count the takes of one scenario of which only the numbers are known."""
        self.repeated += 1
        self.takes.update(
            {
                Outcome.PASSED.value: passed,
                Outcome.FAILED.value: failed,
                Outcome.BROKEN.value: broken,
            }
        )

    def add_drifts(self, kinds: Iterable[str], drifted: Iterable[str]) -> None:
        """Count compared turns of which only kinds and places are known."""
        self.drifts.update(kinds)
        self.drifted += [(place, ()) for place in drifted]

    def add_counts(
        self, provider: str, *, outcome: str, turns: int, checks: int, codes: tuple[str, ...]
    ) -> None:
        """Count one conversation of which only the numbers are known."""
        tally = self.providers.setdefault(provider, ProviderTally())
        tally.outcomes[Outcome(outcome).value] += 1
        tally.turns += turns
        tally.checks += checks
        tally.codes.update(codes)

    def _add_told(self, name: str, result: ScenarioResult) -> None:
        self.drifts.update(turn.drift.kind.value for turn in result.compared)
        self.drifted += [
            (str(turn), turn.drift.lines) for turn in result.compared if turn.drift.differences
        ]
        self.notes += [f"{name}: {note}" for note in result.notes]
