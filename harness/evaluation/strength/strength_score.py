"""How many changed replies were noticed, of some conversations or of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from harness.evaluation.strength.mutant import Aspect, Fate, Mutant


@dataclass(slots=True)
class StrengthScore:
    """Counts of mutants; it keeps none of them."""

    fates: Counter[tuple[Aspect, Fate]] = field(default_factory=Counter)
    """Of the changes that somebody should notice."""
    harmless: Counter[Fate] = field(default_factory=Counter)
    survivors: Counter[str] = field(default_factory=Counter)
    """By mutator."""
    made: Counter[str] = field(default_factory=Counter)
    """Killed and survived mutants, by mutator."""

    def add(self, mutants: Iterable[Mutant]) -> None:
        """Count mutants."""
        for mutant in mutants:
            if mutant.is_harmless:
                self.harmless[mutant.fate] += 1
                continue
            self.fates[mutant.aspect, mutant.fate] += 1
            if mutant.fate in (Fate.KILLED, Fate.SURVIVED):
                self.made[mutant.change] += 1
            if mutant.fate is Fate.SURVIVED:
                self.survivors[mutant.change] += 1

    def merge(self, other: StrengthScore) -> None:
        """Add the counts of other conversations."""
        self.fates.update(other.fates)
        self.harmless.update(other.harmless)
        self.survivors.update(other.survivors)
        self.made.update(other.made)

    def killed(self, aspect: Aspect) -> int:
        """Mutants that were noticed."""
        return self.fates[aspect, Fate.KILLED]

    def total(self, aspect: Aspect) -> int:
        """Mutants that a scenario could notice: those that were killed or survived."""
        return self.killed(aspect) + self.fates[aspect, Fate.SURVIVED]

    def share(self, aspect: Aspect) -> float | None:
        """The noticed share, from 0 to 1; None where there is nothing to notice."""
        total = self.total(aspect)
        return self.killed(aspect) / total if total else None

    @property
    def said(self) -> float | None:
        """The noticed share of what a person gets."""
        return self.share(Aspect.SAID)

    @property
    def payload(self) -> float | None:
        """The noticed share of the other fields of payloads."""
        return self.share(Aspect.PAYLOAD)

    @property
    def brittle(self) -> float | None:
        """The share of harmless changes that a scenario notices; None where there is none."""
        noticed = self.harmless[Fate.KILLED]
        total = noticed + self.harmless[Fate.SURVIVED]
        return noticed / total if total else None

    @property
    def contract(self) -> int:
        """Mutants that only the definitions of providers noticed."""
        return sum(count for (_, fate), count in self.fates.items() if fate is Fate.CONTRACT)

    @property
    def left_out(self) -> int:
        """Mutants of volatile and of ignored fields."""
        return sum(count for (_, fate), count in self.fates.items() if fate is Fate.LEFT_OUT)

    @property
    def mutants(self) -> int:
        """All mutants but those that were left out, and without harmless changes."""
        return self.fates.total() - self.left_out


def score_of(mutants: Iterable[Mutant]) -> StrengthScore:
    """The counts of some mutants."""
    score = StrengthScore()
    score.add(mutants)
    return score
