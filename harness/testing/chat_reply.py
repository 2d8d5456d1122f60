"""The reply to one message of a Python test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from harness.conversation import Attachment, Reply, ReplyMessage, ToolCall, Turn
from harness.core import Json, Refused


@dataclass(frozen=True, slots=True)
class ChatReply:
    """The reply of the bot; `expect` judges it."""

    turn: Turn = field(repr=False)
    _judge: Callable[..., Turn] = field(repr=False)
    """Judges the turn of a number by checks, and returns it with its late messages."""

    @property
    def text(self) -> str:
        """The texts of all messages, one per line."""
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
        """The prompts of buttons by label."""
        return self._reply.actions

    @property
    def products(self) -> tuple[Json, ...]:
        """The recommended products, as in the payload."""
        return self._reply.products

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The files of the reply."""
        return self._reply.attachments

    @property
    def tools(self) -> tuple[ToolCall, ...] | None:
        """Tool calls in order; None if the definition does not say where they are."""
        return self._reply.tools

    @property
    def usage(self) -> Mapping[str, float] | None:
        """Numbers of the provider, such as tokens; None if the definition does not read any."""
        return self._reply.usage

    @property
    def latency(self) -> float | None:
        """Seconds from sending the message to the end of the reply; None if not recorded."""
        return self.turn.latency

    @property
    def refusal(self) -> Refused | None:
        """The refusal that `Chat.refused` expected; None if there was a reply."""
        refusal = self.turn.refusal
        return refusal if isinstance(refusal, Refused) else None

    def expect(self, *, ignore_case: bool = False, **checks: Any) -> ChatReply:  # noqa: ANN401  # any JSON; the format of the checks judges it
        """Judge the reply with the checks of scenario files, by name; all of them must hold.

        `history={…}` looks up the provider's own record, and judges that. Raises
        `AssertionError` if the bot was wrong, with every check that failed; `ScenarioError`
        for a check or value that does not exist; and `CheckCrashed` if a check crashed. The
        text is that of a scenario's failure. Returns the reply, with the messages that
        `within` waited for.
        """
        __tracebackhide__ = True
        turn = self._judge(self.turn.number, checks, ignore_case=ignore_case)
        return replace(self, turn=turn)

    @property
    def _reply(self) -> Reply:
        return self.turn.reply or Reply()
