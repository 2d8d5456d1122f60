"""Measures plays: what the checks of each can notice, and how its recording fits."""

from __future__ import annotations

from dataclasses import field

from harness.cassettes.recording_check import Checking
from harness.conversation import Outcome
from harness.core import CassetteError, Problem, value_class
from harness.evaluation.strength import (
    CannotMeasure,
    Fate,
    StrengthMeter,
    StrengthScore,
    score_of,
)
from harness.evaluation.strength.unseen_parts import field_fates
from harness.evaluation.trust.judged_conversation import JudgedConversation, Observation
from harness.evaluation.trust.vacuity import KIND_OF, Vacuity
from harness.evaluation.trust.written_scenario import waiver_place
from harness.play.recording_files import recording_path
from harness.play.runner import Runner
from harness.project.loading import entry_of, load_scenario
from harness.project.plan import Mode, Play
from harness.project.planning import waivers_of
from harness.project.project import Project
from harness.scenario import Scenario, WaiverKind, played_in
from harness.scenario.check_place import CheckPlace

_OF_RECORDINGS = (Vacuity.STALE.code, Vacuity.OLD.code)


@value_class(frozen=True, slots=True, kw_only=True)
class TriedCheck:
    """What became of one check in a conversation."""

    at: str
    """File, line and column."""
    in_history: CheckPlace
    """What a history of runs knows it by."""
    has_run: bool
    can_fail: bool
    skipped: str = ""
    """Its name, and why it was skipped; empty if it never was."""


@value_class(frozen=True, slots=True, kw_only=True)
class PlayTrust:
    """What is known of one recorded conversation."""

    play: Play
    waived: str = ""
    """Why it is skipped or expected to fail; empty if it is neither."""
    is_measured: bool = False
    strength: StrengthScore = field(default_factory=StrengthScore)
    checks: tuple[TriedCheck, ...] = ()
    observations: tuple[Observation, ...] = ()
    findings: tuple[Problem, ...] = ()
    fields: frozenset[str] = frozenset()
    """Of payloads, which were changed."""
    unseen: frozenset[str] = frozenset()
    """Those of which no change was noticed."""
    recorded_at: str = ""
    """ISO 8601; empty if there is no recording that can be read."""


class TrustMeter:
    """Measures plays of one project, each by itself."""

    def __init__(self, project: Project, strength: StrengthMeter, recordings: Checking) -> None:
        """`recordings` knows all scenarios of the project, and the limit of their age."""
        self._project = project
        self._strength = strength
        self._runner = Runner(project, Mode.REPLAY)
        self._recordings = recordings

    def measured(self, play: Play) -> PlayTrust:
        """What is known of a play. Raises `AuthoringError` if its file is wrong."""
        scenario = played_in(load_scenario(self._project, play.file), play.row)
        entry = entry_of(self._project, play.file)
        waivers = waivers_of(entry, play, Mode.REPLAY, self._project.environment)
        reason = f"{waivers[0].kind.value}: {waivers[0].reason}" if waivers else ""
        if any(waiver.kind is WaiverKind.SKIP for waiver in waivers):
            return PlayTrust(play=play, waived=reason)
        recorded_at, findings = self._recording(scenario, play)
        if waivers:
            return PlayTrust(
                play=play,
                waived=reason,
                findings=findings,
                recorded_at=recorded_at,
                observations=(self._expected_failure(scenario, play),),
            )
        return self._judged(scenario, play, findings, recorded_at)

    def _judged(
        self, scenario: Scenario, play: Play, findings: tuple[Problem, ...], recorded_at: str
    ) -> PlayTrust:
        try:
            conversation = self._strength.conversation(play)
        except CannotMeasure as reason:
            if not any(one.code == Vacuity.STALE.code for one in findings):
                red = Vacuity.NOT_GREEN.at(scenario.place, f"{play.name} proves nothing: {reason}")
                findings = (*findings, red)
            return PlayTrust(play=play, findings=findings, recorded_at=recorded_at)
        changes = list(self._strength.changes(conversation))
        judged = JudgedConversation(conversation, self._project.vocabulary, changes)
        fates = field_fates(changes)
        return PlayTrust(
            play=play,
            is_measured=True,
            strength=score_of(one.mutant for one in changes),
            checks=tuple(
                TriedCheck(
                    at=str(check.place),
                    in_history=check.in_history,
                    has_run=check.has_run,
                    can_fail=check.can_fail,
                    skipped=f"{check.name}: {check.skipped}" if check.skipped else "",
                )
                for check in judged.checks.values()
            ),
            observations=tuple(judged.observations()),
            findings=findings,
            fields=frozenset(name for name, known in fates.items() if known != {Fate.LEFT_OUT}),
            unseen=frozenset(name for name, known in fates.items() if known == {Fate.SURVIVED}),
            recorded_at=recorded_at,
        )

    def _expected_failure(self, scenario: Scenario, play: Play) -> Observation:
        """Whether an expected failure still fails."""
        problem = None
        if self._runner.run(play).outcome is Outcome.PASSED:
            place = waiver_place(self._project, play.file, scenario, WaiverKind.XFAIL)
            problem = Vacuity.XFAIL_PASSES.at(place, "the expected failure passes")
        return Observation(key="xfail", problem=problem)

    def _recording(self, scenario: Scenario, play: Play) -> tuple[str, tuple[Problem, ...]]:
        """When a play was recorded, and whether its recording is stale or too old."""
        try:
            path = recording_path(self._project, play)
            if not path.is_file():
                return "", ()
            cassette = self._recordings.inventory.read(path)
        except CassetteError:
            # The replay says what is wrong with it.
            return "", ()
        found = [
            KIND_OF[one.code].at(scenario.place, f"{one.where}: {one.message}", hint=one.hint)
            for one in self._recordings.problems_of(path, cassette)
            if one.code in _OF_RECORDINGS
        ]
        recorded_at = cassette.head.recorded_at if cassette.head is not None else ""
        return recorded_at, tuple(found)
