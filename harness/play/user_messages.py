"""What the user says next: as the scenario writes it, or as a simulated user decides."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from harness.conversation import UserMessage
from harness.play.conversation import Conversation
from harness.play.conversation_variables import Variables, message_of
from harness.play.secret_captures import as_recorded
from harness.scenario import MessagePlan, UserTurn


class NextMessage(NamedTuple):
    """A message, and the message of a replay if that differs."""

    message: UserMessage
    recorded: UserMessage | None = None


class UserMessages(Protocol):
    """Where the messages of turns come from."""

    def next(self, planned: UserTurn) -> NextMessage | None:
        """The message of a turn; None if the user says nothing more. Raises `PlayError`."""


class WrittenMessages:
    """The messages that the scenario writes, with their variables filled in."""

    def __init__(self, conversation: Conversation, variables: Variables) -> None:
        self._conversation = conversation
        self.variables = variables

    def next(self, planned: UserTurn) -> NextMessage:
        """The message of a turn. Raises `PlayError` if a value or a button is missing."""
        is_varied = bool(planned.message.utterances)
        return self.of(self.variables.as_said(planned) if is_varied else planned.message)

    def of(self, plan: MessagePlan) -> NextMessage:
        """The message of a plan, after the last reply. Raises `PlayError` as `next` does."""
        conversation, variables = self._conversation, self.variables
        last, state = conversation.last_reply, conversation.state
        recorded = None
        is_pressed = plan.press is not None and state.held_secrets
        is_live = not conversation.context.is_recorded
        if is_live and (is_pressed or variables.has_secrets):
            # First: values drawn for it are drawn again.
            recorded = as_recorded(plan, variables, last, state)
        return NextMessage(message_of(plan, variables, last), recorded)
