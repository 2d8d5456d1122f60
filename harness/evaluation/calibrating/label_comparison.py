"""Compares labels with what the judge says now."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from harness.calibration import (
    Figures,
    Label,
    LabelledVerdict,
    figures_of,
)
from harness.checks.judge import JudgeSettings
from harness.conversation.rulings import NO, YES
from harness.core import quote
from harness.evaluation.calibrating.asking_again import AskingAgain
from harness.evaluation.calibrating.recorded_rulings import RecordedRulings
from harness.project.judge_calibration import Calibration, identity_of
from harness.project.project import Project
from harness.statistics.intervals import TakeCounts
from harness.statistics.judged_rate import JudgedRate, corrected_rate

UNASKED = "the judge was not asked"


class LabelComparison:
    """Labels with what the judge says now, and the figures of both."""

    def __init__(
        self,
        judge: JudgeSettings,
        calibration: Calibration,
        recorded: RecordedRulings,
        labels: Sequence[Label],
        stale: Sequence[tuple[Label, str]],
        *,
        is_built_in: bool = False,
    ) -> None:
        """`is_built_in` says that the labels are those of the package, and all of them count."""
        self.judge = judge
        self.calibration = calibration
        self.recorded = recorded
        self.labels = labels
        """Each with what the judge says now; without it if that is not known."""
        self.is_built_in = is_built_in
        self.stale = stale
        """Labels that do not count, and why."""

    @cached_property
    def people(self) -> Figures:
        """The figures by the labels of people."""
        return figures_of(label for label in self.labels if self._counts(label))

    @cached_property
    def models(self) -> Figures:
        """The figures by the labels of models, and of authors in a file of the project."""
        return figures_of(label for label in self.labels if not self._counts(label))

    def _counts(self, label: Label) -> bool:
        return self.is_built_in or label.is_by_person

    @property
    def by_criterion(self) -> Mapping[str, Figures]:
        """The figures by the labels of people, for the words of each criterion."""
        pairs = defaultdict(list)
        for pair in self.people.pairs:
            pairs[pair.asked.words].append(pair)
        return {words: Figures(found) for words, found in pairs.items()}

    @property
    def reasons(self) -> Counter[str]:
        """How many labels do not count, by reason."""
        return Counter(reason for _, reason in self.stale)

    @property
    def verdicts(self) -> TakeCounts:
        """How many verdicts of the judge about recorded conversations are yes."""
        said = Counter(one.ruling.verdict for one in self.recorded.found)
        return TakeCounts(said[YES], said[YES] + said[NO])

    @cached_property
    def rate(self) -> JudgedRate | None:
        """The share of yes, as people would say it; None without a verdict or a label."""
        if not self.people.counting:
            return None
        return corrected_rate(self.verdicts, self.people.people(YES), self.people.people(NO))

    @property
    def unmet(self) -> str:
        """What is missing of what harness.yaml requires; empty if nothing is."""
        return self.calibration.requirement.unmet(self.people)

    @property
    def unmet_in_file(self) -> str:
        """What is missing by what the file says, which a run goes by; empty if nothing is."""
        return self.calibration.requirement.unmet(figures_of(self.calibration.fresh))

    @property
    def is_written(self) -> bool:
        """Whether the file has the verdicts of now."""
        return [*self.labels] == [*self.calibration.labels]


def compare_labels(
    project: Project,
    judge: JudgeSettings,
    calibration: Calibration,
    recorded: RecordedRulings,
    asking: AskingAgain,
    *,
    anew: bool = False,
    is_built_in: bool = False,
) -> LabelComparison:
    """Find what the judge says of everything that is labelled; with `anew`, ask it.

    It is taken from the recorded conversations, from the file if the judge is as it was, and else
    asked, if `asking` does, or found in its recordings.
    """
    finder = _Finder(project, judge, calibration, recorded, asking)
    labels: list[Label] = []
    stale: list[tuple[Label, str]] = []
    for label in calibration.labels:
        if reason := finder.changed_criterion(label):
            labels.append(replace(label, said=None))
            stale.append((label, reason))
            continue
        said = finder.asked(label) if anew else finder.known(label) or finder.asked(label)
        labels.append(replace(label, said=said))
        if said is None:
            stale.append((label, calibration.difference(label) or UNASKED))
    return LabelComparison(judge, calibration, recorded, labels, stale, is_built_in=is_built_in)


class _Finder:
    """Finds what a judge says of what is labelled."""

    def __init__(
        self,
        project: Project,
        judge: JudgeSettings,
        calibration: Calibration,
        recorded: RecordedRulings,
        asking: AskingAgain,
    ) -> None:
        self._project = project
        self._judge = judge
        self._calibration = calibration
        self._asking = asking
        self._by_key = recorded.by_key
        self._words: defaultdict[tuple[str, str, int, str], set[str]] = defaultdict(set)
        for one in recorded.found:
            at, asked = one.at, one.ruling.asked
            self._words[at.scenario, at.provider, at.turn, asked.criterion].add(asked.words)
        self._all_words = {words for found in self._words.values() for words in found}

    def changed_criterion(self, label: Label) -> str:
        """That the words of a criterion changed since it was labelled; empty if they did not."""
        at, asked = label.at, label.asked
        if at is None or asked.words in self._all_words:
            return ""
        is_there = (at.scenario, at.provider, at.turn, asked.criterion) in self._words
        return f"the criterion {quote(asked.criterion)} changed" if is_there else ""

    def known(self, label: Label) -> LabelledVerdict | None:
        """What the judge said, by the recordings of conversations or the file."""
        found = self._by_key.get(label.asked.key)
        if found is not None:
            return found.said
        return None if self._calibration.difference(label) else label.said

    def asked(self, label: Label) -> LabelledVerdict | None:
        """What the judge says when it is asked; None if it is not."""
        ruling = self._asking.ruling(label.asked)
        if ruling is None:
            return None
        config, environment = self._project.config, self._project.environment
        identity = identity_of(self._judge, config, environment, self._asking.settings)
        return LabelledVerdict(verdict=ruling.verdict, answers=ruling.answers, judge=identity)


def differing(comparison: LabelComparison) -> Iterator[tuple[Label, str]]:
    """What people and the judge decided differently: a label of each, and what the judge says."""
    wrong = {p.asked.key: p for p in comparison.people.counting if p.label != p.verdict}
    for label in comparison.labels:
        pair = (
            wrong.pop(label.asked.key, None)
            if comparison.is_built_in or label.is_by_person
            else None
        )
        if pair is not None:
            yield label, pair.verdict
