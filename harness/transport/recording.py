"""A transport that records what is sent over another transport."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from harness.conversation import Direction, Exchange, Frame, Origin, Request, Response
from harness.core import CassetteError, Interrupted, PlayError, TransportError, value_class
from harness.secrets.redaction import Redactor
from harness.secrets.secret_scan import SecretScan
from harness.transport.cassette import (
    Break,
    Cassette,
    CassetteHead,
    Interaction,
    Interactions,
    PlainInteraction,
    check_target,
    remove_unfinished,
    write_cassette,
)
from harness.transport.interaction_redaction import KEPT_HEADERS, redacted_interaction
from harness.transport.journal import Journal, read_journal, remove_older
from harness.transport.lock import WriterLock
from harness.transport.recorded_frames import RecordedFrames
from harness.transport.response_body import ObservedBody, response_from_chunks
from harness.transport.transport import Answer, Chunk, Transport

NO_ANSWER = Response(status=0, reason="", headers=(), body=b"", started=0.0)
"""Takes the place of the answer where a server gave none."""


@value_class(frozen=True, slots=True)
class RecordedInteraction:
    """An interaction as it was sent and received, with its secrets. Never stored."""

    interaction: Interaction
    broken: str = ""
    """Why the answer ended early, where the scenario does not expect that."""


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
        self._names = KEPT_HEADERS | {name.lower() for name in keep_headers}
        self._held_until = held_until
        self._holds_turns = holds_turns
        self._is_held = holds_turns or held_until > 0
        self._interactions: list[RecordedInteraction] = []
        self._journalled = 0
        """The number of them that are in the journal."""
        self._open: ObservedBody | None = None
        self._unanswered: tuple[Request, TransportError] | None = None
        self._socket = 0
        """The place of the WebSocket that was opened last."""
        self._frames: dict[int, RecordedFrames] = {}
        """What was sent and received on each WebSocket, by the place of its interaction."""
        self.requests = 0
        """The number of requests since a caller set it to 0."""
        self.is_new = not path.exists()
        """Whether there was no cassette when the recording began."""
        self.redactor = redactor
        """Extended by `know` and by credentials that are received; `finish` applies it to all."""
        self._journal = self._begin()

    def _begin(self) -> Journal:
        """Lock the cassette, and start its journal. Raises `CassetteError`."""
        check_target(self._path, self._display)
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
                self._write_journal()
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
        names = self._names | {name.lower() for name in headers}
        if names != self._names:
            self._names = names
            self._rewrite_journal()

    @property
    def interactions(self) -> tuple[RecordedInteraction, ...]:
        """The interactions so far. Ends the one that is being read."""
        if self._open is not None:
            self._open.close()
        return tuple(self._interactions)

    def resume(self, interactions: Iterable[RecordedInteraction]) -> None:
        """Start with the interactions of another transport in the same conversation.

        Raises `CassetteError` where the journal cannot be written.
        """
        self._interactions += interactions
        self._write_journal()

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
        redactor = self.redactor.adding(values)
        if redactor is self.redactor:
            return
        self.redactor = redactor
        self._rewrite_journal()

    def end_turn(self, number: int) -> None:
        """Write the turn's interactions to the journal, unless a later turn captures a secret.

        Raises `CassetteError` where the journal cannot be written.
        """
        if number >= self._held_until:
            self._write_journal()
            self._is_held = self._holds_turns

    def accept_break(self) -> None:
        """Record the interrupted last answer, which the scenario expects: a replay repeats it."""
        if self._unanswered is not None:
            request, error = self._unanswered
            self._unanswered = None
            self.note(request, NO_ANSWER, error)
        if self._interactions:
            self._interactions[-1] = RecordedInteraction(self._interactions[-1].interaction)
            self._rewrite_journal()

    def finish(self, head: CassetteHead, *, into: Path | None = None) -> Cassette:
        """Write the cassette in one step, and remove the journal and that of an earlier run.

        With `into`, that file is written instead, and the old cassette remains. Raises
        `CassetteError`; the old cassette and the journal are then unchanged.
        """
        if self._open is not None:
            self._open.close()
        self._write_journal()
        whole = [plain for plain, broken in self._redacted() if not broken]
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
        """Record an interaction that ended. An interrupted one is only written to the journal."""
        self.redactor = self.redactor.learning(Exchange(request=request, response=response))
        broken = None
        if isinstance(error, TransportError):
            # A replay repeats errors of the network, and not what stopped the run.
            broken = Break(error.code, error.message, error.details)
        interaction = Interaction(request=request, response=response, broken=broken)
        stopped = f"{error.message} [{error.code}]" if error is not None else ""
        self._interactions.append(RecordedInteraction(interaction, stopped))
        if request.is_socket:
            self._socket = len(self._interactions) - 1
        if not self._is_held:
            self._write_journal()

    def _note_frame(self, frame: Frame) -> Frame:
        """Record a message. It is written to the journal when something else than one follows."""
        self._frames.setdefault(self._socket, RecordedFrames()).add(frame)
        request = self._interactions[self._socket].interaction.request
        received = replace(NO_ANSWER, frames=(frame,))
        self.redactor = self.redactor.learning(Exchange(request=request, response=received))
        if frame.direction is not Direction.RECEIVED and not self._is_held:
            self._write_journal()
        return frame

    def _note_failure(self, origin: Origin, error: TransportError) -> None:
        """Record that the network failed, which a replay repeats if the scenario expects it."""
        frames = self._frames.get(self._socket, RecordedFrames()).frames
        at = max((frame.at for frame in frames), default=0.0)
        failure = Frame(
            origin=origin,
            direction=Direction.FAILED,
            at=at,
            fault=error.code,
            reason=error.message,
        )
        self._note_frame(failure)

    def _write_journal(self) -> None:
        """Write the interactions, and the messages of WebSockets, that are not in the journal."""
        self._write_frames()
        for place, (interaction, broken) in enumerate(
            self._redacted(self._journalled), self._journalled
        ):
            self._journal.add(interaction, broken)
            self._note_frames_written(place)
        self._journalled = len(self._interactions)

    def _write_frames(self) -> None:
        """Write the messages on WebSockets that are in the journal already."""
        place = self._socket
        frames = self._frames.get(place)
        if place >= self._journalled or frames is None or not frames.unwritten:
            return
        hashes = self._interactions[place].interaction.request.hashes
        further = frames.further(self.redactor, hashes)
        if further is None:
            self._rewrite_journal()
            return
        self._journal.add_frames(place, further)
        frames.note_written(self.redactor)

    def _rewrite_journal(self) -> None:
        """Write the interactions that are in the journal again, with today's secrets redacted."""
        if self._journalled:
            redacted = self._redacted(0, self._journalled)
            self._journal.rewrite(redacted)
            for place in range(self._journalled):
                self._note_frames_written(place)

    def _note_frames_written(self, place: int) -> None:
        if place in self._frames:
            self._frames[place].note_written(self.redactor)

    def _redacted(
        self, start: int = 0, end: int | None = None
    ) -> list[tuple[PlainInteraction, str]]:
        """The interactions as they may be stored, each with why its answer ended early."""
        redactor = self.redactor
        return [
            (
                redacted_interaction(self._whole(place, one), redactor, self._names),
                redactor.text(one.broken),
            )
            for place, one in enumerate(self._interactions[start:end], start)
        ]

    def _whole(self, place: int, recorded: RecordedInteraction) -> Interaction:
        """An interaction with what was sent and received on its WebSocket."""
        interaction = recorded.interaction
        recorded_frames = self._frames.get(place)
        if recorded_frames is None:
            return interaction
        frames = tuple(recorded_frames.frames)
        return replace(interaction, response=replace(interaction.response, frames=frames))
