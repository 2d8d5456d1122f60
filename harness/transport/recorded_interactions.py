"""What a recording has received so far, and how it is written to its journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from harness.conversation import Direction, Exchange, Frame, Origin, Request, Response
from harness.core import PlayError, TransportError, value_class
from harness.secrets.redaction import Redactor
from harness.transport.cassette import Break, Interaction, PlainInteraction
from harness.transport.interaction_redaction import redacted_interaction
from harness.transport.journal import Journal
from harness.transport.recorded_frames import RecordedFrames

NO_ANSWER = Response(status=0, reason="", headers=(), body=b"", started=0.0)
"""Takes the place of the answer where a server gave none."""


@value_class(frozen=True, slots=True)
class RecordedInteraction:
    """An interaction as it was sent and received, with its secrets. Never stored."""

    interaction: Interaction
    broken: str = ""
    """Why the answer ended early, where the scenario does not expect that."""


class RecordedInteractions:
    """The interactions of one recording, with the messages on its WebSockets.

    Everything is redacted before it is written.
    """

    def __init__(self, journal: Journal, redactor: Redactor, names: frozenset[str]) -> None:
        """`names` are the response headers to record."""
        self._journal = journal
        self._names = names
        self.redactor = redactor
        """Extended by `know` and by credentials that are received; `redacted` applies it to all."""
        self.interactions: list[RecordedInteraction] = []
        self._journalled = 0
        """The number of them that are in the journal."""
        self._socket = 0
        """The place of the WebSocket that was opened last."""
        self._frames: dict[int, RecordedFrames] = {}
        """What was sent and received on each WebSocket, by the place of its interaction."""

    def add(self, request: Request, response: Response, error: PlayError | None) -> None:
        """Add an interaction that ended; `error` interrupted it."""
        self.redactor = self.redactor.learning(Exchange(request=request, response=response))
        broken = None
        if isinstance(error, TransportError):
            # A replay repeats errors of the network, and not what stopped the run.
            broken = Break(error.code, error.message, error.details)
        interaction = Interaction(request=request, response=response, broken=broken)
        stopped = f"{error.message} [{error.code}]" if error is not None else ""
        self.interactions.append(RecordedInteraction(interaction, stopped))
        if request.is_socket:
            self._socket = len(self.interactions) - 1

    def add_frame(self, frame: Frame) -> None:
        """Add a message on the WebSocket that was opened last."""
        self._frames.setdefault(self._socket, RecordedFrames()).add(frame)
        request = self.interactions[self._socket].interaction.request
        received = replace(NO_ANSWER, frames=(frame,))
        self.redactor = self.redactor.learning(Exchange(request=request, response=received))

    def failure(self, origin: Origin, error: TransportError) -> Frame:
        """A failure of the network, as a message after the last one."""
        frames = self._frames.get(self._socket, RecordedFrames()).frames
        return Frame(
            origin=origin,
            direction=Direction.FAILED,
            at=max((frame.at for frame in frames), default=0.0),
            fault=error.code,
            reason=error.message,
        )

    def accept_break(self) -> None:
        """Record the interruption of the last answer, which the scenario expects."""
        if self.interactions:
            self.interactions[-1] = RecordedInteraction(self.interactions[-1].interaction)
            self._rewrite()

    def know(self, values: Mapping[str, str]) -> None:
        """Treat values as secrets, also in what is in the journal; they are names by value."""
        redactor = self.redactor.adding(values)
        if redactor is not self.redactor:
            self.redactor = redactor
            self._rewrite()

    def keep(self, names: set[str]) -> None:
        """Record further response headers, also of what is in the journal."""
        if not names <= self._names:
            self._names |= names
            self._rewrite()

    def write(self) -> None:
        """Write the interactions, and the messages of WebSockets, that are not in the journal."""
        self._write_frames()
        for place, (interaction, broken) in enumerate(
            self.redacted(self._journalled), self._journalled
        ):
            self._journal.add(interaction, broken)
            self._note_frames_written(place)
        self._journalled = len(self.interactions)

    def _write_frames(self) -> None:
        """Write the messages on WebSockets that are in the journal already."""
        place = self._socket
        frames = self._frames.get(place)
        if place >= self._journalled or frames is None or not frames.unwritten:
            return
        hashes = self.interactions[place].interaction.request.hashes
        further = frames.further(self.redactor, hashes)
        if further is None:
            self._rewrite()
            return
        self._journal.add_frames(place, further)
        frames.note_written(self.redactor)

    def _rewrite(self) -> None:
        """Write the interactions that are in the journal again, with today's secrets redacted."""
        if self._journalled:
            redacted = self.redacted(0, self._journalled)
            self._journal.rewrite(redacted)
            for place in range(self._journalled):
                self._note_frames_written(place)

    def _note_frames_written(self, place: int) -> None:
        if place in self._frames:
            self._frames[place].note_written(self.redactor)

    def redacted(
        self, start: int = 0, end: int | None = None
    ) -> list[tuple[PlainInteraction, str]]:
        """The interactions as they may be stored, each with why its answer ended early."""
        redactor = self.redactor
        return [
            (
                redacted_interaction(self._whole(place, one), redactor, self._names),
                redactor.text(one.broken),
            )
            for place, one in enumerate(self.interactions[start:end], start)
        ]

    def _whole(self, place: int, recorded: RecordedInteraction) -> Interaction:
        """An interaction with what was sent and received on its WebSocket."""
        interaction = recorded.interaction
        recorded_frames = self._frames.get(place)
        if recorded_frames is None:
            return interaction
        frames = tuple(recorded_frames.frames)
        return replace(interaction, response=replace(interaction.response, frames=frames))
