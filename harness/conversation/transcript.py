"""A conversation that took place: the value that checks judge and reports show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from harness.conversation.exchange import REPLYING, Exchange, Phase, Response
from harness.conversation.message import Reply, UserMessage
from harness.conversation.opinions import Opinions
from harness.core import Json, PlayError, Refused, TransportError, value_class


@value_class(frozen=True, slots=True, kw_only=True)
class Stop:
    """Why a conversation ended before its last turn."""

    turn: int
    error: PlayError


class UserEnding(StrEnum):
    """Why a simulated user said nothing more."""

    STOPPED = "stop_when"
    """A reply passed the checks of `stop_when`."""
    LIMIT = "max_turns"
    DONE = "done"
    """The user has what it wanted, as the model says."""
    GAVE_UP = "gave_up"
    """The user does not expect to get it any more, as the model says."""


@value_class(frozen=True, slots=True, kw_only=True)
class UserEnd:
    """How a simulated user ended a conversation."""

    ending: UserEnding
    reason: str = ""
    """The model's; empty if no model said it."""


@value_class(frozen=True, slots=True, kw_only=True)
class Turn:
    """One user message, with its reply and all that was exchanged for it."""

    number: int
    """From 1."""
    user: UserMessage
    reply: Reply | None = None
    """None if the provider refused or the turn broke."""
    refusal: Refused | TransportError | None = None
    """The refusal or network error that the scenario expects; None if there is a reply."""
    exchanges: tuple[Exchange, ...] = ()
    """For sending the message, including opening the conversation before it."""
    looked_up: tuple[Exchange, ...] = ()
    """For late messages, and for the provider's own record."""
    missing: tuple[tuple[str, str], ...] = ()
    """Captures that the reply does not contain: name and reason."""
    history: Json = None
    """The provider's own record of the conversation, if the scenario asks for it."""
    variables: Mapping[str, object] = field(default_factory=dict)
    """The variables of `${…}` in this turn's expectations, including its captures."""

    @property
    def latency(self) -> float | None:
        """Seconds from sending the message to the end of the reply; None if not recorded."""
        responses = self._sent()
        if not responses or any(response.seconds is None for response in responses):
            return None
        return responses[-1].ended - responses[0].started

    @property
    def first_token(self) -> float | None:
        """Seconds from sending the message to the first byte of the streamed answer.

        None if the answer is not a stream, or no time was recorded.
        """
        responses = self._sent()
        answer = self.answer.response if self.answer is not None else None
        if not responses or answer is None or not answer.chunks or answer.first_byte is None:
            return None
        return answer.started + answer.first_byte - responses[0].started

    def _sent(self) -> list[Response]:
        """The responses to the steps that send the message, and the answers to tool calls."""
        return [
            exchange.response
            for exchange in self.exchanges
            if exchange.response is not None and exchange.request.origin.phase in REPLYING
        ]

    @property
    def looks(self) -> tuple[Exchange, ...]:
        """The exchanges that looked for late messages."""
        return tuple(e for e in self.looked_up if e.request.origin.phase is Phase.LATE)

    @property
    def answer(self) -> Exchange | None:
        """The exchange that the reply or refusal was read from."""
        return self.exchanges[-1] if self.exchanges else None


@value_class(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A conversation that took place."""

    scenario: str
    provider: str
    turns: tuple[Turn, ...] = ()
    around: tuple[Exchange, ...] = ()
    """Exchanges outside turns: for preparing and closing."""
    stop: Stop | None = None
    user_end: UserEnd | None = None
    """How a simulated user ended it; None if none did."""
    is_recorded: bool = False
    """Whether it was replayed from a cassette."""
    opinions: Opinions | None = None
    """What models said about it; None if no check asked any."""
