"""How often judges say yes of each provider, and how often people would."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from harness.calibration import Figures, Label, figures_of
from harness.conversation.rulings import NO, YES
from harness.core import Json, counted, value_class
from harness.evaluation.calibrating.recorded_rulings import rulings_in
from harness.project.judge_calibration import calibration_of
from harness.project.plan import Play
from harness.project.project import Project
from harness.statistics.intervals import TakeCounts
from harness.statistics.judged_rate import JudgedRate, corrected_rate


@value_class(frozen=True, slots=True, kw_only=True)
class JudgedShare:
    """How often a judge says yes of the conversations with one provider."""

    judge: str
    provider: str
    verdicts: TakeCounts
    labels: int
    """How many of people can be compared, about conversations with this provider."""
    rate: JudgedRate | None
    """The share as people would see it; None without such labels."""

    @property
    def line(self) -> str:
        """It in a line."""
        share = f"{self.verdicts.rate:.2f} of {counted(self.verdicts.judged, 'verdict')} are yes"
        about = f"judge {self.judge}, with {self.provider}: {share}"
        if self.rate is None:
            return f"{about}; no label of people is about this provider"
        corrected = f"{self.rate.rate:.2f} ({self.rate.interval})"
        return f"{about}; corrected by {counted(self.labels, 'label')}: {corrected}"

    def json(self) -> Json:
        """It as JSON."""
        return {
            "judge": self.judge,
            "provider": self.provider,
            "yes": self.verdicts.passed,
            "verdicts": self.verdicts.judged,
            "labels": self.labels,
            "corrected": None
            if self.rate is None
            else {
                "rate": round(self.rate.rate, 6),
                "interval": [round(end, 6) for end in self.rate.interval],
            },
        }


def judged_shares(project: Project, plays: Iterable[Play]) -> Iterator[JudgedShare]:
    """The shares by judge and provider, for judges with a calibration. Replays the plays."""
    config, judges = project.config, project.vocabulary.judges.named
    known = [name for name, node in config.judges.items() if node.has("calibration")]
    recorded = tuple(plays) if known else ()
    for name in known:
        calibration = calibration_of(
            judges[name], config.judges[name], config, project.files, project.environment
        )
        said: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for one in rulings_in(project, recorded, judges[name]).found:
            said[one.at.provider][one.ruling.verdict] += 1
        for provider, counts in said.items():
            verdicts = TakeCounts(counts[YES], counts[YES] + counts[NO])
            if verdicts.judged:
                yield _share(name, provider, verdicts, calibration.fresh)


def _share(judge: str, provider: str, verdicts: TakeCounts, labels: Iterable[Label]) -> JudgedShare:
    own = (one for one in labels if one.at is not None and one.at.provider == provider)
    figures: Figures = figures_of(own)
    counting = len(figures.counting)
    rate = corrected_rate(verdicts, figures.people(YES), figures.people(NO)) if counting else None
    return JudgedShare(
        judge=judge, provider=provider, verdicts=verdicts, labels=counting, rate=rate
    )
