"""What a judge decided about the recorded conversations of a project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from harness.calibration import JudgeIdentity, LabelledAt, LabelledVerdict
from harness.checks.judge import JudgeSettings
from harness.conversation import Opinions
from harness.conversation.rulings import Ruling
from harness.core import CassetteError, value_class
from harness.play.consulting.model_access import NOT_RECORDED
from harness.play.judged_subjects import JudgedSubject, judged_in
from harness.play.judging import verdict_of
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.judge_calibration import identity_of
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.project_file import JudgeMode


@value_class(frozen=True, slots=True, kw_only=True)
class RecordedRuling:
    """What a judge decided, and about which conversation."""

    at: LabelledAt
    ruling: Ruling
    judge: JudgeIdentity

    @property
    def said(self) -> LabelledVerdict:
        """It, as a label has it."""
        return LabelledVerdict(
            verdict=self.ruling.verdict, answers=self.ruling.answers, judge=self.judge
        )


class RecordedRulings:
    """What a judge decided about recorded conversations."""

    def __init__(self, found: Iterable[RecordedRuling], unplayed: int) -> None:
        self.found = tuple(found)
        """In the order of the conversations and their turns."""
        self.unplayed = unplayed
        """How many conversations have no recording that can be replayed."""
        self.unasked = sum(not any(one.ruling.answers) for one in self.found)
        """How many questions have no answer that counts."""

    @property
    def by_key(self) -> Mapping[str, RecordedRuling]:
        """By what was decided; of equal ones the first."""
        return {one.ruling.asked.key: one for one in reversed(self.found)}


NOTHING_RECORDED = RecordedRulings((), 0)


def rulings_in(project: Project, plays: Iterable[Play], judge: JudgeSettings) -> RecordedRulings:
    """What a judge decided about plays, as their recordings have it. Asks nothing.

    Raises `AuthoringError`.
    """
    runner = Runner(project, Mode.REPLAY, judging=JudgeMode.REPLAY)
    found: list[RecordedRuling] = []
    unplayed = 0
    for play in plays:
        result = runner.run(play)
        unplayed += isinstance(result.error, CassetteError)
        found += _rulings_of(project, play, result, judge)
    return RecordedRulings(found, unplayed)


def _rulings_of(
    project: Project, play: Play, result: ScenarioResult, judge: JudgeSettings
) -> Iterator[RecordedRuling]:
    answers = {one.question.key: one.answer for check in result.checks for one in check.opinions}
    if not answers:
        return
    vocabulary = project.vocabulary
    for judged in judged_in(result.scenario, result.transcript):
        if not vocabulary.asks(judged.expectation):
            continue
        opinions = Opinions(answers, used=True)
        verdict_of(_with_opinions(judged, opinions), vocabulary)
        settings = {one.question.provider: one.answer.settings for one in opinions.used or ()}
        identity = identity_of(judge, project.config, project.environment, settings)
        for ruling in opinions.rulings:
            if ruling.judge == judge.name and NOT_RECORDED not in _codes(opinions):
                yield RecordedRuling(at=_place(play, judged), ruling=ruling, judge=identity)


def _codes(opinions: Opinions) -> frozenset[str]:
    return frozenset(one.answer.code for one in opinions.used or ())


def _with_opinions(judged: JudgedSubject, opinions: Opinions) -> JudgedSubject:
    transcript = judged.subject.transcript
    assert transcript is not None  # noqa: S101  # what is judged is a part of one
    subject = replace(judged.subject, transcript=replace(transcript, opinions=opinions))
    return judged._replace(subject=subject)


def _place(play: Play, judged: JudgedSubject) -> LabelledAt:
    return LabelledAt(
        scenario=play.scenario,
        provider=play.provider,
        row=play.row,
        take=play.take,
        turn=judged.turn.number,
    )
