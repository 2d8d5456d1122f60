"""An interaction as plain JSON, for the journal, the cache and the checksum."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import NoneType
from typing import NotRequired, TypedDict

from harness.conversation import Attempt, Direction, Headers, Origin, Request, Response
from harness.core import Json, value_class
from harness.transport.cassette.frames import PlainFrame, frame_of, plain_frame, require_frame

FIRST_FORMAT = 1
"""Its checksum leaves out the head, and its hash of a message is of the text alone."""
FORMAT = 2
"""The format of our own keys. A later one is refused."""

OF_ANOTHER_KIND = (
    AttributeError,
    KeyError,
    OverflowError,
    RecursionError,
    StopIteration,
    TypeError,
    ValueError,
)
"""The errors that reading a value as an interaction raises where it is something else."""


class PlainAttempt(TypedDict):
    """An `Attempt`."""

    status: int
    reason: str
    waited: float


@value_class(frozen=True, slots=True)
class Break:
    """Why an answer ended early: the code and texts of its `TransportError`."""

    code: str
    reason: str
    details: tuple[str, ...] = ()


class PlainBreak(TypedDict):
    """A `Break`."""

    code: str
    reason: str
    details: NotRequired[list[str]]
    """Missing where there are none."""


class PlainInteraction(TypedDict):
    """A request and its response. Bodies are text, or base64 where they are not UTF-8."""

    is_ours: bool
    turn: int
    step: str
    message: str
    method: str
    uri: str
    sent_headers: list[list[str]]
    sent: str
    sent_is_base64: bool
    is_stream: bool
    status: int
    reason: str
    headers: list[list[str]]
    body: str
    body_is_base64: bool
    started: float
    first_byte: float | None
    seconds: float | None
    chunks: list[list[float]]
    attempts: list[PlainAttempt]
    now: NotRequired[float]
    """Only of a request that was made with a time."""
    frames: NotRequired[list[PlainFrame]]
    """Only of a WebSocket on which something was sent or received."""
    broken: NotRequired[PlainBreak]
    """Only of an interrupted answer, whose body is what was received."""


def plain_interaction(
    request: Request, response: Response, *, is_ours: bool = True, broken: Break | None = None
) -> PlainInteraction:
    """The plain form, without what only matters before sending: `timeout`, `is_repeatable`."""
    sent, sent_is_base64 = text_of(request.body)
    body, body_is_base64 = text_of(response.body)
    origin = request.origin
    interaction = PlainInteraction(
        is_ours=is_ours,
        turn=origin.turn,
        step=origin.step,
        message=origin.message,
        method=request.method,
        uri=request.url,
        sent_headers=[list(pair) for pair in request.headers],
        sent=sent,
        sent_is_base64=sent_is_base64,
        is_stream=request.is_stream,
        status=response.status,
        reason=response.reason,
        headers=[list(pair) for pair in response.headers],
        body=body,
        body_is_base64=body_is_base64,
        # As floats: the checksum is over their text.
        started=float(response.started),
        first_byte=as_float(response.first_byte),
        seconds=as_float(response.seconds),
        chunks=[[float(at), length] for at, length in response.chunks],
        attempts=[
            PlainAttempt(status=attempt.status, reason=attempt.reason, waited=float(attempt.waited))
            for attempt in response.attempts
        ],
    )
    if request.now is not None:
        interaction["now"] = float(request.now)
    if response.frames:
        interaction["frames"] = [plain_frame(frame) for frame in response.frames]
    if broken is not None:
        interaction["broken"] = PlainBreak(code=broken.code, reason=broken.reason)
        if broken.details:
            interaction["broken"]["details"] = list(broken.details)
    return interaction


def sent_rows(interaction: PlainInteraction) -> Iterator[PlainInteraction]:
    """Each message that was sent on a WebSocket, as a request that can be compared."""
    for frame in interaction.get("frames", ()):
        if frame["direction"] == Direction.SENT:
            yield {
                **interaction,
                "turn": frame["turn"],
                "step": frame["step"],
                "sent_headers": [],
                "sent": frame.get("base64", frame.get("text", "")),
                "sent_is_base64": "base64" in frame,
            }


def require_kinds(interaction: PlainInteraction) -> None:
    """Raise `TypeError` or `ValueError` where a value of an interaction has a wrong type."""
    # Called for each interaction of a replay: comparing types is the fastest way.
    for name, kinds in _KINDS:
        value = interaction[name]  # type: ignore[literal-required]  # one of its keys
        if type(value) not in kinds:
            raise _of_another_kind(value)
    _require_pairs(interaction["sent_headers"], str, str)
    _require_pairs(interaction["headers"], str, str)
    _require_pairs(interaction["chunks"], float, int)
    for attempt in interaction["attempts"]:
        found = (type(attempt["status"]), type(attempt["reason"]), type(attempt["waited"]))
        if found not in {(int, str, float), (int, str, int)}:
            raise _of_another_kind(attempt)
    if type(interaction.get("now", 0.0)) is not float:
        raise _of_another_kind(interaction["now"])
    for frame in interaction.get("frames", ()):
        require_frame(frame)
    broken = interaction.get("broken")
    if broken is not None:
        for text in (broken["code"], broken["reason"], *broken.get("details", ())):
            if type(text) is not str:
                raise _of_another_kind(text)


def _require_pairs(pairs: Iterable[Iterable[object]], first: type, second: type) -> None:
    for one, other in pairs:
        if type(one) is not first or type(other) is not second:
            raise _of_another_kind((one, other))


def _of_another_kind(value: object) -> TypeError:
    return TypeError(f"{value!r} has the wrong type")


_KINDS: tuple[tuple[str, frozenset[type]], ...] = tuple(
    (name, frozenset(kinds))
    for names, kinds in (
        (("is_ours", "is_stream", "sent_is_base64", "body_is_base64"), (bool,)),
        (("turn", "status"), (int,)),
        (("step", "message", "method", "uri", "sent", "reason", "body"), (str,)),
        (("started",), (float,)),
        (("first_byte", "seconds"), (float, NoneType)),
    )
    for name in names
)


def request_of(interaction: PlainInteraction) -> Request:
    """The request as it was sent."""
    return Request(
        method=interaction["method"],
        url=interaction["uri"],
        headers=_headers(interaction["sent_headers"]),
        body=bytes_of(interaction["sent"], is_base64=interaction["sent_is_base64"]),
        origin=Origin(
            turn=interaction["turn"], step=interaction["step"], message=interaction["message"]
        ),
        is_stream=interaction["is_stream"],
        now=interaction.get("now"),
    )


def response_of(interaction: PlainInteraction) -> Response:
    """The response as it was received."""
    return Response(
        status=interaction["status"],
        reason=interaction["reason"],
        headers=_headers(interaction["headers"]),
        body=bytes_of(interaction["body"], is_base64=interaction["body_is_base64"]),
        started=interaction["started"],
        first_byte=interaction["first_byte"],
        seconds=interaction["seconds"],
        chunks=tuple((at, int(length)) for at, length in interaction["chunks"]),
        attempts=attempts_of(interaction),
        frames=tuple(frame_of(frame) for frame in interaction.get("frames", ())),
    )


def attempts_of(interaction: PlainInteraction) -> tuple[Attempt, ...]:
    """The failed attempts before the response."""
    return tuple(Attempt(**attempt) for attempt in interaction["attempts"])


def break_of(interaction: PlainInteraction) -> Break | None:
    """Why the answer ended early; None where it was complete."""
    broken = interaction.get("broken")
    if broken is None:
        return None
    return Break(broken["code"], broken["reason"], tuple(broken.get("details", ())))


def checksum(
    interactions: Sequence[PlainInteraction], head: Mapping[str, Json] | None = None
) -> str:
    """A hash of the interactions and the head, independent of the file's layout.

    `head` is None for format 1, whose checksum is of the interactions alone.
    """
    content = interactions if head is None else [head, interactions]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def text_of(content: bytes) -> tuple[str, bool]:
    """A body as text, and True where the text is base64."""
    try:
        return content.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(content).decode(), True


def bytes_of(text: str, *, is_base64: bool) -> bytes:
    """The bytes of a body whose text `text_of` made."""
    return base64.b64decode(text) if is_base64 else text.encode()


def as_float(value: float | None) -> float | None:
    """The number as a float; None stays None."""
    return None if value is None else float(value)


def _headers(pairs: list[list[str]]) -> Headers:
    return tuple((name, value) for name, value in pairs)
