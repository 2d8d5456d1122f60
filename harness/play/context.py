"""The provider, the transport and the recording of one conversation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from harness.conversation import Turn
from harness.conversation.spending import Charge, charges_of
from harness.core import CassetteError, value_class
from harness.core.network_guard import Watch, watching
from harness.play.budget import Budget
from harness.play.recorder import Recorder, Replayer
from harness.providers.provider import Provider
from harness.secrets.redaction import Redactor
from harness.transport import Transport

if TYPE_CHECKING:
    from harness.transport.live import LiveCheckpoint


@value_class(frozen=True, slots=True, kw_only=True)
class ConversationContext:
    """The fixed parts of one conversation. What changes is in `ConversationState`."""

    provider: Provider
    transport: Transport
    redactor: Redactor
    """Knows the secrets of the settings."""
    seed: str
    now: str
    """When the conversation began or was recorded, ISO 8601 UTC."""
    notes: tuple[str, ...] = ()
    """Notes for the user about the recording, before anything is said."""
    recorder: Recorder | None = None
    """Of a live conversation that is recorded."""
    replayer: Replayer | None = None
    """Of a conversation that is replayed; None for a live one."""
    closing: Callable[[], Transport] | None = None
    """Makes a transport for the closing steps of a live conversation."""
    budget: Budget | None = None
    """That of the run, for a live conversation."""
    checkpoint: Callable[[], LiveCheckpoint] | None = None
    """Makes what another live transport needs to continue the conversation."""

    @property
    def is_recorded(self) -> bool:
        """Whether the conversation is replayed from a recording."""
        return self.replayer is not None

    def charges(self, turns: Iterable[Turn]) -> Iterator[Charge]:
        """What the replies of turns cost."""
        name, prices = self.provider.name, self.provider.config.prices
        return charges_of(turns, name, prices, is_recorded=self.is_recorded)

    def pay(self, turn: Turn) -> None:
        """Add what a live reply cost to what was spent of the run's budget."""
        if self.budget is not None:
            for charge in self.charges((turn,)):
                self.budget.add(charge)

    def watched(self) -> AbstractContextManager[object]:
        """While it is active, this thread can open no connection past a recording or a replay."""
        if self.replayer is not None:
            return watching(Watch(_not_in_replay))
        return nullcontext() if self.recorder is None else watching(Watch(_not_recorded))

    @contextmanager
    def closing_transport(self) -> Iterator[Transport]:
        """A transport for closing steps, where the conversation's own may be broken."""
        transport = self.closing() if self.closing is not None else self.transport
        try:
            yield transport
        finally:
            transport.close()


def _not_in_replay(what: str) -> CassetteError:
    return CassetteError(
        "network-in-replay",
        f"{what}, but a replay opens none",
        "a check can use only what was recorded, and a provider class must use its 'connection';"
        " otherwise use the mode live",
    )


def _not_recorded(what: str) -> CassetteError:
    return CassetteError(
        "network-not-recorded",
        f"{what}, which cannot be recorded",
        "a check can use only what was answered, and a provider class must use its 'connection';"
        " otherwise use the mode live",
    )
