"""Replays recorded conversations once, and judges each in several ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.config import ProviderConfig
from harness.conversation import Transcript
from harness.core import CassetteError
from harness.evaluation.whatif.variations import Variation, VariedVocabulary, place_key
from harness.evaluation.whatif.verdicts import (
    ComparedConversation,
    Judgement,
    NotJudged,
    compared,
    keyed,
)
from harness.play.judging import judge
from harness.play.rechecking import recheck
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.providers.definition import Definition
from harness.scenario import Scenario

AS_WRITTEN = "as written"
"""The name of the first column."""

Revise = Callable[[ProviderConfig, Definition], Definition]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedVariation:
    """One way to judge in another way than the project says."""

    name: str
    """Of its column."""
    variation: Variation
    revise: Revise | None = None
    """Gives definitions with other contracts, for which conversations are replayed again."""


class JudgingAgain:
    """Judges conversations as the project says, and with each of some changes."""

    def __init__(self, project: Project, changes: Sequence[NamedVariation]) -> None:
        self._project = project
        self._runner = Runner(project, Mode.REPLAY)
        self._ways = [_Way(project, change) for change in changes]
        self.columns = (AS_WRITTEN, *(change.name for change in changes))
        self.applied = Counter[str]()
        """How many checks each change concerns, by its name."""

    def recorded(self, name: str, play: Play) -> ComparedConversation | NotJudged:
        """A conversation from its recording.

        Raises `AuthoringError` if its file is wrong, and `ConfigurationError` if a change makes no
        sense for one of its checks.
        """
        result = self._runner.run(play)
        if isinstance(result.error, CassetteError):
            return NotJudged(id=name, code=result.error.code, reason=str(result.error))
        return self._compared(name, result, lambda way: way.judged(result, play))

    def stored(
        self, name: str, scenario: Scenario, transcript: Transcript, before: Judgement | None
    ) -> ComparedConversation | NotJudged:
        """A conversation from the results of a run. Raises `ConfigurationError` as `recorded`.

        `before` is a first column, if it is given.
        """
        result = recheck(scenario, transcript, self._project.vocabulary)
        return self._compared(
            name, result, lambda way: recheck(scenario, transcript, way.vocabulary), before
        )

    def _compared(
        self,
        name: str,
        result: ScenarioResult,
        judged: Callable[[_Way], ScenarioResult],
        before: Judgement | None = None,
    ) -> ComparedConversation:
        judgements = [Judgement(result.outcome.value, keyed(result.checks))]
        for way in self._ways:
            again = judged(way)
            vocabulary = way.vocabulary
            if vocabulary.fault is not None:
                raise vocabulary.fault
            checks = keyed(again.checks)
            changed = frozenset(
                key for key, check in checks.items() if place_key(check.place) in vocabulary.changed
            )
            judgements.append(Judgement(again.outcome.value, checks, changed))
            self.applied[way.name] += len(changed)
        return compared(name, (*((before,) if before else ()), *judgements))


class _Way:
    """A change, ready to judge."""

    def __init__(self, project: Project, change: NamedVariation) -> None:
        self.name = change.name
        self.vocabulary = VariedVocabulary(project.vocabulary, change.variation)
        self._has_contracts = change.revise is not None
        varied = project.judging_by(self.vocabulary, change.revise or project.revised)
        self._runner = Runner(varied, Mode.REPLAY)

    def judged(self, result: ScenarioResult, play: Play) -> ScenarioResult:
        """A conversation judged in this way.

        It is replayed again only if the change may decide what was said.
        """
        scenario = result.scenario
        may_differ = self._has_contracts or any(turn.stops_on_fail for turn in scenario.user_turns)
        if may_differ:
            return self._runner.run(play)
        checks = judge(scenario, result.transcript, self.vocabulary)
        return ScenarioResult(scenario=scenario, transcript=result.transcript, checks=tuple(checks))
