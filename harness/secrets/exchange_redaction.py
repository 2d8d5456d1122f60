"""Takes requests and answers apart to redact them. No other code does.

A field of a response that is not known here fails a test.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from harness.conversation import Exchange, Headers, Request, Response
from harness.secrets.secret_spans import Chunks


class Hides(Protocol):
    """What takes secrets out of the parts of an exchange."""

    def url(self, url: str) -> str:
        """An absolute URL."""
        ...

    def headers(self, headers: Headers) -> Headers:
        """Headers of a request or an answer."""
        ...

    def text(self, text: str) -> str:
        """A sentence."""
        ...

    def stream(self, content: bytes, chunks: Chunks) -> tuple[bytes, Chunks]:
        """A body, and its chunks with the lengths that they have now."""
        ...


def redact_exchange(exchange: Exchange, by: Hides) -> Exchange:
    """The exchange as it may be stored and shown."""
    return replace(
        exchange,
        request=redact_request(exchange.request, by),
        response=exchange.response and redact_response(exchange.response, by),
        contract=tuple(map(by.text, exchange.contract)),
        notes=tuple(map(by.text, exchange.notes)),
    )


def redact_request(request: Request, by: Hides) -> Request:
    """Its method stays as it is, and its origin, where the message is a hash."""
    return replace(
        request,
        url=by.url(request.url),
        headers=by.headers(request.headers),
        body=by.stream(request.body, ())[0] if request.body else b"",
    )


def redact_response(response: Response, by: Hides) -> Response:
    """Its status and its times stay as they are."""
    body, chunks = by.stream(response.body, response.chunks)
    return replace(
        response,
        reason=by.text(response.reason),
        headers=by.headers(response.headers),
        body=body,
        chunks=chunks,
        attempts=tuple(replace(one, reason=by.text(one.reason)) for one in response.attempts),
        passed=(),
    )


def withheld_response(response: Response, body: bytes = b"") -> Response:
    """Its status and times alone, with another body: nobody could look for secrets in it."""
    return replace(response, reason="", headers=(), body=body, chunks=(), attempts=(), passed=())
