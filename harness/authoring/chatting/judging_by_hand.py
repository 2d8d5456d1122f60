"""Judges a chat, as results whose scenario is what was typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from harness.authoring.chatting.held_conversation import HeldConversation
from harness.authoring.chatting.talk import Talk
from harness.conversation import Stop, Transcript, Turn
from harness.core import Source
from harness.play.consulting import Consultation
from harness.play.judging import judge_turn
from harness.play.result import CheckResult, ScenarioResult
from harness.play.scenario_player import time_left
from harness.project.vocabulary import Vocabulary
from harness.scenario import MessagePlan, Scenario, UserTurn


def judge_last(
    held: HeldConversation, planned: UserTurn, vocabulary: Vocabulary, consultation: Consultation
) -> list[CheckResult]:
    """Judge the last turn. Waits for late messages, and asks for the record, as its checks need.

    What they ask of models is asked, and not recorded. Raises `PlayError` if that breaks.
    """
    conversation = held.conversation

    def judged(planned: UserTurn, turn: Turn) -> list[CheckResult]:
        turn, transcript = conversation.judged_turn(turn)
        transcript = consultation.of_turn(planned, turn, transcript)
        return judge_turn(planned, turn, transcript, vocabulary)

    def left(turn: Turn, passed: float) -> float:
        return time_left(
            planned, passed, lambda one: not any(c.outcome.is_bad for c in judged(one, turn))
        )

    with held.state.context.watched(), consultation:
        if planned.is_patient and held.is_open:
            conversation.wait(left)
        if planned.wants_history and held.is_open:
            conversation.history()
        return judged(planned, conversation.turns[-1])


def typed_result(
    talk: Talk,
    held: HeldConversation | None,
    lines: Sequence[str],
    checks: Iterable[CheckResult] = (),
    stop: Stop | None = None,
) -> ScenarioResult:
    """A result as it can be shown. `lines` are those of the person's turns."""
    scenario = _as_typed(talk.scenario, lines)
    if held is None:
        transcript = Transcript(scenario=scenario.id, provider=talk.play.provider, stop=stop)
        return ScenarioResult(scenario=scenario, transcript=transcript)
    transcript = held.conversation.judged_transcript(stop)
    result = ScenarioResult(scenario=scenario, transcript=transcript, checks=tuple(checks))
    return held.conversation.shown(result)


def _as_typed(scenario: Scenario, lines: Sequence[str]) -> Scenario:
    """A scenario whose further turns are typed lines, so that failures name and show them."""
    lines = [" ".join(line.splitlines()) for line in lines]
    source = Source(path="chat", text="\n".join(lines))
    first = len(scenario.user_turns) + 1
    typed = tuple(
        UserTurn(
            number=first + at,
            place=source.place(at + 1, 1, max(1, len(text))),
            message=MessagePlan(),
        )
        for at, text in enumerate(lines)
    )
    return replace(scenario, turns=(*scenario.turns, *typed))
