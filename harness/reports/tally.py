"""Counts of a run, by provider."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from harness.conversation import Outcome
from harness.play.result import ScenarioResult

if TYPE_CHECKING:
    from harness.evaluation import Takes


@dataclass(slots=True)
class ProviderTally:
    """Counts of one provider's conversations."""

    outcomes: Counter[str] = field(default_factory=Counter)
    turns: int = 0
    checks: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    """Seconds that each reply took, where they are kept."""

    @property
    def conversations(self) -> int:
        """All of them, whatever their outcome."""
        return sum(self.outcomes.values())


class Tally:
    """Counts of a run. Holds numbers, notes and differences, no transcripts."""

    def __init__(self, *, keeps_latencies: bool = False) -> None:
        self._keeps_latencies = keeps_latencies
        self.providers: dict[str, ProviderTally] = {}
        self.notes: list[str] = []
        """What people should know although nothing failed."""
        self.drifts: Counter[str] = Counter()
        """Turns that were compared with their recording, by kind of drift."""
        self.drifted: list[tuple[str, tuple[str, ...]]] = []
        """Each turn that drifted: its place, and what differs."""
        self.takes: Counter[str] = Counter()
        """Takes of repeated scenarios, by outcome."""
        self.skips: Counter[str] = Counter()
        """Checks that were skipped, by name and reason."""
        self.repeated = 0
        """Repeated scenarios."""
        self.earlier = 0
        """Attempts that do not count, because another one followed."""

    def add(self, provider: str, result: ScenarioResult) -> None:
        """Count one conversation."""
        self.add_counts(
            provider,
            outcome=result.outcome,
            turns=len(result.transcript.turns),
            checks=len(result.checks),
            codes=result.codes,
            skips=result.skips,
        )
        self._add_told(result.scenario.id, result)

    def add_chat(self, result: ScenarioResult, *, is_waived: bool) -> None:
        """Count a conversation of a Python test; a waived failure counts as skipped."""
        self.add_counts(
            result.transcript.provider,
            outcome=Outcome.SKIPPED if is_waived else result.outcome,
            turns=len(result.transcript.turns),
            checks=len(result.checks),
            codes=() if is_waived else result.codes,
            skips=result.skips,
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
            skips=[skip for result in results for skip in result.skips],
        )
        self.add_take_counts(Counter(result.outcome.value for result in results))
        for number, result in enumerate(results, 1):
            self._add_told(f"{takes.scenario.id} take {number}", result)

    def add_take_counts(self, outcomes: Mapping[str, int]) -> None:
        """Count the takes of one scenario, by outcome."""
        self.repeated += 1
        self.takes.update(outcomes)

    def add_drifts(self, kinds: Iterable[str], drifted: Iterable[str]) -> None:
        """Count compared turns of which only kinds and places are known."""
        self.drifts.update(kinds)
        self.drifted += [(place, ()) for place in drifted]

    def add_counts(
        self,
        provider: str,
        *,
        outcome: str,
        turns: int,
        checks: int,
        codes: tuple[str, ...] = (),
        skips: Sequence[str] = (),
    ) -> None:
        """Count one conversation of which only the numbers are known.

        `skips` are names and reasons of skipped checks.
        """
        tally = self.providers.setdefault(provider, ProviderTally())
        tally.outcomes[Outcome(outcome).value] += 1
        tally.turns += turns
        tally.checks += checks
        tally.codes.update(codes)
        if skips:
            self.skips.update(skips)

    def _add_told(self, name: str, result: ScenarioResult) -> None:
        self.drifts.update(turn.drift.kind.value for turn in result.compared)
        self.drifted += [
            (str(turn), turn.drift.lines) for turn in result.compared if turn.drift.differences
        ]
        self.notes += [f"{name}: {note}" for note in result.notes]
        if self._keeps_latencies:
            known = (turn.latency for turn in result.transcript.turns)
            tally = self.providers[result.transcript.provider]
            tally.latencies += [one for one in known if one is not None]
