"""A transport that writes down what passes over another transport."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from harness.conversation import Exchange, Request, Response
from harness.core import CassetteError, PlayError, TransportError, value_class
from harness.secrets.redaction import Redactor
from harness.secrets.secret_scan import SecretScan
from harness.transport.cassette import (
    Cassette,
    CassetteHead,
    Interaction,
    Interactions,
    check_target,
    remove_unfinished,
    write_cassette,
)
from harness.transport.cassette.plain_interaction import Break, PlainInteraction
from harness.transport.interaction_redaction import KEPT_HEADERS, redacted_interaction
from harness.transport.journal import Journal, Leftover, read_journal, remove_older
from harness.transport.lock import WriterLock
from harness.transport.response_body import ObservedBody, response_from_chunks
from harness.transport.transport import Answer, Chunk, Transport

NO_ANSWER = Response(status=0, reason="", headers=(), body=b"", started=0.0)
"""Stands for the answer of a server that gave none."""


@value_class(frozen=True, slots=True)
class RecordedInteraction:
    """An interaction as it was, secrets included. Never stored."""

    interaction: Interaction
    broken: str = ""
    """Why the answer ended early, where the scenario does not expect that."""


class RecordingTransport(Transport):
    """Hands everything on at once, and keeps it for a cassette.

    Nothing is stored before it went through the redactor, nor while secrets that it may hold are
    still to be captured. Target and lock are checked when the transport is made, so before the
    first request. Ends with `finish` or `discard`; `close` leaves the journal, as a killed run
    does.
    """

    leftover: Leftover | None
    """What an earlier run left when it was killed."""

    def __init__(
        self,
        transport: Transport,
        path: Path,
        redactor: Redactor,
        *,
        keep_headers: Iterable[str] = (),
        display: str = "",
        held_until: float = 0,
        holds_turns: bool = False,
    ) -> None:
        """`keep_headers` names further response headers: those that are checked.

        Interactions are kept in memory, and not in the journal, until the turn `held_until` came
        to its end; with `holds_turns`, those of each later turn until it did.

        Raises `CassetteError` where the cassette cannot be written or is being recorded.
        """
        self._transport = transport
        self._path = path
        self._display = display or str(path)
        self._names = KEPT_HEADERS | {name.lower() for name in keep_headers}
        self._held_until = held_until
        self._holds_turns = holds_turns
        self._is_held = holds_turns or held_until > 0
        self._interactions: list[RecordedInteraction] = []
        self._journalled = 0
        """How many of them stand in the journal."""
        self._open: ObservedBody | None = None
        self._unanswered: tuple[Request, TransportError] | None = None
        self.requests = 0
        """How many were sent since somebody set it to 0."""
        self.redactor = redactor
        """Extended by `know` and by credentials that are received; `finish` applies it to all."""
        check_target(path, self._display)
        self._lock = WriterLock(path, self._display)
        try:
            self.leftover, self._journal = _begun(path)
        except BaseException:
            self._lock.release()
            raise

    def send(self, request: Request) -> Answer:
        """Send over the other transport; the interaction is written down when its body ended."""
        if self._open is not None:
            self._open.close()
        self._unanswered = None
        self.requests += 1
        try:
            answer = self._transport.send(request)
        except TransportError as error:
            self._unanswered = (request, error)
            raise

        def ended(chunks: Sequence[Chunk], error: PlayError | None) -> None:
            stream = chunks if request.is_stream else ()
            self.note(request, response_from_chunks(answer, chunks, stream), error)

        self._open = ObservedBody(answer, ended)
        return replace(answer, chunks=self._open)

    def write_head(self, head: CassetteHead) -> None:
        """Keep what the head will say, so that a run that is killed can be taken up.

        Raises `CassetteError`, and gives the cassette free, where it cannot be written.
        """
        try:
            self._journal.write_head(head)
        except CassetteError:
            self.close()
            raise

    @property
    def interactions(self) -> tuple[RecordedInteraction, ...]:
        """What was received so far."""
        if self._open is not None:
            self._open.close()
        return tuple(self._interactions)

    def resume(self, interactions: Iterable[RecordedInteraction]) -> None:
        """Begin with what another transport received in the same conversation.

        Raises `CassetteError` where the journal cannot be written.
        """
        self._interactions += interactions
        self._write_journal()

    def sleep(self, seconds: float) -> None:
        """Wait on the other transport."""
        self._transport.sleep(seconds)

    def close(self) -> None:
        """Close the other transport, and give the cassette free. The journal stays."""
        self._transport.close()
        self._journal.close()
        self._lock.release()

    def know(self, values: Mapping[str, str]) -> None:
        """Values are secrets from now on, and in what was received before; names by value.

        Raises `CassetteError` if the journal cannot be rewritten.
        """
        redactor = self.redactor.adding(values)
        if redactor is self.redactor:
            return
        self.redactor = redactor
        self._rewrite_journal()

    def end_turn(self, number: int) -> None:
        """Write what was held to the journal, unless a later turn captures a secret.

        Raises `CassetteError` where the journal cannot be written.
        """
        if number >= self._held_until:
            self._write_journal()
            self._is_held = self._holds_turns

    def accept_break(self) -> None:
        """The scenario expects that the network broke the last answer: a replay repeats it."""
        if self._unanswered is not None:
            request, error = self._unanswered
            self._unanswered = None
            self.note(request, NO_ANSWER, error)
        if self._interactions:
            self._interactions[-1] = RecordedInteraction(self._interactions[-1].interaction)
            self._rewrite_journal()

    def finish(self, head: CassetteHead, *, into: Path | None = None) -> Cassette:
        """Write the cassette in one step, and remove the journal, and that of an earlier run.

        Where `into` is given, that file is written instead, and the old cassette stays.
        Raises `CassetteError`; the old cassette and the journal are then as they were.
        """
        if self._open is not None:
            self._open.close()
        self._write_journal()
        whole = [one for one, broken in self._redacted(self._interactions) if not broken]
        cassette = Cassette(path=self._display, head=head, interactions=Interactions(whole))
        scan = SecretScan(self.redactor.secrets)
        write_cassette(into or self._path, cassette, scan, self._display)
        self._journal.remove()
        if into is None:
            remove_older(self._path)
        self._lock.release()
        return cassette

    def discard(self, *, with_older: bool = False) -> None:
        """Write nothing, and remove the journal. May be called after `finish`.

        `with_older` also removes the journal of an earlier run. Raises `CassetteError`.
        """
        self._journal.remove()
        if with_older:
            remove_older(self._path)
        self._lock.release()

    def note(self, request: Request, response: Response, error: PlayError | None) -> None:
        """Keep an interaction that ended; one that broke off stands only in the journal."""
        self.redactor = self.redactor.learning(Exchange(request=request, response=response))
        broken = None
        if isinstance(error, TransportError):
            # What stopped the run is nothing that a replay could repeat.
            broken = Break(error.code, error.message, error.details)
        interaction = Interaction(request=request, response=response, broken=broken)
        stopped = f"{error.message} [{error.code}]" if error is not None else ""
        self._interactions.append(RecordedInteraction(interaction, stopped))
        if not self._is_held:
            self._write_journal()

    def _write_journal(self) -> None:
        """Write what is not there yet."""
        for interaction, broken in self._redacted(self._interactions[self._journalled :]):
            self._journal.add(interaction, broken)
        self._journalled = len(self._interactions)

    def _rewrite_journal(self) -> None:
        """Write what is there as it is to be stored now."""
        if self._journalled:
            self._journal.rewrite(self._redacted(self._interactions[: self._journalled]))

    def _redacted(
        self, interactions: Iterable[RecordedInteraction]
    ) -> list[tuple[PlainInteraction, str]]:
        """Each as it may be stored, and why its answer ended early."""
        redactor = self.redactor
        return [
            (
                redacted_interaction(one.interaction, redactor, self._names),
                redactor.text(one.broken),
            )
            for one in interactions
        ]


def _begun(path: Path) -> tuple[Leftover | None, Journal]:
    """What an earlier run left when it was killed, and a new journal."""
    leftover = read_journal(path)
    if leftover is not None:
        remove_unfinished(path)
    return leftover, Journal(path, datetime.now(UTC).isoformat(timespec="seconds"))
