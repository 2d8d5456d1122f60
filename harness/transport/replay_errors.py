"""What a replay says where its recording does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from harness.conversation import Request
from harness.core import CassetteError, Miss, NotRecorded, SentTooOften
from harness.secrets.conversation_redaction import redact_request
from harness.secrets.redaction import NOTHING_SECRET
from harness.transport.cassette import Cassette
from harness.transport.cassette.plain_interaction import bytes_of
from harness.transport.difference import body_differences, sent_message
from harness.transport.recorded_urls import path_and_query


class ReplayErrors:
    """Makes the errors of one recording; each names the place in it and the next step."""

    def __init__(self, cassette: Cassette, fix: str) -> None:
        self._where = f"{cassette.path}: " if cassette.path else ""
        self._fix = fix
        self._interactions = cassette.interactions.plain

    def damaged(self, place: int, how: str) -> CassetteError:
        """A body and its chunks have different lengths."""
        message = f"the body of {self._named(place)} is {how} than its chunks"
        return self._error("cassette-damaged", message)

    def request_changed(self, request: Request, place: int) -> CassetteError:
        """Method, path or the names in the query are others."""
        interaction = self._interactions[place]
        return self._error(
            "request-changed",
            f"the request of {step_of(request)} differs from the recording ({self._named(place)})",
            f"recorded {interaction['method']} {path_and_query(interaction['uri'])}",
            f"now      {_shown(request)}",
            kind=Miss,
        )

    def message_changed(self, request: Request, place: int, *, is_same_text: bool) -> CassetteError:
        """The user says something else, or other things go with the same text."""
        interaction = self._interactions[place]
        what = f"the user's message in turn {request.origin.turn} differs"
        if is_same_text:
            given = "the attachments, metadata or preceding assistant lines of the message"
            what = f"{given} in turn {request.origin.turn} differ"
        body = bytes_of(interaction["sent"], is_base64=interaction["sent_is_base64"])
        lines = body_differences(body, redact_request(request, NOTHING_SECRET).body)
        if not lines and (found := sent_message(self._interactions, place)):
            later, shown = found
            named = self._named(later)
            lines = (f"{interaction['step']} does not contain it; recorded in {named}: {shown}",)
        message = f"{what} from the recording ({self._named(place)})"
        return self._error("message-changed", message, *lines, kind=Miss)

    def redirect_not_recorded(self, place: int, url: str) -> CassetteError:
        """Another tool recorded a redirect, and not where it leads to."""
        message = f"{self._named(place)} redirects to {path_and_query(url)}"
        return self._error("not-recorded", f"{message}, which was not recorded", kind=NotRecorded)

    def sent_too_often(self, request: Request, sent: int, recorded: int) -> CassetteError:
        """A step sends its request more often than it was recorded."""
        message = f"{step_of(request)} sends {_shown(request)} {_times(sent)}"
        message = f"{message}, but it was recorded {_times(recorded)}"
        return self._error("asked-too-often", message, kind=SentTooOften)

    def not_recorded(self, request: Request, used: Sequence[bool]) -> CassetteError:
        """Nothing was recorded of such a request; the most similar one is named."""
        lines = []
        if self._interactions:
            places = range(len(self._interactions))
            nearest = max(places, key=lambda place: self._nearness(request, place))
            interaction = self._interactions[nearest]
            target = f"{interaction['method']} {path_and_query(interaction['uri'])}"
            remark = ", already used" if used[nearest] else ""
            lines.append(f"nearest: {self._named(nearest)}, {target}{remark}")
        message = f"{step_of(request)} was not recorded: {_shown(request)}"
        return self._error("not-recorded", message, *lines, kind=NotRecorded)

    def _nearness(self, request: Request, place: int) -> tuple[float, ...]:
        interaction, origin = self._interactions[place], request.origin
        recorded = f"{interaction['method']} {path_and_query(interaction['uri'])}"
        now = f"{request.method} {path_and_query(request.url)}"
        alike = SequenceMatcher(None, recorded, now).ratio()
        if not interaction["is_ours"]:
            return (alike, -place)
        distance = abs(interaction["turn"] - origin.turn)
        return (interaction["step"] == origin.step, -distance, alike, -place)

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
    """The step of a request, for people."""
    turn = request.origin.turn
    phase = {0: "the opening", -1: "the closing"}.get(turn, f"turn {turn}")
    return f"{phase}, step {request.origin.step}"


def _shown(request: Request) -> str:
    shown = redact_request(request, NOTHING_SECRET)
    return f"{shown.method} {path_and_query(shown.url)}"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
