"""A conversation that was replayed once, ready to be judged with changed replies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.conversation import Outcome
from harness.core import CassetteError, value_class
from harness.evaluation.strength.json_changes import MOST_FIELDS, fields_in
from harness.evaluation.strength.turn_answers import TurnAnswers, answers_of, ids_in
from harness.play.conversation_state import StepAnswer
from harness.play.result import ScenarioResult
from harness.play.runner import Runner
from harness.project.loading import load_scenario
from harness.project.plan import Play
from harness.project.project import Project
from harness.scenario import Scenario, TurnPurpose, UserTurn, played_in


class CannotMeasure(Exception):
    """A conversation is not measured; the text says why, as a clause."""


class Waived(CannotMeasure):
    """It is not measured because its author waives its result."""


@value_class(frozen=True, slots=True, kw_only=True)
class RecordedTurn:
    """A turn whose reply is changed."""

    planned: UserTurn
    answers: TurnAnswers


@value_class(frozen=True, slots=True, kw_only=True)
class RecordedConversation:
    """A conversation that passed in its replay."""

    play: Play
    scenario: Scenario
    """As the play's row says it."""
    result: ScenarioResult
    turns: tuple[RecordedTurn, ...]
    """Those of setup, teardown and a branch are left out: they are not what is tested."""
    notes: tuple[str, ...] = ()
    """What is not measured in it."""


def recorded_conversation(project: Project, runner: Runner, play: Play) -> RecordedConversation:
    """Replay a play. Raises `CannotMeasure` unless it passes, and `AuthoringError`."""
    scenario = played_in(load_scenario(project, play.file), play.row)
    read: list[StepAnswer] = []
    try:
        context = runner.contexts.replay(scenario, play)
    except CassetteError as error:
        raise CannotMeasure(str(error).partition("\n")[0]) from error
    result = runner.replay_in(context, scenario, play, read)
    if result.outcome is not Outcome.PASSED:
        raise CannotMeasure(f"its replay is {result.outcome.value}, not green")
    notes: list[str] = []
    return RecordedConversation(
        play=play,
        scenario=scenario,
        result=result,
        turns=tuple(_turns(scenario, result, read, notes)),
        notes=tuple(notes),
    )


def _turns(
    scenario: Scenario, result: ScenarioResult, read: Sequence[StepAnswer], notes: list[str]
) -> Iterator[RecordedTurn]:
    planned = {turn.number: turn for turn in scenario.user_turns}
    seen: frozenset[str] = frozenset()
    for turn in result.transcript.turns:
        of_turn = [one for one in read if one.turn == turn.number]
        if turn.reply is not None and planned[turn.number].part is TurnPurpose.TURN:
            answers = answers_of(turn, of_turn, seen)
            if answers is None:
                notes.append(f"turn {turn.number}: its reply cannot be read again from its answers")
            else:
                most = max((len(fields_in(one.payload)) for one in answers.answers), default=0)
                if most > MOST_FIELDS:
                    notes.append(
                        f"turn {turn.number}: of {most:,} fields of an answer,"
                        f" the first {MOST_FIELDS} are changed"
                    )
                yield RecordedTurn(planned=planned[turn.number], answers=answers)
        late = (message.id for message in turn.reply.messages) if turn.reply is not None else ()
        seen = seen | ids_in(of_turn) | {name for name in late if name}
