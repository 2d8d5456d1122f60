"""The reply to one message of a Python test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.conversation import Attachment, Reply, ReplyMessage, ToolCall, Turn
from harness.core import Json, Refused

if TYPE_CHECKING:
    from harness.testing.chat import Chat


@dataclass(frozen=True, slots=True)
class ChatReply:
    """What the bot answered; `expect` judges it."""

    chat: Chat = field(repr=False)
    turn: Turn = field(repr=False)

    @property
    def text(self) -> str:
        """All messages' texts, one a line."""
        return self._reply.text

    @property
    def messages(self) -> tuple[ReplyMessage, ...]:
        """The messages, in order."""
        return self._reply.messages

    @property
    def payload(self) -> Json:
        """The raw payload."""
        return self._reply.payload

    @property
    def actions(self) -> Mapping[str, str]:
        """Buttons: label to prompt."""
        return self._reply.actions

    @property
    def products(self) -> tuple[Json, ...]:
        """What was recommended, as the payload has it."""
        return self._reply.products

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """Files that came with the reply."""
        return self._reply.attachments

    @property
    def tools(self) -> tuple[ToolCall, ...] | None:
        """Tool calls in order; None where the definition does not say where they stand."""
        return self._reply.tools

    @property
    def usage(self) -> Mapping[str, float] | None:
        """What the provider counted, such as tokens; None as for tools."""
        return self._reply.usage

    @property
    def latency(self) -> float | None:
        """Seconds from sending the message to the end of the reply; None if not recorded."""
        return self.turn.latency

    @property
    def refusal(self) -> Refused | None:
        """The refusal that `Chat.refused` expected; None where a reply came."""
        refusal = self.turn.refusal
        return refusal if isinstance(refusal, Refused) else None

    def expect(self, *, ignore_case: bool = False, **checks: Any) -> ChatReply:  # noqa: ANN401  # any JSON; the format of the checks judges it
        """Judge the reply with the checks of scenario files, by name; all of them must hold.

        `history={…}` looks up the provider's own record, and judges that. Raises
        `AssertionError` where the bot was wrong, with every check that failed; `ScenarioError`
        for a check or value that does not exist; and `CheckCrashed` where a check could not
        tell. The text is that of a scenario's failure. Returns the reply, with the messages
        that `within` waited for.
        """
        __tracebackhide__ = True
        turn = self.chat.judge(self.turn.number, checks, ignore_case=ignore_case)
        return ChatReply(self.chat, turn)

    @property
    def _reply(self) -> Reply:
        return self.turn.reply or Reply()
