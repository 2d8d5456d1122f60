"""The wire of one conversation, with all that belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from harness.conversation import Exchange, Response
from harness.errors import CassetteError, Interrupted, PlayError, TransportError, quote
from harness.providers.provider import Provider
from harness.typing import Json
from harness.wire import Wire
from harness.wire.cassette import CassetteHead
from harness.wire.recording import RecordingWire
from harness.wire.redaction import Redactor
from harness.wire.replay import ReplayWire

_NOTHING = object()


@dataclass(slots=True, kw_only=True, eq=False)
class Line:
    """The wire of one conversation, and what belongs to it."""

    provider: Provider
    wire: Wire
    redactor: Redactor
    seed: str
    now: str
    """When the conversation began or was recorded, ISO 8601 UTC."""
    is_recorded: bool
    notes: tuple[str, ...] = ()
    replay: ReplayWire | None = None
    recording: RecordingWire | None = None
    closing: Callable[[], Wire] | None = None
    head: CassetteHead | None = None
    mend: str = ""
    """The command that records anew."""
    holding: Path | None = None
    """Where the new recording is written instead, while the old one stays."""
    held_secrets: bool = False
    """An answer held a secret, so what was read from it may hold one too."""

    def tell(self, session: Mapping[str, Json]) -> None:
        """Note what the provider is told when the conversation opens.

        Raises `CassetteError` where the recording was made with something else.
        """
        if self.head is None:
            return
        if not self.is_recorded:
            self.head = replace(self.head, session=self.redactor.json(session))  # type: ignore[arg-type]  # still a mapping
            if self.recording is not None and session:
                self.recording.tell(self.head)
            return
        recorded = self.head.session
        if dict(recorded) == dict(session):
            return
        names = sorted(
            name
            for name in {*recorded, *session}
            if recorded.get(name, _NOTHING) != session.get(name, _NOTHING)
        )
        raise CassetteError(
            "session-changed",
            f"the recording was made with another 'session:', in {', '.join(names)}",
            self.mend,
            details=tuple(
                f"{name}: recorded {quote(recorded.get(name))}, now {quote(session.get(name))}"
                for name in names
            ),
        )

    def redact(self, exchanges: tuple[Exchange, ...]) -> tuple[Exchange, ...]:
        """The exchanges as they may be shown and stored; recorded ones were redacted before."""
        if self.is_recorded:
            return exchanges
        for exchange in exchanges:
            if exchange.response is not None:
                self.redactor = self.redactor.learning(exchange.response.body)
        shown = tuple(_redacted(exchange, self.redactor) for exchange in exchanges)
        self.held_secrets |= any(map(_held_secret, exchanges, shown))
        return shown

    @contextmanager
    def closing_wire(self) -> Iterator[Wire]:
        """A wire of its own for closing steps, where the conversation's may be broken."""
        wire = self.closing() if self.closing is not None else self.wire
        try:
            yield wire
        finally:
            wire.close()

    def leftovers(self) -> tuple[str, ...]:
        """What the recording holds and the conversation did not ask for."""
        unused = self.replay.unused() if self.replay is not None else ()
        if not unused:
            return ()
        turns = sorted({one.request.origin.turn for one in unused})
        listed = ", ".join(str(turn) for turn in turns)
        plural = "s" if len(unused) > 1 else ""
        return (f"{len(unused)} recorded interaction{plural} not used, of turn {listed}",)

    def finish(self, error: PlayError | None) -> None:
        """Write the recording where the conversation was whole; else the old one stays.

        What was heard before the network broke, or the run was stopped, stays in the journal.
        Raises `CassetteError` where the recording cannot be written.
        """
        if self.recording is None or self.head is None:
            return
        if error is None:
            try:
                self.recording.finish(self.head, into=self.holding)
            except CassetteError as refused:
                if refused.code == "secret-in-cassette":
                    # The journal holds it as well.
                    self.recording.discard()
                raise
        elif not isinstance(error, (TransportError, Interrupted)):
            self.recording.discard()

    def drop(self) -> None:
        """Write nothing, and leave no journal."""
        if self.recording is not None:
            self.recording.discard()

    def close(self) -> None:
        """Give back what the line holds."""
        self.wire.close()


def _held_secret(exchange: Exchange, shown: Exchange) -> bool:
    if exchange.response is None or shown.response is None:
        return False
    # The redactor gives the same object where it found nothing.
    return exchange.response.body is not shown.response.body


def _redacted(exchange: Exchange, redactor: Redactor) -> Exchange:
    request, response = exchange.request, exchange.response
    shown = replace(
        request,
        url=redactor.url(request.url),
        headers=redactor.headers(request.headers),
        body=redactor.body(request.body) if request.body else b"",
    )
    return replace(exchange, request=shown, response=response and _shown(response, redactor))


def _shown(response: Response, redactor: Redactor) -> Response:
    body, chunks = redactor.stream(response.body, response.chunks)
    if not chunks:
        body = redactor.respelled(body)
    headers = redactor.headers(response.headers)
    attempts = tuple(replace(one, reason=redactor.text(one.reason)) for one in response.attempts)
    return replace(
        response,
        reason=redactor.text(response.reason),
        headers=headers,
        body=body,
        chunks=chunks,
        attempts=attempts,
    )
