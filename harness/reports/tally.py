"""Counts of a run, by provider."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from harness.conversation import Outcome
from harness.conversation.spending import NOTHING_SPENT
from harness.reports.run_events import Event, ScenarioFinished, WorkerDied
from harness.reports.summary import Summary


@dataclass(slots=True)
class ProviderTally:
    """Counts of one provider's conversations."""

    outcomes: Counter[str] = field(default_factory=Counter)
    turns: int = 0
    checks: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    """Seconds that each reply took, in a live run."""

    @property
    def conversations(self) -> int:
        """All conversations, whatever their outcome."""
        return self.outcomes.total()

    @property
    def red(self) -> int:
        """Conversations that failed or broke."""
        return self.outcomes[Outcome.FAILED.value] + self.outcomes[Outcome.BROKEN.value]


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
        self.recordings: Counter[str] = Counter()
        """Recordings that were written or replayed by a run that records."""
        self.takes: Counter[str] = Counter()
        """Takes of repeated scenarios, by outcome."""
        self.skips: Counter[str] = Counter()
        """Checks that were skipped, by name and reason."""
        self.spent = NOTHING_SPENT
        """What all replies cost."""
        self.repeated = 0
        """Repeated scenarios."""
        self.earlier = 0
        """Attempts that do not count, because another one followed."""

    def listen(self, event: Event) -> None:
        """Count finished scenarios and repeated attempts."""
        if isinstance(event, ScenarioFinished):
            self.add(event.summary)
            # The conversations of a Python test have their attempts in common.
            if event.number <= 1:
                self.earlier += len(event.earlier)
                # A recording that was replayed several times was paid for once.
                self.spent = sum((one.spent.paid for one in event.earlier), self.spent)
        elif isinstance(event, WorkerDied) and event.again is not None:
            self.earlier += 1

    def add(self, summary: Summary) -> None:
        """Count a conversation. One whose failure is waived counts as skipped."""
        tally = self.providers.setdefault(summary.provider, ProviderTally())
        outcome = Outcome.SKIPPED.value if summary.is_waived else summary.outcome
        tally.outcomes[outcome] += 1
        tally.turns += summary.turns
        tally.checks += summary.checks
        tally.codes.update(() if summary.is_waived else summary.codes)
        if self._keeps_latencies:
            tally.latencies += summary.latencies
        self.skips.update(summary.skips)
        self.drifts.update(summary.drifts)
        self.drifted += summary.drifted
        self.recordings.update(summary.recordings)
        self.notes += summary.notes
        self.spent += summary.spent
        if summary.takes is not None:
            self.repeated += 1
            self.takes.update(summary.takes)
