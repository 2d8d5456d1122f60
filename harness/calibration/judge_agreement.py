"""How far a judge agrees with people: figures made of pairs of a verdict and their label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from harness.calibration.label import Label
from harness.calibration.label_file import by_question
from harness.conversation.rulings import NO, UNKNOWN, YES, JudgedCriterion
from harness.core import counted, value_class
from harness.statistics.agreement import Agreement, cohens_kappa, krippendorffs_alpha
from harness.statistics.intervals import TakeCounts

_DECIDED = (YES, NO)


@value_class(frozen=True, slots=True, kw_only=True)
class Pair:
    """What a judge and people say of the same."""

    asked: JudgedCriterion
    label: str
    """What most labellers say: `yes` or `no`; empty if they are equally many, or cannot tell."""
    verdict: str
    """`yes` or `no`; empty if the judge did not decide."""
    answers: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    """Of each labeller."""

    @property
    def counts(self) -> bool:
        """Whether both decided."""
        return bool(self.label and self.verdict)


@value_class(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What harness.yaml requires of the calibration of a judge; 0 and None for nothing."""

    labels: int = 0
    kappa: float | None = None

    def unmet(self, figures: Figures) -> str:
        """What is missing, as a clause; empty if nothing is."""
        if len(figures.counting) < self.labels:
            return (
                f"{counted(len(figures.counting), 'label')} of people can be compared with it,"
                f" and {self.labels} are required"
            )
        if self.kappa is None:
            return ""
        if figures.kappa is None:
            return "kappa is not defined, because there are not both yes and no"
        if figures.kappa.value < self.kappa:
            return f"kappa is {figures.kappa.value:.2f}, and at least {self.kappa:g} is required"
        return ""


class Figures:
    """How far a judge agrees with people."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        self.pairs = tuple(pairs)
        self.counting = tuple(pair for pair in self.pairs if pair.counts)
        """Those in which both decided."""

    @property
    def agreement(self) -> TakeCounts:
        """How many verdicts are as people say, of those that can be compared."""
        equal = sum(pair.label == pair.verdict for pair in self.counting)
        return TakeCounts(equal, len(self.counting))

    @cached_property
    def kappa(self) -> Agreement | None:
        """Cohen's kappa of the judge and people; None if it is not defined."""
        return cohens_kappa((pair.label, pair.verdict) for pair in self.counting)

    @property
    def false_yes(self) -> TakeCounts:
        """How many verdicts are yes, of those for which people say no."""
        return self._said(YES, where_people_say=NO)

    @property
    def false_no(self) -> TakeCounts:
        """How many verdicts are no, of those for which people say yes."""
        return self._said(NO, where_people_say=YES)

    def people(self, verdict: str) -> TakeCounts:
        """How many labels are yes, of those with a verdict."""
        labels = [pair.label for pair in self.counting if pair.verdict == verdict]
        return TakeCounts(labels.count(YES), len(labels))

    @cached_property
    def samples(self) -> Agreement | None:
        """Krippendorff's alpha of the judge's answers to the same question."""
        units = ([answer or None for answer in pair.answers] for pair in self.pairs)
        return krippendorffs_alpha(units)

    @cached_property
    def labellers(self) -> Agreement | None:
        """Krippendorff's alpha of the labels for the same question."""
        return krippendorffs_alpha(pair.labels for pair in self.pairs)

    @property
    def undecided(self) -> int:
        """How many of what people labelled the judge did not decide."""
        return sum(bool(pair.label) and not pair.verdict for pair in self.pairs)

    @property
    def unclear(self) -> int:
        """How many have no label that counts: labellers cannot tell, or disagree."""
        return sum(not pair.label for pair in self.pairs)

    def _said(self, verdict: str, *, where_people_say: str) -> TakeCounts:
        said = [pair.verdict for pair in self.counting if pair.label == where_people_say]
        return TakeCounts(said.count(verdict), len(said))

    @property
    def summary(self) -> str:
        """Kappa with its interval and the number of labels, in a few words."""
        labels = counted(len(self.counting), "label")
        if self.kappa is None:
            return f"kappa is not defined by {labels}"
        return f"kappa {self.kappa.value:.2f} ({self.kappa.interval}) on {labels}"


def figures_of(labels: Iterable[Label]) -> Figures:
    """The figures of labels and of the verdicts that are with them."""
    return Figures(pairs_of(labels))


def pairs_of(labels: Iterable[Label]) -> Iterator[Pair]:
    """Labels with their verdicts, one pair for each thing that was decided.

    Of several labels of one labeller, the last one counts.
    """
    for of_question in by_question(labels).values():
        said = next((label.said for label in reversed(of_question) if label.said), None)
        yield Pair(
            asked=of_question[-1].asked,
            label=_majority([label.label for label in of_question]),
            verdict=said.verdict if said is not None else "",
            answers=said.answers if said is not None else (),
            labels=tuple(label.label for label in of_question),
        )


def _majority(labels: Sequence[str]) -> str:
    """What more than half of the labellers that can tell say; empty if there is no such label."""
    counts = Counter(label for label in labels if label != UNKNOWN)
    return next((one for one in _DECIDED if counts[one] * 2 > counts.total()), "")
