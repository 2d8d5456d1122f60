"""A transport that answers from a cassette. It has no socket code and never waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.conversation import Frame, Origin, Request, phase_of
from harness.core import TransportError
from harness.formats.template.times import seconds_of
from harness.secrets.conversation_redaction import redact_request
from harness.secrets.redaction import NOTHING_SECRET, Redactor
from harness.transport.cassette import (
    FIRST_FORMAT,
    Cassette,
    Interaction,
    Interactions,
    PlainInteraction,
    attempts_of,
    break_of,
    bytes_of,
)
from harness.transport.difference import request_difference
from harness.transport.recorded_urls import base_urls, below, fits, vcr_key
from harness.transport.redirects import followed, redirect_target
from harness.transport.replay_errors import ReplayErrors, step_of
from harness.transport.replayed_frames import ReplayedFrames
from harness.transport.transport import Answer, Chunk, Transport

NO_STATUS = 0
"""The status of an interaction that was interrupted before the head of its answer."""


class ReplayTransport(Transport):
    """Answers each request with the recorded interaction of its turn and step, in order.

    Method, path and the names in the query must be the recorded ones, and so must the hash of
    the user's message; host, headers and body may differ. In a recording of format 1 that hash is
    of text, button and names of attachments only; `uncompared` has the turns that say more. A
    foreign cassette, which names no turns, is matched by method, path and query, as vcrpy does;
    each interaction is used once, and redirects are followed as in a live connection.

    An interrupted answer is interrupted again: after the chunks that were received, the recorded
    `TransportError` is raised.
    """

    def __init__(self, cassette: Cassette, *, fix: str = "", base_url: str = "") -> None:
        """`fix` is the next step that an error names, such as the command that records again.

        Paths are compared below `base_url`, and below that of the recording.
        """
        self._cassette = cassette
        self._errors = ReplayErrors(cassette, fix or "record it again")
        self._interactions = cassette.interactions.plain
        self._bases = base_urls(cassette, base_url)
        self._began = seconds_of(cassette.head.recorded_at) if cassette.head is not None else 0.0
        self._used = [False] * len(self._interactions)
        self._is_first_format = cassette.format == FIRST_FORMAT
        self.compared_by: Redactor | None = None
        """If set, requests are compared completely, after this removed their secrets."""
        self.changed = ""
        """The first request that differs from the recorded one; empty where there is none."""
        self.uncompared: dict[int, None] = {}
        """Turns in which the user says something that the recording's hash leaves out."""
        self._asked: dict[object, int] = {}
        self._places: dict[object, list[int]] = {}
        for place, interaction in enumerate(self._interactions):
            key = (
                (interaction["turn"], interaction["step"])
                if interaction["is_ours"]
                else vcr_key(interaction["method"], interaction["uri"])
            )
            self._places.setdefault(key, []).append(place)
        self._frames = ReplayedFrames(cassette, self._errors)
        self._is_ours = all(interaction["is_ours"] for interaction in self._interactions)
        self._led = {} if self._is_ours else followed(self._interactions)

    def send(self, request: Request) -> Answer:
        """The recorded answer. Raises `CassetteError`."""
        key: object = (request.origin.turn, request.origin.step)
        places = self._places.get(key)
        if places is None and not self._is_ours:
            key = vcr_key(request.method, redact_request(request, NOTHING_SECRET).url)
            places = self._places.get(key)
        if places is None:
            raise self._errors.not_recorded(request, self._used)
        asked = self._asked.get(key, 0)
        if asked >= len(places):
            raise self._errors.sent_too_often(request, asked + 1, len(places))
        place = self._place_of(request, places, asked)
        interaction = self._interactions[place]
        if interaction["is_ours"]:
            self._check(request, interaction, place)
            if self.compared_by is not None and not self.changed:
                self._compare(request, interaction, self.compared_by)
        self._asked[key] = asked + 1
        if self._is_ours:
            self._used[place] = True
        else:
            place = self._after_redirects(place)
            interaction = self._interactions[place]
        if interaction["status"] == NO_STATUS and "broken" in interaction:
            raise _break(interaction)
        return Answer(
            status=interaction["status"],
            reason=interaction["reason"],
            headers=tuple((name, value) for name, value in interaction["headers"]),
            started=interaction["started"],
            chunks=self._broken(interaction, place)
            if "broken" in interaction
            else self._chunks(interaction, place),
            attempts=attempts_of(interaction) if interaction["attempts"] else (),
            is_timed=interaction["seconds"] is not None,
        )

    def now(self, origin: Origin) -> float:
        """The time in the next recorded request of a step.

        For one without a time, about when it was sent.
        """
        key = (origin.turn, origin.step)
        if (made := self._frames.now(origin)) is not None:
            return made
        places = self._places.get(key, ())
        asked = self._asked.get(key, 0)
        if asked >= len(places):
            return self._began
        interaction = self._interactions[places[asked]]
        return interaction.get("now", self._began + interaction["started"])

    def send_frame(self, frame: Frame) -> Frame:
        """Compare a message with the recorded one, which is returned. Raises `CassetteError`."""
        sent = self._frames.sent(frame)
        if self.compared_by is not None and not self.changed:
            self.changed = self._frames.difference(frame, self.compared_by)
        return sent

    def receive(self, origin: Origin, seconds: float) -> Frame:
        """What was received in the recording. Raises `CassetteError`."""
        return self._frames.received(origin, seconds)

    def sleep(self, seconds: float) -> None:
        """Do nothing: recorded time has passed already."""

    def close(self) -> None:
        """Do nothing: there are no connections."""

    def unused(self) -> tuple[Interaction, ...]:
        """The interactions that no request used, in recorded order."""
        return tuple(
            self._cassette.interactions[place]
            for place, is_used in enumerate(self._used)
            if not is_used
        )

    def used(self) -> Interactions:
        """What was used, in recorded order: interactions, and messages on WebSockets."""
        kept: list[PlainInteraction] = []
        for interaction, is_used in zip(self._interactions, self._used, strict=True):
            if is_used and "frames" in interaction:
                frames = self._frames.without_unused(interaction["frames"])
                kept.append({**interaction, "frames": frames})
            elif is_used:
                kept.append(interaction)
        return Interactions(kept)

    def unused_frames(self) -> dict[int, int]:
        """How many messages on WebSockets were not used, by turn."""
        return self._frames.unused()

    def _broken(self, interaction: PlainInteraction, place: int) -> Iterator[Chunk]:
        yield from self._chunks(interaction, place)
        raise _break(interaction)

    def _chunks(self, interaction: PlainInteraction, place: int) -> Iterator[Chunk]:
        body = bytes_of(interaction["body"], is_base64=interaction["body_is_base64"])
        if not interaction["chunks"]:
            seconds = interaction["seconds"]
            if body:
                yield Chunk(interaction["first_byte"] or seconds or 0.0, body)
            if seconds is not None or not body:
                yield Chunk(seconds or 0.0, b"")
            return
        start = 0
        for at, length in interaction["chunks"]:
            end = start + int(length)
            if end > len(body):
                raise self._errors.damaged(place, "shorter")
            yield Chunk(at, body[start:end])
            start = end
        if start < len(body):
            raise self._errors.damaged(place, "longer")

    def _check(self, request: Request, interaction: PlainInteraction, place: int) -> None:
        """Raise `CassetteError` where the request is not the recorded one."""
        if interaction["message"] != request.origin.message:
            self._check_message(request, interaction, place)
        recorded, now = interaction["uri"], request.url
        is_same = (
            recorded == now
            or self._fits(recorded, now)
            or self._fits(recorded, redact_request(request, NOTHING_SECRET).url)
        )
        if not is_same or interaction["method"] != request.method:
            raise self._errors.request_changed(request, place)

    def _compare(self, request: Request, interaction: PlainInteraction, redactor: Redactor) -> None:
        is_first = self._is_first_format
        different = request_difference(interaction, request, redactor, is_first_format=is_first)
        if different:
            self.changed = f"{step_of(request)} sends a different request: {different}"

    def _after_redirects(self, place: int) -> int:
        """The place of the answer. Marks it and the redirects before it as used."""
        led = self._led.get(place, ())
        for answered in (place, *led):
            self._used[answered] = True
        if not led and (leads_to := redirect_target(self._interactions[place])):
            raise self._errors.redirect_not_recorded(place, leads_to)
        return led[-1] if led else place

    def _place_of(self, request: Request, places: Sequence[int], asked: int) -> int:
        """The place of the next interaction, or of another one that sent exactly this request.

        A provider class may send in another order, and another tool's recording names no turns.
        """
        place = places[asked]
        interaction = self._interactions[place]
        if interaction["is_ours"] and len(places) > 1:
            # A poll sends the same request each time.
            return place
        sent = request.body.decode("utf-8", "replace")
        if interaction["sent"] == sent and not self._used[place]:
            return place
        for other, candidate in enumerate(self._interactions):
            is_same = candidate["sent"] == sent and candidate["method"] == request.method
            if is_same and not self._used[other] and _may_replace(candidate, interaction, request):
                return other
        if self._used[place]:
            raise self._errors.not_recorded(request, self._used)
        return place

    def _fits(self, recorded: str, now: str) -> bool:
        old, new = self._bases
        return fits(recorded, now) or (old != new and fits(below(recorded, old), below(now, new)))

    def _check_message(self, request: Request, interaction: PlainInteraction, place: int) -> None:
        """Raise `CassetteError` where more differs than a hash of format 1 leaves out."""
        said, recorded = request.origin.message, interaction["message"]
        is_same_text = said.partition("-")[0] == recorded.partition("-")[0]
        if not (self._is_first_format and is_same_text):
            raise self._errors.message_changed(request, place, is_same_text=is_same_text)
        self.uncompared[request.origin.turn] = None


def _may_replace(
    candidate: PlainInteraction, interaction: PlainInteraction, request: Request
) -> bool:
    """Whether an interaction may be used for another: it is of the same turn, phase and path."""
    if candidate["uri"] != interaction["uri"]:
        return False
    if not candidate["is_ours"]:
        return not interaction["is_ours"]
    origin = request.origin
    return candidate["turn"] == origin.turn and phase_of(candidate["step"]) is origin.phase


def _break(interaction: PlainInteraction) -> TransportError:
    broken = break_of(interaction)
    assert broken is not None  # noqa: S101  # checked by the callers
    return TransportError(broken.code, broken.reason, details=broken.details)
