"""The messages of the WebSockets of a recording."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from harness.conversation import Frame
from harness.secrets.conversation_redaction import redact_frames, with_hashes
from harness.secrets.earlier_frames import EarlierFrames
from harness.secrets.redaction import Redactor
from harness.transport.cassette.frames import PlainFrame, plain_frame


@dataclass(slots=True)
class RecordedFrames:
    """What was sent and received on one WebSocket, and how much of it the journal has.

    Each message is redacted once for the journal, unless a secret is learned later, or is split
    over a message in the journal and one that is not: then all have to be redacted again.
    """

    frames: list[Frame] = field(default_factory=list)
    _written: int = 0
    """The number of them that are in the journal."""
    _redactor: Redactor | None = None
    """The one with which these were redacted."""
    _knowing: Redactor | None = None
    """The same, which also knows the hashes in the messages."""
    _new_hashes: list[str] = field(default_factory=list)
    """Those that it does not know."""
    _earlier: EarlierFrames = field(default_factory=EarlierFrames)

    def add(self, frame: Frame) -> None:
        """Add a message that was sent or received."""
        self.frames.append(frame)
        self._new_hashes += frame.hashes

    @property
    def unwritten(self) -> Sequence[Frame]:
        """The messages that are not in the journal."""
        return self.frames[self._written :]

    def further(self, redactor: Redactor, hashes: Iterable[str]) -> list[PlainFrame] | None:
        """The messages that are not in the journal, without secrets and the `hashes`.

        None if those in the journal have to be redacted again.
        """
        new = self.unwritten
        if self._written and self._redactor is not redactor:
            return None
        known = self._knowing or with_hashes(redactor, hashes)
        known = self._knowing = with_hashes(known, self._new_hashes)
        self._new_hashes.clear()
        if self._earlier.continue_in(new, known):
            return None
        return [plain_frame(frame) for frame in redact_frames(new, known)]

    def note_written(self, redactor: Redactor) -> None:
        """All messages are in the journal now, redacted by this redactor."""
        if self._redactor is not redactor:
            self._redactor, self._knowing = redactor, None
            self._new_hashes = [one for frame in self.frames for one in frame.hashes]
            self._earlier, self._written = EarlierFrames(), 0
        self._earlier.add(self.unwritten, redactor)
        self._written = len(self.frames)
