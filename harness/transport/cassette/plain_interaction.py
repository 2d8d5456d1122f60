"""An interaction as plain JSON: what the journal, the cache and the checksum are made of."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from types import NoneType
from typing import NotRequired, TypedDict

from harness.conversation import Attempt, Headers, Origin, Request, Response
from harness.core import Json, value_class

FIRST_FORMAT = 1
"""Whose checksum is not over the head, and whose hash of a message is of its text alone."""
FORMAT = 2
"""Of our own keys; a reader refuses a later one."""

OF_ANOTHER_KIND = (
    AttributeError,
    KeyError,
    OverflowError,
    RecursionError,
    StopIteration,
    TypeError,
    ValueError,
)
"""What reading a value as an interaction raises where the value is none."""


class PlainAttempt(TypedDict):
    """An `Attempt`."""

    status: int
    reason: str
    waited: float


@value_class(frozen=True, slots=True)
class Break:
    """Why an answer ended early: what `TransportError` said of it."""

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
    broken: NotRequired[PlainBreak]
    """Only where the answer broke off; the body is then what had come."""


def plain_interaction(
    request: Request, response: Response, *, is_ours: bool = True, broken: Break | None = None
) -> PlainInteraction:
    """The plain form. What only matters before sending (`timeout`, `is_repeatable`) is left out."""
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
        # As numbers with a point: the checksum is over their text.
        started=float(response.started),
        first_byte=as_float(response.first_byte),
        seconds=as_float(response.seconds),
        chunks=[[float(at), length] for at, length in response.chunks],
        attempts=[
            PlainAttempt(status=one.status, reason=one.reason, waited=float(one.waited))
            for one in response.attempts
        ],
    )
    if broken is not None:
        interaction["broken"] = PlainBreak(code=broken.code, reason=broken.reason)
        if broken.details:
            interaction["broken"]["details"] = list(broken.details)
    return interaction


def require_kinds(interaction: PlainInteraction) -> None:
    """Raise `TypeError` or `ValueError` where one that was read holds what none can."""
    # Each interaction of a replay comes here, so types are compared, many at once.
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
    )


def response_of(interaction: PlainInteraction) -> Response:
    """The response as it came."""
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
    )


def attempts_of(interaction: PlainInteraction) -> tuple[Attempt, ...]:
    """What was tried before the response came."""
    return tuple(Attempt(**one) for one in interaction["attempts"])


def break_of(interaction: PlainInteraction) -> Break | None:
    """Why the answer ended early; None where it was whole."""
    broken = interaction.get("broken")
    if broken is None:
        return None
    return Break(broken["code"], broken["reason"], tuple(broken.get("details", ())))


def checksum(
    interactions: Sequence[PlainInteraction], head: Mapping[str, Json] | None = None
) -> str:
    """A hash over what the interactions and the head say, whatever the file's layout.

    `head` is missing for format 1, whose checksum is over the interactions alone.
    """
    content = interactions if head is None else [head, interactions]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def text_of(content: bytes) -> tuple[str, bool]:
    """A body as text, and whether that is base64."""
    try:
        return content.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(content).decode(), True


def bytes_of(text: str, *, is_base64: bool) -> bytes:
    """The body that `text_of` was given."""
    return base64.b64decode(text) if is_base64 else text.encode()


def as_float(value: float | None) -> float | None:
    """The same as a float."""
    return None if value is None else float(value)


def _headers(pairs: list[list[str]]) -> Headers:
    return tuple((name, value) for name, value in pairs)
