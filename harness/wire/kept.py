"""What of an interaction a recording keeps, without its secrets."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from harness.conversation import Request, Response
from harness.errors import PlayError, TransportError
from harness.wire.cassette.rows import (
    Break,
    Row,
    break_of,
    make_row,
    request_of,
    response_of,
)
from harness.wire.redaction import Redactor

SENT = frozenset({"accept", "content-type"})
"""Request headers that are kept."""
RECEIVED = frozenset(
    {
        "cache-control",
        "content-language",
        "content-type",
        "location",
        "request-id",
        "retry-after",
        "set-cookie",
        "x-correlation-id",
        "x-request-id",
    }
)
"""Response headers that are kept: what a replay needs and a report shows."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An interaction as it was, secrets included. Never stored."""

    request: Request
    response: Response
    error: PlayError | None = None
    """Why the answer ended early."""
    is_accepted: bool = False
    """The scenario expects that it did, so that a replay is to end there too."""
    is_searched: bool = True
    """What will be captured of it as a secret could be looked for."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An interaction as it may be stored."""

    row: Row
    broken: str = ""
    """Why the answer ended early, where the scenario does not expect that."""


def kept(heard: Heard, redactor: Redactor, names: Collection[str]) -> Kept:
    """An interaction without secrets; `names` are those of the response headers to keep."""
    request, response, error = heard.request, heard.response, heard.error
    body, chunks = redactor.stream(response.body, response.chunks)
    if not chunks:
        body = redactor.respelled(body)
    clean_request = replace(
        request,
        url=redactor.url(request.url),
        headers=redactor.headers(tuple(h for h in request.headers if h[0].lower() in SENT)),
        body=redactor.body(request.body),
    )
    clean_response = replace(
        response,
        reason=redactor.text(response.reason),
        headers=redactor.headers(tuple(h for h in response.headers if h[0].lower() in names)),
        body=body,
        chunks=chunks,
        attempts=tuple(replace(one, reason=redactor.text(one.reason)) for one in response.attempts),
    )
    broken: Break | None = None
    if isinstance(error, TransportError):
        # What stopped the run is nothing that a replay could repeat.
        details = tuple(map(redactor.text, error.details))
        broken = Break(error.code, redactor.text(error.message), details)
    row = make_row(clean_request, clean_response, broken=broken)
    if error is None or heard.is_accepted:
        return Kept(row)
    return Kept(row, redactor.text(f"{error.message} [{error.code}]"))


def kept_again(one: Kept, redactor: Redactor, names: Collection[str]) -> Kept:
    """The same without what became known as a secret since."""
    row, broken = one.row, break_of(one.row)
    error = TransportError(broken.code, broken.reason, details=broken.details) if broken else None
    again = kept(Heard(request_of(row), response_of(row), error), redactor, names)
    return Kept(again.row, redactor.text(one.broken))
