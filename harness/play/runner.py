"""Runs plays: finds the line that the mode asks for, holds the conversation, judges it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from harness.conversation import Stop, Transcript, Turn
from harness.core.errors import CassetteError, HarnessError, Interrupted, PlayError, TransportError
from harness.play.broken import (
    ESCAPED,
    broken_at_once,
    close_session,
    internal_error,
    stopped_by,
)
from harness.play.context_factory import ContextFactory
from harness.play.conversation_variables import Variables
from harness.play.drift.drift import Drift
from harness.play.fork_points import ForkPoint, fork_points
from harness.play.forks import Forks, SharedPrefix
from harness.play.hiding import (
    hidden_transcript,
    hidden_turn,
    withheld_transcript,
    without_secrets,
)
from harness.play.judging import judge, judge_turn
from harness.play.line import Line
from harness.play.playing import Stage, hold, transcript_of
from harness.play.preparing import Prepare, Preparing
from harness.play.recording_files import keep_reason
from harness.play.result import ScenarioResult
from harness.project.loading import load_scenario
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.providers.session import CLOSING, Session
from harness.scenario import MatrixRow, Scenario, UserTurn, played_in
from harness.transport.cassette import Cassette

RERECORDED = frozenset(
    (
        "cassette-missing",
        "message-changed",
        "request-changed",
        "session-changed",
        "not-recorded",
        "asked-too-often",
    )
)
"""Misses after which `record` holds the conversation anew; an unreadable file is none of them."""


class Runner:
    """Runs plays of one project in one mode. Safe for threads."""

    def __init__(
        self,
        project: Project,
        mode: Mode,
        *,
        share: int = 1,
        fail_on: Collection[Drift] = (),
        holding: Path | None = None,
    ) -> None:
        """`share` is the number of processes that keep to a provider's rate together.

        `fail_on` are the kinds of drift that fail a scenario. Into the folder `holding`, where it
        is given, new recordings are written; the old ones then stay.
        """
        self._project = project
        self._mode = mode
        self._fail_on = fail_on
        self.contexts = ContextFactory(project, share=share, holding=holding)
        self.preparing = Preparing(self.contexts, watch=self._opened)
        self._forks = Forks()
        self._lock = threading.Lock()
        self._held: dict[int, Line] = {}
        self._is_stopped = False

    def run(self, play: Play) -> ScenarioResult:
        """Hold a conversation and judge it.

        Raises `AuthoringError` where a file is wrong; all else is in the result.
        """
        whole = load_scenario(self._project, play.file)
        scenario = played_in(whole, play.row)
        try:
            return self._run(scenario, play, whole)
        except HarnessError:
            raise
        except ESCAPED as error:
            redactor = self.contexts.redactor(play.provider, scenario)
            return broken_at_once(scenario, play.provider, internal_error(error, redactor))

    def _run(self, scenario: Scenario, play: Play, whole: Scenario) -> ScenarioResult:
        if self._mode in (Mode.REPLAY, Mode.RECORD):
            result = self.replay(scenario, play)
            missed = isinstance(result.error, CassetteError) and result.error.code in RERECORDED
            if self._mode is Mode.REPLAY or not missed:
                return result
        if self._mode.is_compared:
            return self._beside(scenario, play, whole)
        return self._live(scenario, play, whole)

    def replay(
        self, scenario: Scenario, play: Play, cassette: Cassette | None = None
    ) -> ScenarioResult:
        """Hold a conversation from its recording, or from a cassette that is at hand."""
        try:
            line = self.contexts.replay(scenario, play, cassette)
        except CassetteError as error:
            return broken_at_once(scenario, play.provider, error)

        prepare = self.preparing.recorded(scenario, play, line)
        result = self._hold(scenario, play, line, prepare)
        if isinstance(result.error, TransportError):
            note = "the recording breaks off there; --mode refresh holds the conversation anew"
            return replace(result, notes=(*result.notes, note))
        return replace(
            result, notes=(*result.notes, *line.notes, *(() if result.error else line.leftovers()))
        )

    def stop(self) -> None:
        """Break off every conversation that is going on. They still close what they opened."""
        with self._lock:
            self._is_stopped = True
            lines = tuple(self._held.values())
        self._forks.stop()
        for line in lines:
            line.wire.close()

    def _beside(self, scenario: Scenario, play: Play, whole: Scenario) -> ScenarioResult:
        """Hold a conversation live, and compare it with its recording."""
        old = self.replay(scenario, play)
        if not isinstance(old.error, CassetteError):
            return self._live(scenario, play, whole, old.transcript)
        if self._mode is Mode.DRIFT:
            return old
        result = self._live(scenario, play, whole, old.transcript)
        if old.error.code == "cassette-missing":
            return result
        note = f"the old recording does not fit, so not every turn is compared ({old.error.code})"
        return replace(result, notes=(*result.notes, note))

    def _live(
        self,
        scenario: Scenario,
        play: Play,
        whole: Scenario,
        recorded: Transcript | None = None,
    ) -> ScenarioResult:
        is_recorded = self._mode.is_recorded
        points = self._points(whole, scenario, play)
        try:
            with (
                self._forks.shared(points, whole.header_names if points else ()) as fork,
                self._opened(
                    self.contexts.live(scenario, play, is_recorded=is_recorded, fork=fork)
                ) as line,
            ):
                prepare = self.preparing.live(scenario, play, line, is_recorded=is_recorded)
                result = self._hold(scenario, play, line, prepare, fork)
                if recorded is not None:
                    result = self._compared(result, recorded, line, play)
                line.finish(result.error)
                if is_recorded:
                    keep_reason(self._project, play, line.unrecorded)
                return replace(result, notes=(*result.notes, *line.notes))
        except PlayError as error:
            return broken_at_once(scenario, play.provider, error)

    def _points(self, whole: Scenario, scenario: Scenario, play: Play) -> tuple[ForkPoint, ...]:
        """Where a play shares its beginning with others; nowhere where the provider cannot fork."""
        if len(whole.rows) == 1:
            return ()
        provider = self._project.provider(play.provider, credentials=scenario.credentials)
        return fork_points(whole, scenario, play) if provider.definition.forks else ()

    def _compared(
        self, result: ScenarioResult, recorded: Transcript, line: Line, play: Play
    ) -> ScenarioResult:
        # Late: a replay compares nothing.
        from harness.play.drift.gate import with_drift  # noqa: PLC0415

        fail_on = self._fail_on if self._mode is Mode.DRIFT else ()
        slower = self._project.config.slower
        return with_drift(result, recorded, line.provider.definition, play, fail_on, slower)

    @contextmanager
    def _opened(self, line: Line) -> Iterator[Line]:
        with self._lock:
            if self._is_stopped:
                line.close()
                raise Interrupted("interrupted", "the run was stopped")
            self._held[id(line)] = line
        try:
            yield line
        finally:
            with self._lock:
                del self._held[id(line)]
            line.close()

    def _hold(
        self,
        scenario: Scenario,
        play: Play,
        line: Line,
        prepare: Prepare,
        fork: SharedPrefix | None = None,
    ) -> ScenarioResult:
        with line.watched():
            return self._hold_and_judge(scenario, play, line, prepare, fork)

    def _hold_and_judge(
        self,
        scenario: Scenario,
        play: Play,
        line: Line,
        prepare: Prepare,
        fork: SharedPrefix | None,
    ) -> ScenarioResult:
        try:
            stage = self._stage(scenario, play, line, prepare)
            if fork is not None:
                fork.begin(stage)
        except PlayError as error:
            return broken_at_once(scenario, play.provider, error)
        try:
            stop = hold(stage)
        except PlayError as error:
            stop = Stop(turn=len(stage.turns) + 1, error=error)
        except BaseException as error:
            if isinstance(error, HarnessError) or not isinstance(error, ESCAPED):
                # Ctrl-C, say. What was opened is closed all the same, in a short time.
                close_session(stage.session, line, is_broken=True)
                raise
            internal = internal_error(error, line.redactor)
            stop = Stop(turn=len(stage.turns) + 1, error=internal)
        unclosed = close_session(stage.session, line, is_broken=stop is not None)
        if stop is None and unclosed is not None:
            stop = Stop(turn=CLOSING, error=unclosed)
        transcript = transcript_of(
            stage,
            provider=play.provider,
            around=stage.session.take_exchanges(),
            stop=stop,
            is_recorded=line.is_recorded,
        )
        if line.is_withheld:
            transcript = withheld_transcript(transcript)
        elif line.held_secrets:
            # First, so that a check sees what it will see in a replay.
            transcript = hidden_transcript(transcript, _captured(scenario), line.redactor)
        result = self._judged(scenario, transcript, line)
        if not line.is_recorded or line.held_secrets:
            result = without_secrets(result, line.redactor, in_bodies=line.held_secrets)
        notes = result.notes_of_checks
        return replace(result, notes=notes) if notes else result

    def _judged(self, scenario: Scenario, transcript: Transcript, line: Line) -> ScenarioResult:
        try:
            checks = tuple(judge(scenario, transcript, self._project.vocabulary))
        except ESCAPED as error:
            stopped = stopped_by(transcript, error, line.redactor)
            return ScenarioResult(scenario=scenario, transcript=stopped)
        return ScenarioResult(scenario=scenario, transcript=transcript, checks=checks)

    def _stage(self, scenario: Scenario, play: Play, line: Line, prepare: Prepare) -> Stage:
        row = next((row for row in scenario.rows if row.name == play.row), MatrixRow(name=""))
        variables = Variables(scenario, row, seed=line.seed, now=line.now)
        told = variables.fill(scenario.session)
        line.tell(told)  # type: ignore[arg-type]  # a mapping by the format
        session = Session(
            line.provider,
            line.wire,
            seed=line.seed,
            told=told,  # type: ignore[arg-type]  # the same
            prepare=prepare,
            know=line.know,
        )
        turns: list[Turn] = []

        def holds(planned: UserTurn, turn: Turn) -> bool:
            so_far = Transcript(
                scenario=scenario.id,
                provider=play.provider,
                turns=tuple(turns),
                is_recorded=line.is_recorded,
            )
            if line.held_secrets:
                captured = _captured(scenario)
                turn = hidden_turn(turn, captured, line.redactor)
                so_far = hidden_transcript(so_far, captured, line.redactor)
            return self._holds(planned, turn, so_far)

        return Stage(
            scenario=scenario,
            variables=variables,
            session=session,
            holds=holds,
            line=line,
            turns=turns,
        )

    def _holds(self, planned: UserTurn, turn: Turn, so_far: Transcript) -> bool:
        results = judge_turn(planned, turn, so_far, self._project.vocabulary)
        return not any(result.outcome.is_bad for result in results)


def _captured(scenario: Scenario) -> frozenset[str]:
    return frozenset(name for turn in scenario.user_turns for name in turn.captures)
