"""Asks a judge about single questions, outside of any scenario, in recordings of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

from harness.checks.judge import JudgeSettings
from harness.checks.judge.judge_question import Evidence
from harness.checks.judge.judge_rulings import plan_again, rulings_of
from harness.conversation import Opinions, ProviderAnswer, Question
from harness.conversation.rulings import JudgedCriterion, Ruling
from harness.core import Json
from harness.formats.template import constant_template
from harness.play.consulting.model_access import NOT_RECORDED
from harness.play.consulting.sidecar import Sidecar
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.project_file import JudgeMode
from harness.scenario import Scenario


class AskingAgain:
    """Asks a judge, or finds what it was asked. A context manager."""

    def __init__(self, project: Project, judge: JudgeSettings, file: Path, mode: JudgeMode) -> None:
        """`file` is the calibration, next to which the recordings are."""
        self._judge = judge
        self._runner = Runner(project, Mode.REPLAY, judging=mode)
        self._answers: dict[str, ProviderAnswer] = {}
        self._sidecars: dict[str, Sidecar] = {}
        self._file = file
        name = f"calibration-{judge.name}"
        place = project.config.judges[judge.name].place
        self._scenario = Scenario(id=name, session=constant_template({}), turns=(), place=place)
        self.settings: dict[str, Mapping[str, Json]] = {}
        """The settings of the providers that answered."""
        self.asked = 0
        """How many questions were sent to a model."""

    def ruling(self, asked: JudgedCriterion, *, again: bool = False) -> Ruling | None:
        """What the judge decides; None if it was not asked, and is not.

        `again` asks with further samples than before.
        """
        plan = plan_again(self._judge, asked)
        seen = Evidence(words=asked.seen, data=asked.data)
        opinions = _Asking(self)
        first = self._judge.samples + 1 if again else 1
        ballots = plan.ballots(seen, opinions, first)
        if any(ballot.code == NOT_RECORDED for ballot in ballots):
            return None
        return next(
            r for r in rulings_of(plan, seen, ballots) if r.asked.criterion == asked.criterion
        )

    def answer(self, question: Question) -> ProviderAnswer:
        """The answer to one question."""
        found = self._answers.get(question.key)
        if found is None:
            found = self._answers[question.key] = self._sidecar(question.provider).answer(question)
            self.settings[question.provider] = found.settings
            self.asked += not found.is_recorded and found.code != NOT_RECORDED
        return found

    def finish(self, *, is_complete: bool) -> Iterator[str]:
        """Write what was asked. Gives notes.

        If it `is_complete`, recorded answers that were not needed are dropped.
        """
        for sidecar in self._sidecars.values():
            yield from sidecar.finish(is_complete=is_complete)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for sidecar in self._sidecars.values():
            sidecar.close()
        self._runner.stop()

    def _sidecar(self, provider: str) -> Sidecar:
        found = self._sidecars.get(provider)
        if found is None:
            play = Play(file=self._file, scenario=self._scenario.id, provider=provider)
            found = self._sidecars[provider] = Sidecar(
                self._runner.consulting.asking,
                self._scenario,
                play,
                provider,
                path=self._file.with_suffix("") / f"{provider}.yaml",
                fix=f"harness calibrate {self._judge.name} --judge record",
            )
        return found


class _Asking(Opinions):
    """Asks each question at once."""

    def __init__(self, asking: AskingAgain) -> None:
        super().__init__()
        self._asking = asking

    def of(self, question: Question) -> ProviderAnswer | None:
        """The answer to a question."""
        return self._asking.answer(question)
