"""A simulated user: rules of a script first, then a model, decide from each reply what to say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.conversation import Transcript, Turn, UserEnd, UserEnding
from harness.core import PlayError, quote, shorten
from harness.formats.template import compile_template
from harness.play.conversation import Conversation
from harness.play.judging import passes
from harness.play.simulating.situation import Situation
from harness.play.user_messages import NextMessage, WrittenMessages
from harness.project.vocabulary import Vocabulary
from harness.scenario import MessagePlan, ScriptRule, Simulation, UserTurn

if TYPE_CHECKING:
    from harness.play.simulating.user_model import UserModel


class SimulatedUser:
    """The user of one play, which has `Simulation.max_turns` messages at most."""

    def __init__(
        self,
        simulation: Simulation,
        conversation: Conversation,
        written: WrittenMessages,
        vocabulary: Vocabulary,
        model: UserModel | None = None,
    ) -> None:
        """Without a `model`, only the script says what the user does."""
        self._model = model
        self._simulation = simulation
        self._conversation = conversation
        self._written = written
        self._vocabulary = vocabulary
        self._said = 0
        self._has_ended = False

    def next(self, planned: UserTurn) -> NextMessage | None:
        """The next message; None if the user says nothing more. Raises `PlayError`."""
        conversation = self._conversation
        if self._has_ended:
            return None
        turn, transcript = self._last(planned)
        if self._said and turn is not None and self._stops(turn, transcript):
            self._end(UserEnding.STOPPED)
            return None
        if conversation.user_end is None:
            # Until something else ends it.
            conversation.user_end = UserEnd(ending=UserEnding.LIMIT)
        plan = self._chosen(turn, transcript)
        if plan is None and self._model is not None:
            answer = self._model.decide(planned.number, self._situation(transcript))
            if answer.ending is not None:
                self._end(answer.ending, answer.reason)
                return None
            plan = self._as_plan(answer.say)
        if plan is None:
            raise self._no_rule(turn)
        self._said += 1
        return self._written.of(plan)

    def _situation(self, transcript: Transcript) -> Situation:
        """What the model is told. Secrets of answers are hidden from it, too."""
        simulation, variables = self._simulation, self._written.variables
        known = variables.snapshot()
        with variables.hidden():
            return Situation(
                goal=variables.text(simulation.goal) if simulation.goal else "",
                persona=variables.text(simulation.persona) if simulation.persona else "",
                facts={name: str(known[name]) for name in simulation.knows},
                turns=transcript.turns,
                left=simulation.max_turns - self._said,
            )

    def _as_plan(self, say: str) -> MessagePlan:
        """The message of the model: a button is pressed if it is its label."""
        last = self._conversation.last_reply
        text = compile_template(say.replace("${", "$${"))
        is_label = last is not None and say in last.actions
        return MessagePlan(press=text) if is_label else MessagePlan(text=text)

    def _chosen(self, turn: Turn | None, transcript: Transcript) -> MessagePlan | None:
        """What the scenario says for this reply; None if it says nothing."""
        if not self._said and self._simulation.opening is not None:
            return self._simulation.opening
        rule = None
        if turn is not None:
            rule = fitting_rule(self._simulation, turn, transcript, self._vocabulary)
        return None if rule is None else rule.message

    def _last(self, planned: UserTurn) -> tuple[Turn | None, Transcript]:
        """The last turn and the conversation, as checks see both."""
        turns = self._conversation.turns
        if not turns:
            return None, self._conversation.judged_transcript()
        turn, transcript = self._conversation.judged_turn(turns[-1])
        known = self._written.variables.snapshot() if planned.given else {}
        return replace(turn, variables={**turn.variables, **known}), transcript

    def _stops(self, turn: Turn, transcript: Transcript) -> bool:
        stop_when = self._simulation.stop_when
        return bool(stop_when) and passes(stop_when, turn, transcript, self._vocabulary)

    def _end(self, ending: UserEnding, reason: str = "") -> None:
        self._has_ended = True
        self._conversation.user_end = UserEnd(ending=ending, reason=reason)

    def _no_rule(self, turn: Turn | None) -> PlayError:
        reply = turn.reply.text if turn is not None and turn.reply is not None else ""
        return PlayError(
            "user-no-rule",
            "no rule of the simulated user's script fits the reply",
            "add a rule for it to 'script:', or let a model answer with 'by:'",
            details=(f"the reply is {quote(shorten(reply))}",),
        )


def fitting_rule(
    simulation: Simulation, turn: Turn, transcript: Transcript, vocabulary: Vocabulary
) -> ScriptRule | None:
    """The first rule whose checks the reply of a turn passes.

    Raises `PlayError` if a check cannot be judged.
    """
    rules = simulation.script
    return next((one for one in rules if passes(one.when, turn, transcript, vocabulary)), None)
