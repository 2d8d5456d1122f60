"""Runs plays: replays a conversation or holds it live, as the mode asks, and judges it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from harness.core import (
    BudgetUsedUp,
    CassetteError,
    HarnessError,
    InternalError,
    Interrupted,
    Miss,
    MissingCassette,
    PlayError,
    TransportError,
)
from harness.play.broken import ESCAPED, broken_at_once, internal_error
from harness.play.budget import Budget
from harness.play.consulting import Consulting, ModelAccess
from harness.play.context import ConversationContext
from harness.play.context_factory import ContextFactory
from harness.play.conversation_state import ConversationState, StepAnswer
from harness.play.drift.drift import Drift
from harness.play.judged_plays import JudgedPlays
from harness.play.open_contexts import OpenContexts
from harness.play.preparing import Preparing
from harness.play.recording_files import keep_reason, recording_path
from harness.play.result import RecordingUse, ScenarioResult
from harness.play.shared_prefix import SharedPrefixes
from harness.project.loading import load_scenario
from harness.project.plan import Mode, Play
from harness.project.project import Project
from harness.project_file import JudgeMode
from harness.providers.provider import Provider
from harness.scenario import PrefixEnd, Scenario, played_in, prefix_ends
from harness.transport.cassette import Cassette

MOST_ATTEMPTS = 3
"""At one take that is BROKEN, the first one included."""
FINAL = (CassetteError, Interrupted, InternalError, BudgetUsedUp)
"""Errors that another attempt would meet again, or must not follow."""
AGAIN = "it was played again under the same number"


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
        budget: Budget | None = None,
        judging: JudgeMode | None = None,
    ) -> None:
        """`share` is the number of processes that share a provider's rate.

        `fail_on` are the kinds of drift that fail a scenario. New recordings are written into the
        folder `holding` if it is given; the old ones then remain. `budget` limits what live
        conversations spend together. `judging` is where the answers of judges come from; by
        default it follows the mode.
        """
        self._project = project
        self._mode = mode
        self._fail_on = fail_on
        self.contexts = ContextFactory(project, share=share, holding=holding)
        self.contexts.budget = budget
        self._open = OpenContexts()
        self.preparing = Preparing(self.contexts, watch=self._open.opened)
        self.consulting = Consulting(
            ModelAccess(
                project=project,
                contexts=self.contexts,
                preparing=self.preparing,
                mode=judging or JudgeMode.following(mode),
                opened=self._open.opened,
            )
        )
        self._judged = JudgedPlays(project, self.preparing, self.consulting)
        self._prefixes = SharedPrefixes()

    def run(self, play: Play) -> ScenarioResult:
        """Play a conversation and judge it.

        Raises `AuthoringError` if a file is wrong; every other problem is in the result.
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

    def run_take(self, play: Play) -> ScenarioResult:
        """Like `run`, for one of several takes: a live one that is BROKEN is played again.

        It keeps its number, and is played three times at most. A recording would be BROKEN again.
        """
        result = self.run(play)
        for _ in range(MOST_ATTEMPTS - 1):
            error = result.error
            if error is None or result.transcript.is_recorded or isinstance(error, FINAL):
                break
            again = self.run(play)
            result = replace(
                again, replaced=(*result.replaced, error), spent=result.spent + again.spent
            ).noting(
                *(note for note in result.notes if note.startswith(AGAIN)),
                f"{AGAIN}, because of {error.code}",
            )
        return result

    def drop_takes(self, play: Play, numbers: Iterable[int]) -> None:
        """In `refresh`: remove the old recordings of takes that were not played any more.

        They would otherwise be counted with those of another bot.
        """
        if self._mode is Mode.REFRESH and not self.contexts.is_holding:
            for number in numbers:
                recording_path(self._project, play.as_take(number)).unlink(missing_ok=True)

    def _run(self, scenario: Scenario, play: Play, whole: Scenario) -> ScenarioResult:
        if self._mode in (Mode.REPLAY, Mode.RECORD):
            result = self.replay(scenario, play)
            if self._mode is Mode.REPLAY:
                return result
            if not isinstance(result.error, Miss):
                is_used = not isinstance(result.error, CassetteError)
                return replace(result, recording=RecordingUse.REPLAYED) if is_used else result
        if self._mode.is_compared:
            return self._live_and_compared(scenario, play, whole)
        return self._live(scenario, play, whole)

    def replay(
        self,
        scenario: Scenario,
        play: Play,
        cassette: Cassette | None = None,
        *,
        is_old: bool = False,
    ) -> ScenarioResult:
        """Replay a conversation from its recording, or from a given cassette.

        If it `is_old`, and only compared with, no judge is asked about it.
        """
        try:
            context = self.contexts.replay(scenario, play, cassette)
        except CassetteError as error:
            return broken_at_once(scenario, play.provider, error)
        return self.replay_in(context, scenario, play, is_old=is_old)

    def replay_in(
        self,
        context: ConversationContext,
        scenario: Scenario,
        play: Play,
        answers: list[StepAnswer] | None = None,
        *,
        is_old: bool = False,
    ) -> ScenarioResult:
        """Replay a conversation in a context that `contexts.replay` made; see `replay`.

        `answers` collects what the steps of the definition read.
        """
        state = ConversationState(context, answers)
        result = self._judged.play(scenario, play, state, is_old=is_old)
        if isinstance(result.error, TransportError):
            return result.noting(
                "the recording ends there with a failure; --mode refresh records the "
                "conversation again",
            )
        return result.noting(*state.notes, *(() if result.error else state.leftovers()))

    def stop(self) -> None:
        """Interrupt every conversation. They still run their closing steps."""
        self._open.refuse()
        self._prefixes.stop()
        self._open.close()

    def _live_and_compared(self, scenario: Scenario, play: Play, whole: Scenario) -> ScenarioResult:
        """Play a conversation live, and compare it with its recording."""
        old = self.replay(scenario, play, is_old=True)
        if not isinstance(old.error, CassetteError):
            return self._live(scenario, play, whole, old)
        if self._mode is Mode.DRIFT:
            return old
        result = self._live(scenario, play, whole, old)
        if isinstance(old.error, MissingCassette):
            return result
        return result.noting(
            f"the old recording does not match, so not every turn is compared ({old.error.code})"
        )

    def _live(
        self,
        scenario: Scenario,
        play: Play,
        whole: Scenario,
        recorded: ScenarioResult | None = None,
    ) -> ScenarioResult:
        ends = self._prefix_ends(whole, scenario, play)
        try:
            with (
                self._prefixes.shared(ends) as prefix,
                self._open.opened(
                    self.contexts.live(
                        scenario,
                        play,
                        is_recorded=self._mode.is_recorded,
                        start=prefix.start[0] if prefix is not None and prefix.start else None,
                        header_names=whole.header_names if ends else (),
                    )
                ) as context,
            ):
                state = ConversationState(context)
                result = self._judged.play(scenario, play, state, prefix)
                if recorded is not None:
                    result = self._compared(result, recorded, context.provider, play)
                state.finish(result.error)
                if context.recorder is not None:
                    result = replace(result, recording=context.recorder.made)
                    keep_reason(self._project, play, context.recorder.unrecorded)
                return result.noting(*state.notes)
        except PlayError as error:
            return broken_at_once(scenario, play.provider, error)

    def _prefix_ends(
        self, whole: Scenario, scenario: Scenario, play: Play
    ) -> tuple[PrefixEnd, ...]:
        """Where a play shares its beginning with others; empty if the provider forbids it."""
        if len(whole.rows) == 1:
            return ()
        provider = self._project.provider(play.provider, credentials=scenario.credentials)
        owner = (play.file, play.provider, play.take)
        return prefix_ends(whole, scenario, play.row, owner) if provider.definition.forks else ()

    def _compared(
        self, result: ScenarioResult, recorded: ScenarioResult, provider: Provider, play: Play
    ) -> ScenarioResult:
        # Late: a replay compares nothing.
        from harness.play.drift.turn_comparison import with_drift  # noqa: PLC0415

        return with_drift(
            result,
            recorded,
            provider.definition,
            play,
            self._fail_on if self._mode is Mode.DRIFT else (),
            self._project.config.slower,
        )
