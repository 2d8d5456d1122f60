"""What of an interaction a recording keeps, without its secrets."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from harness.conversation import Headers, Request, Response
from harness.core.errors import PlayError, TransportError
from harness.core.values import value_class
from harness.secrets.exchange_redaction import Hides, redact_request, redact_response
from harness.secrets.secret_spans import MARK
from harness.transport.cassette.rows import Break, Row, make_row

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


@value_class(frozen=True, slots=True)
class Heard:
    """An interaction as it was, secrets included. Never stored."""

    request: Request
    response: Response
    error: PlayError | None = None
    """Why the answer ended early."""
    is_accepted: bool = False
    """The scenario expects that it did, so that a replay is to end there too."""


@value_class(frozen=True, slots=True)
class Kept:
    """An interaction as it may be stored."""

    row: Row
    broken: str = ""
    """Why the answer ended early, where the scenario does not expect that."""


def kept(heard: Heard, by: Hides, names: Collection[str]) -> Kept:
    """An interaction without secrets; `names` are those of the response headers to keep."""
    error, broken = heard.error, None
    if isinstance(error, TransportError):
        # What stopped the run is nothing that a replay could repeat.
        broken = Break(error.code, error.message, error.details)
    row = redacted_row(heard.request, heard.response, by, names, broken=broken)
    if error is None or heard.is_accepted:
        return Kept(row)
    return Kept(row, by.text(f"{error.message} [{error.code}]"))


def redacted_row(
    request: Request,
    response: Response,
    by: Hides,
    names: Collection[str],
    *,
    is_ours: bool = True,
    broken: Break | None = None,
) -> Row:
    """The plain form of an interaction, without secrets and without headers that are not kept."""
    if broken is not None:
        broken = Break(broken.code, by.text(broken.reason), tuple(map(by.text, broken.details)))
    response = replace(response, headers=_of(response.headers, names))
    sent = redact_request(request, by)
    # Of one that held a secret nothing is left that a replay could compare.
    open_headers = tuple(pair for pair in sent.headers if not MARK.search(pair[1]))
    return make_row(
        replace(sent, headers=open_headers),
        redact_response(response, by),
        is_ours=is_ours,
        broken=broken,
    )


def _of(headers: Headers, names: Collection[str]) -> Headers:
    return tuple(pair for pair in headers if pair[0].lower() in names)
