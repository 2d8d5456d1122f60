"""The errors of a replay whose recording does not match."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from harness.conversation import Origin, Phase, Request, phase_of
from harness.core import CassetteError, Miss, NotRecorded, SentTooOften, shorten
from harness.secrets.conversation_redaction import redact_request
from harness.secrets.redaction import NOTHING_SECRET
from harness.transport.cassette import Cassette, bytes_of
from harness.transport.difference import body_differences
from harness.transport.recorded_urls import path_and_query


class ReplayErrors:
    """Makes the errors of one recording; each names the place in it and the next step."""

    def __init__(self, cassette: Cassette, fix: str) -> None:
        self._where = f"{cassette.path}: " if cassette.path else ""
        self._fix = fix
        self._interactions = cassette.interactions.plain

    def damaged(self, place: int, how: str) -> CassetteError:
        """A body and its chunks have different lengths; `how` compares them."""
        return self._error(
            "cassette-damaged", f"the body of {self._named(place)} is {how} than its chunks"
        )

    def request_changed(self, request: Request, place: int) -> CassetteError:
        """The method, the path or the names in the query differ."""
        return self._error(
            "request-changed",
            f"the request of {step_of(request)} differs from the recording ({self._named(place)})",
            f"recorded {self._target(place)}",
            f"now      {_shown(request)}",
            kind=Miss,
        )

    def message_changed(
        self, request: Request, place: int, *, is_same_text: bool, sent: bytes | None = None
    ) -> CassetteError:
        """The user's text differs, or what is sent with it; `sent` is what was recorded of it."""
        what = f"the user's message in turn {request.origin.turn} differs"
        if request.origin.phase is Phase.TOOLS:
            what = f"an answer to a tool call in turn {request.origin.turn} differs"
        elif is_same_text:
            given = "the attachments, metadata or preceding assistant lines of the message"
            what = f"{given} in turn {request.origin.turn} differ"
        before = self._sent(place) if sent is None else sent
        lines = body_differences(before, redact_request(request, NOTHING_SECRET).body)
        if not lines and sent is None and (later := self._message_after(place)):
            shown = shorten(self._sent(later).decode("utf-8", "replace"))
            step = self._interactions[place]["step"]
            lines = (f"{step} does not contain it; recorded in {self._named(later)}: {shown}",)
        message = f"{what} from the recording ({self._named(place)})"
        return self._error("message-changed", message, *lines, kind=Miss)

    def frame_changed(self, origin: Origin, place: int, recorded: str, now: str) -> CassetteError:
        """A step does on a WebSocket what it did not do in the recording."""
        return self._error(
            "request-changed",
            f"{named_step(origin)} differs from the recording ({self._named(place)})",
            f"recorded {recorded}",
            f"now      {now}",
            kind=Miss,
        )

    def frame_not_recorded(self, origin: Origin, what: str) -> CassetteError:
        """A step does on a WebSocket more than was recorded; `what` is a clause."""
        return self._error("not-recorded", f"{named_step(origin)} {what}", kind=NotRecorded)

    def no_more_frames(self, origin: Origin) -> CassetteError:
        """A step waits for a message more often than it was recorded."""
        message = f"{named_step(origin)} waits for more messages than were recorded"
        return self._error("asked-too-often", message, kind=SentTooOften)

    def redirect_not_recorded(self, place: int, url: str) -> CassetteError:
        """Another tool recorded a redirect without its target."""
        message = f"{self._named(place)} redirects to {path_and_query(url)}"
        return self._error("not-recorded", f"{message}, which was not recorded", kind=NotRecorded)

    def sent_too_often(self, request: Request, sent: int, recorded: int) -> CassetteError:
        """A step sends its request more often than it was recorded."""
        return self._error(
            "asked-too-often",
            f"{step_of(request)} sends {_shown(request)} {_times(sent)}, but it was recorded "
            f"{_times(recorded)}",
            kind=SentTooOften,
        )

    def not_recorded(self, request: Request, used: Sequence[bool]) -> CassetteError:
        """The request was not recorded; the message names the most similar one."""
        lines = []
        if self._interactions:
            places = range(len(self._interactions))
            nearest = max(places, key=lambda place: self._nearness(request, place))
            remark = ", already used" if used[nearest] else ""
            lines.append(f"nearest: {self._named(nearest)}, {self._target(nearest)}{remark}")
        message = f"{step_of(request)} was not recorded: {_shown(request)}"
        return self._error("not-recorded", message, *lines, kind=NotRecorded)

    def _nearness(self, request: Request, place: int) -> tuple[float, ...]:
        interaction, origin = self._interactions[place], request.origin
        now = f"{request.method} {path_and_query(request.url)}"
        alike = SequenceMatcher(None, self._target(place), now).ratio()
        if not interaction["is_ours"]:
            return (alike, -place)
        distance = abs(interaction["turn"] - origin.turn)
        return (interaction["step"] == origin.step, -distance, alike, -place)

    def _message_after(self, place: int) -> int | None:
        """The place of the later interaction that sent the message of the same turn."""
        message = self._interactions[place]["message"]
        for later, interaction in enumerate(self._interactions[place + 1 :], place + 1):
            if interaction["message"] == message and phase_of(interaction["step"]) is Phase.SEND:
                return later
        return None

    def _sent(self, place: int) -> bytes:
        interaction = self._interactions[place]
        return bytes_of(interaction["sent"], is_base64=interaction["sent_is_base64"])

    def _target(self, place: int) -> str:
        interaction = self._interactions[place]
        return f"{interaction['method']} {path_and_query(interaction['uri'])}"

    def _named(self, place: int) -> str:
        interaction = self._interactions[place]
        number = f"interaction {place + 1} of {len(self._interactions)}"
        step = f", turn {interaction['turn']} {interaction['step']}"
        return number + step if interaction["is_ours"] else number

    def _error(
        self, code: str, message: str, *details: str, kind: type[CassetteError] = CassetteError
    ) -> CassetteError:
        return kind(code, f"{self._where}{message}", self._fix, details=details)


def step_of(request: Request) -> str:
    """The step of a request, as messages name it."""
    return named_step(request.origin)


def named_step(origin: Origin) -> str:
    """A step, as messages name it."""
    phase = {0: "the opening", -1: "the closing"}.get(origin.turn, f"turn {origin.turn}")
    return f"{phase}, step {origin.step}"


def _shown(request: Request) -> str:
    shown = redact_request(request, NOTHING_SECRET)
    return f"{shown.method} {path_and_query(shown.url)}"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
