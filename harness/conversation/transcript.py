"""A conversation as it was held: the value that checks judge and reports show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from harness.conversation.exchange import Exchange, Phase, Response
from harness.conversation.message import Reply, UserMessage
from harness.core import Json, PlayError, Refused, TransportError, value_class


@value_class(frozen=True, slots=True, kw_only=True)
class Stop:
    """Why a conversation ended before its last turn."""

    turn: int
    error: PlayError


@value_class(frozen=True, slots=True, kw_only=True)
class Turn:
    """One user message and what came of it."""

    number: int
    """From 1."""
    user: UserMessage
    reply: Reply | None = None
    """None where the provider refused or the turn broke."""
    refusal: Refused | TransportError | None = None
    """The refusal or the fault of the network that the scenario expects; None for a reply."""
    exchanges: tuple[Exchange, ...] = ()
    """Of sending the message, opening the conversation before it included."""
    looked_up: tuple[Exchange, ...] = ()
    """Of looking for late messages, and of asking for the provider's own record."""
    missing: tuple[tuple[str, str], ...] = ()
    """Captures that the reply does not hold: name and reason."""
    history: Json = None
    """The provider's own record of the conversation, where the scenario asks for it."""
    variables: Mapping[str, object] = field(default_factory=dict)
    """What `${…}` means in this turn's expectations, its captures included."""

    @property
    def latency(self) -> float | None:
        """Seconds from sending the message to the end of the reply; None if not recorded."""
        first: Response | None = None
        last: Response | None = None
        for exchange in self.exchanges:
            response = exchange.response
            if response is None or exchange.request.origin.phase is not Phase.SEND:
                continue
            if response.seconds is None:
                return None
            first = first or response
            last = response
        return None if first is None or last is None else last.ended - first.started

    @property
    def first_token(self) -> float | None:
        """Seconds from sending the message to the first byte of the streamed answer.

        None where the answer is no stream, or no time was recorded.
        """
        sent = (e for e in self.exchanges if e.request.origin.phase is Phase.SEND)
        first = next((e.response for e in sent if e.response is not None), None)
        answer = self.answer.response if self.answer is not None else None
        if first is None or answer is None or not answer.chunks or answer.first_byte is None:
            return None
        return answer.started + answer.first_byte - first.started

    @property
    def looks(self) -> tuple[Exchange, ...]:
        """What was exchanged while late messages were looked for."""
        return tuple(e for e in self.looked_up if e.request.origin.phase is Phase.LATE)

    @property
    def answer(self) -> Exchange | None:
        """The exchange that the reply or refusal was read from."""
        return self.exchanges[-1] if self.exchanges else None


@value_class(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A conversation as it was held."""

    scenario: str
    provider: str
    turns: tuple[Turn, ...] = ()
    around: tuple[Exchange, ...] = ()
    """What was exchanged outside turns: preparing and closing."""
    stop: Stop | None = None
    is_recorded: bool = False
    """It was played from a cassette."""
