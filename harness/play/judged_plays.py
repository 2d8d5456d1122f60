"""Plays a scenario in a context that is given, and judges the conversation."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.conversation import Transcript
from harness.conversation.spending import NOTHING_SPENT
from harness.core import PlayError
from harness.play.broken import ESCAPED, broken_at_once, stopped_by
from harness.play.consulting import Consultation, Consulting
from harness.play.conversation import Conversation
from harness.play.conversation_state import ConversationState
from harness.play.conversation_variables import Variables
from harness.play.judging import judge
from harness.play.preparing import Preparing
from harness.play.result import CheckResult, ScenarioResult
from harness.play.scenario_player import ScenarioPlayer
from harness.play.shared_prefix import SharedPrefix
from harness.play.simulating.opened_model import opened_model
from harness.project.plan import Play
from harness.project.project import Project
from harness.scenario import MatrixRow, Scenario

if TYPE_CHECKING:
    from harness.play.simulating.user_model import UserModel


class JudgedPlays:
    """Plays scenarios of one project and judges them, live or in a replay. Safe for threads."""

    def __init__(self, project: Project, preparing: Preparing, consulting: Consulting) -> None:
        self._project = project
        self._preparing = preparing
        self._consulting = consulting

    def play(
        self,
        scenario: Scenario,
        play: Play,
        state: ConversationState,
        prefix: SharedPrefix | None = None,
        *,
        is_old: bool = False,
    ) -> ScenarioResult:
        """Play a scenario in the context of a conversation's state, and judge it.

        It starts at the end of a shared `prefix` if there is one. If it `is_old`, and only compared
        with, no judge is asked about it.
        """
        consultation = self._consulting.of(scenario, play)
        model = opened_model(scenario, play, state, self._consulting.asking)
        with model as user, state.context.watched(), consultation or nullcontext():
            try:
                player = self._player(scenario, play, state, consultation, user)
                entries = scenario.turns if prefix is None else prefix.begin(player)
            except PlayError as error:
                return broken_at_once(scenario, play.provider, error)
            # Without secrets, so that a check sees what it will see in a replay.
            transcript = player.conversation.judged_transcript(player.play(entries))
            if consultation is not None:
                transcript = consultation.of_whole(transcript, is_old=is_old)
                state.notes += consultation.finish(is_complete=transcript.stop is None)
            result = player.conversation.shown(self._judged(scenario, transcript, state))
        spent = player.spent + (consultation.spent if consultation else NOTHING_SPENT)
        if spent:
            result = replace(result, spent=spent)
        return result.noting(*result.notes_of_checks)

    def _player(
        self,
        scenario: Scenario,
        play: Play,
        state: ConversationState,
        consultation: Consultation | None,
        user: UserModel | None,
    ) -> ScenarioPlayer:
        row = next((row for row in scenario.rows if row.name == play.row), MatrixRow(name=""))
        context = state.context
        variables = Variables(scenario, row, seed=context.seed, now=context.now)
        conversation = Conversation(
            state,
            scenario.id,
            session=variables.fill(scenario.session),  # type: ignore[arg-type]  # a mapping by the format
            prepare=self._preparing.of(scenario, play, state),
            captures=frozenset(name for turn in scenario.user_turns for name in turn.captures),
        )
        return ScenarioPlayer(
            scenario, conversation, variables, self._project.vocabulary, consultation, user
        )

    def _judged(
        self, scenario: Scenario, transcript: Transcript, state: ConversationState
    ) -> ScenarioResult:
        checks: tuple[CheckResult, ...] = ()
        try:
            checks = tuple(judge(scenario, transcript, self._project.vocabulary))
        except ESCAPED as error:
            transcript = stopped_by(transcript, error, state.redactor)
        return ScenarioResult(scenario=scenario, transcript=transcript, checks=checks)
