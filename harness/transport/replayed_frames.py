"""What was sent and received on the WebSockets of a recording, step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from harness.conversation import Direction, Frame, Origin, Request
from harness.core import TransportError, format_duration, shorten
from harness.secrets.conversation_redaction import redact_frames
from harness.secrets.redaction import Redactor
from harness.transport.cassette import Cassette
from harness.transport.cassette.frames import PlainFrame, content_of, frame_of
from harness.transport.difference import body_differences
from harness.transport.replay_errors import ReplayErrors, named_step

_Recorded = tuple[int, PlainFrame]
"""The place of the interaction, and a message."""


class ReplayedFrames:
    """Gives each step the messages that it sent and received in the recording, in order.

    A step must do what it did then: send a text or a binary message, or receive. The user must
    have said the same; what a message contains may differ, as the body of a request.
    """

    def __init__(self, cassette: Cassette, errors: ReplayErrors) -> None:
        self._errors = errors
        self._left: dict[tuple[int, str], list[_Recorded]] = {}
        """By turn and step, the next one last."""
        self._last: PlainFrame | None = None
        """The message that was sent last, as it was recorded."""
        for place, interaction in enumerate(cassette.interactions.plain):
            for frame in interaction.get("frames", ()):
                self._left.setdefault((frame["turn"], frame["step"]), []).append((place, frame))
        for frames in self._left.values():
            frames.reverse()

    def sent(self, frame: Frame) -> Frame:
        """The recorded message in place of this one, or the close that the step met.

        Raises `CassetteError`, and the recorded `TransportError`.
        """
        origin = frame.origin
        frames = self._left.get((origin.turn, origin.step))
        if not frames:
            raise self._errors.frame_not_recorded(
                origin, f"sends {_shown(frame)}, which was not recorded"
            )
        place, recorded = frames[-1]
        self._require_same_message(frame, place, recorded)
        if recorded["direction"] not in (Direction.CLOSED, Direction.FAILED):
            before = frame_of(recorded)
            is_same_kind = isinstance(before.content, str) is isinstance(frame.content, str)
            if before.direction is not Direction.SENT or not is_same_kind:
                raise self._errors.frame_changed(origin, place, _shown(before), _shown(frame))
        frames.pop()
        self._last = recorded
        return _unless_failed(replace(frame_of(recorded), origin=origin))

    def received(self, origin: Origin, seconds: float) -> Frame:
        """What the step received next in the recording. Raises as `sent` does."""
        frames = self._left.get((origin.turn, origin.step))
        if frames is None:
            raise self._errors.frame_not_recorded(origin, "receives, which was not recorded")
        if not frames:
            raise self._errors.no_more_frames(origin)
        place, recorded = frames[-1]
        frame = replace(frame_of(recorded), origin=origin)
        self._require_same_message(frame, place, recorded)
        if frame.direction is Direction.SENT:
            raise self._errors.frame_changed(origin, place, _shown(frame), "it receives")
        if frame.direction is Direction.NOTHING and frame.waited < seconds:
            waits = f"waits {format_duration(seconds)}, but the recording ends after"
            raise self._errors.frame_not_recorded(
                origin, f"{waits} {format_duration(frame.waited)}"
            )
        frames.pop()
        return _unless_failed(frame)

    def now(self, origin: Origin) -> float | None:
        """The time that the step's next message was made with; None where it has none."""
        frames = self._left.get((origin.turn, origin.step))
        return frames[-1][1].get("now") if frames else None

    def difference(self, frame: Frame, redactor: Redactor) -> str:
        """The first difference between a message and the one that `sent` returned for it."""
        if self._last is None or self._last["direction"] != Direction.SENT:
            return ""
        [now] = redact_frames([frame], redactor)
        lines = body_differences(_bytes(content_of(self._last)), _bytes(now.content))
        if not lines:
            return ""
        more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
        return f"{named_step(frame.origin)} sends a different message: {lines[0]}{more}"

    def unused(self) -> dict[int, int]:
        """How many messages were not used, by turn."""
        counts: Counter[int] = Counter()
        for (turn, _), frames in self._left.items():
            counts[turn] += len(frames)
        return {turn: count for turn, count in counts.items() if count}

    def without_unused(self, frames: Iterable[PlainFrame]) -> list[PlainFrame]:
        """The messages of an interaction that were used."""
        left = {id(frame) for recorded in self._left.values() for _, frame in recorded}
        return [frame for frame in frames if id(frame) not in left]

    def _require_same_message(self, frame: Frame, place: int, recorded: PlainFrame) -> None:
        """Raise `CassetteError` `message-changed` where the user says something else."""
        if recorded["message"] == frame.origin.message:
            return
        now = b"" if frame.direction is Direction.RECEIVED else _bytes(frame.content)
        request = Request(method="GET", url="", body=now, origin=frame.origin)
        before = recorded if recorded["direction"] == Direction.SENT else None
        raise self._errors.message_changed(
            request,
            place,
            is_same_text=_said(recorded["message"]) == _said(frame.origin.message),
            sent=_bytes(content_of(before)) if before is not None else b"",
        )


def _unless_failed(frame: Frame) -> Frame:
    """The frame. Raises the error of one that failed."""
    if frame.direction is Direction.FAILED:
        raise TransportError(frame.fault, frame.reason)
    return frame


def _said(message: str) -> str:
    """The part of a message's hash that is of its text."""
    return message.partition("-")[0]


def _bytes(content: str | bytes) -> bytes:
    return content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content


def _shown(frame: Frame) -> str:
    if frame.direction is not Direction.SENT:
        return "it receives"
    if isinstance(frame.content, bytes):
        return f"a binary message of {len(frame.content)} bytes"
    return f"the message {shorten(frame.content)}"
