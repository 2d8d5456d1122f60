"""Asks the model of a simulated user what it says next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from harness.conversation import UserMessage
from harness.conversation.spending import NOTHING_SPENT, Charge, Purpose, Spent
from harness.core import CassetteError, Interrupted, Miss, PlayError, shorten
from harness.play.context import ConversationContext
from harness.play.conversation import Conversation
from harness.play.conversation_state import ConversationState
from harness.play.simulating.situation import Situation
from harness.play.simulating.user_guards import UserFault, fault_of
from harness.play.simulating.user_question import (
    ANSWER,
    BadAnswer,
    UserAnswer,
    question,
    read_answer,
)
from harness.providers.session import Prepared

TRIES = 2
"""Answers of the model to one question, the first one included."""


class UserModel:
    """The model of one play's simulated user.

    Each question is a conversation of its own with the model's provider. It is recorded in the
    recording of the conversation with the bot, in the turn that it decides about.
    """

    def __init__(
        self,
        name: str,
        context: ConversationContext,
        of_bot: ConversationState,
        prepare: Callable[[ConversationState], Callable[[], Prepared]],
    ) -> None:
        """`name` is the scenario's; `prepare` prepares the provider, once for a run."""
        self._name = name
        self._of_bot = of_bot
        self._prepare = prepare
        self.context = context
        self.spent: Spent = NOTHING_SPENT
        if not context.is_recorded:
            of_bot.know_all({value: name for name, value in context.provider.secrets.items()})

    def decide(self, turn: int, situation: Situation) -> UserAnswer:
        """What the user does in a turn. Raises `PlayError` if two answers cannot be used."""
        before, fault = "", UserFault("", "")
        for attempt in range(1, TRIES + 1):
            before = self._ask(turn, attempt, question(situation, before, fault.message))
            try:
                answer = read_answer(before)
            except BadAnswer as error:
                fault = UserFault("user-unreadable", str(error))
                continue
            found = None if answer.ending is not None else fault_of(answer.say, situation)
            if found is None:
                return answer
            fault = found
        raise PlayError(
            fault.code,
            f"the simulated user is not usable: {fault.message}, after {TRIES} answers of"
            f" {self.context.provider.name}",
            "the bot is not judged; make 'goal', 'knows' or 'persona' clearer, add a rule to"
            " 'script:', or ask another model",
            details=(f"the answer was {shorten(before)!r}",),
        )

    def _ask(self, turn: int, attempt: int, text: str) -> str:
        """The model's answer to one question."""
        context = replace(self.context, seed=f"{self.context.seed}/user/{turn}/{attempt}")
        state = ConversationState(context)
        conversation = Conversation(state, self._name, session={}, prepare=self._prepare(state))
        message = UserMessage(text=text, metadata={"schema": ANSWER})
        said, error = conversation.say(message, number=turn, is_expected=lambda _error: False)
        unclosed = conversation.close(is_broken=error is not None)
        self._of_bot.know_all(state.redactor.learned)
        error = error or unclosed
        if error is not None:
            raise self._failure(error)
        reply = said.reply
        if reply is not None and reply.usage is not None:
            self.spent += self._charged(reply.usage)
        return reply.text if reply is not None else ""

    def _charged(self, usage: Mapping[str, float]) -> Spent:
        provider = self.context.provider
        charge = Charge.of(
            usage,
            provider.name,
            provider.config.prices,
            is_recorded=self.context.is_recorded,
            purpose=Purpose.USER,
        )
        return Spent.of([charge])

    def _failure(self, error: PlayError) -> PlayError:
        """Why the model gave no answer."""
        if isinstance(error, Miss) and error.code == "message-changed":
            return Miss(
                "simulation-changed",
                "the recording was made with another simulated user: what its model is asked"
                " changed",
                error.hint,
            )
        if isinstance(error, (CassetteError, Interrupted)):
            return error
        name = self.context.provider.name
        return PlayError(
            "user-failed",
            f"the model of the simulated user, {name}, gave no answer: {error.message}"
            f" [{error.code}]",
            error.hint,
            details=error.details,
        )
