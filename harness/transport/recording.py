"""A transport that records what is sent over another transport."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from harness.conversation import Direction, Frame, Origin, Request, Response
from harness.core import CassetteError, Interrupted, PlayError, TransportError
from harness.secrets.redaction import Redactor
from harness.secrets.secret_scan import SecretScan
from harness.transport.cassette import (
    Cassette,
    CassetteHead,
    Interactions,
    PlainInteraction,
    check_target,
    remove_unfinished,
    write_cassette,
)
from harness.transport.interaction_redaction import KEPT_HEADERS
from harness.transport.journal import Journal, read_journal, remove_older
from harness.transport.lock import WriterLock
from harness.transport.recorded_interactions import (
    NO_ANSWER,
    RecordedInteraction,
    RecordedInteractions,
)
from harness.transport.response_body import ObservedBody, response_from_chunks
from harness.transport.transport import Answer, Chunk, Transport


class RecordingTransport(Transport):
    """Passes on everything at once, and records it for a cassette.

    Everything is redacted before it is stored, and it is not stored while secrets that it may
    contain are still to be captured. Target and lock are checked when the transport is made, which
    is before the first request. Ends with `finish` or `discard`; `close` leaves the journal, like
    a killed run.
    """

    def __init__(
        self,
        transport: Transport,
        path: Path,
        redactor: Redactor,
        *,
        keep_headers: Iterable[str] = (),
        display: str,
        held_until: float = 0,
        holds_turns: bool = False,
    ) -> None:
        """`keep_headers` names further response headers to record: those that are checked.

        `display` is the path as people see it. Interactions are only written to the journal once
        the turn `held_until` has ended; with `holds_turns`, also later ones when their turn ends.

        Raises `CassetteError` where the cassette cannot be written or is being recorded.
        """
        self._transport = transport
        self._path = path
        self._display = display
        self._held_until = held_until
        self._holds_turns = holds_turns
        self._is_held = holds_turns or held_until > 0
        self._open: ObservedBody | None = None
        self._unanswered: tuple[Request, TransportError] | None = None
        self.requests = 0
        """The number of requests since a caller set it to 0."""
        self._journal = self._begin()
        self._received = RecordedInteractions(
            self._journal, redactor, KEPT_HEADERS | {name.lower() for name in keep_headers}
        )

    def _begin(self) -> Journal:
        """Lock the cassette, and start its journal. Raises `CassetteError`."""
        check_target(self._path, self._display)
        self.is_new = not self._path.exists()
        """Whether there was no cassette when the recording began."""
        self._lock = WriterLock(self._path, self._display)
        try:
            self.leftover = read_journal(self._path)
            """The journal of an earlier run that was killed; None where there is none."""
            if self.leftover is not None:
                remove_unfinished(self._path)
            return Journal(self._path, datetime.now(UTC).isoformat(timespec="seconds"))
        except BaseException:
            self._lock.release()
            raise

    def send(self, request: Request) -> Answer:
        """Send over the other transport; the interaction is recorded when its body has ended."""
        self.requests += 1
        return self.send_over(self._transport, request)

    def send_over(self, transport: Transport, request: Request) -> Answer:
        """Like `send`, over another transport than that of the conversation."""
        if self._open is not None:
            self._open.close()
        self._unanswered = None
        try:
            answer = transport.send(request)
        except TransportError as error:
            self._unanswered = (request, error)
            raise

        def ended(chunks: Sequence[Chunk], error: PlayError | None) -> None:
            stream = chunks if request.is_stream else ()
            self.note(request, response_from_chunks(answer, chunks, stream), error)

        self._open = ObservedBody(answer, ended)
        return replace(answer, chunks=self._open)

    def send_frame(self, frame: Frame) -> Frame:
        """Send over the other transport, and record what was sent."""
        try:
            return self._note_frame(self._transport.send_frame(frame))
        except TransportError as error:
            self._note_failure(frame.origin, error)
            raise

    def receive(self, origin: Origin, seconds: float) -> Frame:
        """Receive over the other transport, and record what was received."""
        try:
            return self._note_frame(self._transport.receive(origin, seconds))
        except TransportError as error:
            self._note_failure(origin, error)
            raise
        except Interrupted:
            # What was received before is worth keeping.
            if not self._is_held:
                self._received.write()
            raise

    def write_head(self, head: CassetteHead) -> None:
        """Write the head to the journal, so that a killed run can be recovered.

        Raises `CassetteError`, and releases the cassette, where it cannot be written.
        """
        try:
            self._journal.write_head(head)
        except CassetteError:
            self.close()
            raise

    def keep(self, headers: Iterable[str]) -> None:
        """Record further response headers, also of what was received before.

        Raises `CassetteError` if the journal cannot be rewritten.
        """
        self._received.keep({name.lower() for name in headers})

    @property
    def redactor(self) -> Redactor:
        """Knows the secrets so far, those that were received too."""
        return self._received.redactor

    @property
    def interactions(self) -> tuple[RecordedInteraction, ...]:
        """The interactions so far. Ends the one that is being read."""
        if self._open is not None:
            self._open.close()
        return tuple(self._received.interactions)

    def resume(self, interactions: Iterable[RecordedInteraction]) -> None:
        """Start with the interactions of another transport in the same conversation.

        Raises `CassetteError` where the journal cannot be written.
        """
        self._received.interactions += interactions
        self._received.write()

    def now(self, origin: Origin) -> float:
        """The time of the other transport."""
        return self._transport.now(origin)

    def sleep(self, seconds: float) -> None:
        """Wait on the other transport."""
        self._transport.sleep(seconds)

    def close(self) -> None:
        """Close the other transport, and release the cassette. The journal remains."""
        self._transport.close()
        self._journal.close()
        self._lock.release()

    def know(self, values: Mapping[str, str]) -> None:
        """Treat values as secrets, also in what was received before; `values` are names by value.

        Raises `CassetteError` if the journal cannot be rewritten.
        """
        self._received.know(values)

    def end_turn(self, number: int) -> None:
        """Write the turn's interactions to the journal, unless a later turn captures a secret.

        Raises `CassetteError` where the journal cannot be written.
        """
        if number >= self._held_until:
            self._received.write()
            self._is_held = self._holds_turns

    def accept_break(self) -> None:
        """Record the interrupted last answer, which the scenario expects: a replay repeats it."""
        if self._unanswered is not None:
            request, error = self._unanswered
            self._unanswered = None
            self.note(request, NO_ANSWER, error)
        self._received.accept_break()

    def finish(
        self,
        head: CassetteHead,
        *,
        into: Path | None = None,
        kept: Sequence[PlainInteraction] = (),
    ) -> Cassette:
        """Write the cassette in one step, and remove the journal and that of an earlier run.

        With `into`, that file is written instead, and the old cassette remains. `kept` are
        interactions of the old one that come before the new ones. Raises `CassetteError`; the old
        cassette and the journal are then unchanged.
        """
        if self._open is not None:
            self._open.close()
        self._received.write()
        received = [plain for plain, broken in self._received.redacted() if not broken]
        whole = [*kept, *received]
        cassette = Cassette(path=self._display, head=head, interactions=Interactions(whole))
        scan = SecretScan(self._received.redactor.secrets)
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
        """Record an interaction that ended. An interrupted one is only written to the journal."""
        self._received.add(request, response, error)
        if not self._is_held:
            self._received.write()

    def _note_frame(self, frame: Frame) -> Frame:
        """Record a message. It is written to the journal when something else than one follows."""
        self._received.add_frame(frame)
        if frame.direction is not Direction.RECEIVED and not self._is_held:
            self._received.write()
        return frame

    def _note_failure(self, origin: Origin, error: TransportError) -> None:
        """Record that the network failed, which a replay repeats if the scenario expects it."""
        self._note_frame(self._received.failure(origin, error))
