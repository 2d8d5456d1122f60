"""What each expectation of a scenario judges: the replies of its turn, or of all turns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from harness.checks import Subject, conversation_of, history_of, subject_of
from harness.conversation import Transcript, Turn
from harness.scenario import Expectation, Scenario, Scope, TurnPurpose, UserTurn


class JudgedSubject(NamedTuple):
    """An expectation, and one subject that it judges."""

    expectation: Expectation
    subject: Subject
    turn: Turn
    """The turn whose variables fill in the expectation; its number is 0 for the whole."""


def judged_in(scenario: Scenario, transcript: Transcript) -> Iterator[JudgedSubject]:
    """All that the expectations of a scenario judge, in the order of the results.

    Checks of the whole are left out if the conversation ended early.
    """
    planned = {turn.number: turn for turn in scenario.user_turns}
    for turn in transcript.turns:
        if turn.reply is None and turn.refusal is None:
            continue
        plan = planned[turn.number]
        if not (plan.expects_refusal and turn.refusal is None):
            yield from judged_in_turn(plan, turn, transcript)
        if plan.part is TurnPurpose.TURN:
            yield from judged_in_every(scenario, turn, transcript)
    if not is_cut(scenario, transcript):
        yield from judged_in_whole(scenario, transcript)


def judged_in_turn(
    planned: UserTurn, turn: Turn, transcript: Transcript | None
) -> Iterator[JudgedSubject]:
    """What the expectations of a turn judge."""
    is_recorded = transcript is not None and transcript.is_recorded
    file = planned.place.source.path
    reply = subject_of(turn, is_recorded=is_recorded, transcript=transcript, file=file)
    history = None
    if planned.wants_history:
        history = history_of(turn, is_recorded=is_recorded, transcript=transcript, file=file)
    stop = transcript.stop if transcript is not None else None
    is_stopped_here = stop is not None and stop.turn == turn.number
    for expectation in planned.expectations:
        if is_stopped_here and (expectation.scope is Scope.HISTORY or expectation.within):
            # The history was not requested, or the waiting was cut short.
            continue
        subject = history if expectation.scope is Scope.HISTORY and history else reply
        yield JudgedSubject(expectation, subject, turn)


def judged_in_every(
    scenario: Scenario, turn: Turn, transcript: Transcript
) -> Iterator[JudgedSubject]:
    """What the scenario's own `never` and `always` judge of one turn."""
    if turn.reply is None or not scenario.expectations:
        return
    subject = subject_of(
        turn,
        is_recorded=transcript.is_recorded,
        transcript=transcript,
        file=scenario.place.source.path,
    )
    for expectation in scenario.expectations:
        if expectation.scope is not Scope.CONVERSATION:
            yield JudgedSubject(expectation, subject, turn)


def is_cut(scenario: Scenario, transcript: Transcript) -> bool:
    """Whether a conversation ended before its last turn, so that its whole cannot be judged."""
    planned = {turn.number for turn in scenario.user_turns if not turn.is_simulated}
    played = {turn.number for turn in transcript.turns}
    # A simulated user decides how many messages there are.
    has_ended = scenario.simulation is None or transcript.user_end is not None
    return transcript.stop is not None or not played or not planned <= played or not has_ended


def judged_in_whole(scenario: Scenario, transcript: Transcript) -> Iterator[JudgedSubject]:
    """What the expectations over the whole conversation judge, which has a turn at least."""
    own = [one for one in scenario.expectations if one.scope is Scope.CONVERSATION]
    if not own:
        return
    subject = replace(conversation_of(transcript), file=scenario.place.source.path)
    # Checks of the whole may use all captures.
    last = replace(transcript.turns[-1], number=0)
    for expectation in own:
        yield JudgedSubject(expectation, subject, last)


def judged_in_conversation(scenario: Scenario, transcript: Transcript) -> Iterator[JudgedSubject]:
    """What a scenario's own expectations judge: of every turn, then of the whole."""
    for turn in transcript.turns:
        yield from judged_in_every(scenario, turn, transcript)
    if not is_cut(scenario, transcript):
        yield from judged_in_whole(scenario, transcript)
