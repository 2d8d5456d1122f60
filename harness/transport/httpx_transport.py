"""An httpx transport over one of ours, for clients that speak httpx by themselves.

What such a client sends is recorded, redacted and replayed as any other request is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx

from harness.conversation import Origin, Request
from harness.transport.response_body import close_body
from harness.transport.transport import Answer, Transport

NOT_SENT = frozenset(
    {"accept-encoding", "connection", "content-length", "host", "transfer-encoding", "user-agent"}
)
"""Headers of a client that the transport makes itself."""
NOT_GIVEN = frozenset({"connection", "content-encoding", "content-length", "transfer-encoding"})
"""Headers of an answer that speak of the body as it travelled; a transport gives it decoded."""
STREAMED = ("event-stream", "ndjson", "jsonl")
NOWHERE = Origin(turn=0, step="")
"""Replaced by the transport of a conversation, which knows where it stands."""


class HttpxTransport(httpx.BaseTransport):
    """Sends the requests of an `httpx.Client` over a transport: `httpx.Client(transport=…)`.

    Errors of the transport (`TransportError`, `CassetteError`) pass through the client as they are.
    It follows redirects. An answer is handed on chunk by chunk where the request accepts a stream
    of events, or its JSON says `"stream": true`.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; the body of the answer arrives while it is read."""
        body = request.read()
        headers = tuple(
            (name, value)
            for name, value in request.headers.multi_items()
            if name.lower() not in NOT_SENT
        )
        answer = self._transport.send(
            Request(
                method=request.method,
                url=str(request.url),
                headers=headers,
                body=body,
                origin=NOWHERE,
                is_stream=_is_stream(request, body),
                timeout=_seconds(request),
            )
        )
        return httpx.Response(
            answer.status,
            headers=[one for one in answer.headers if one[0].lower() not in NOT_GIVEN],
            stream=_Body(answer),
            extensions={"reason_phrase": answer.reason.encode("ascii", "replace")},
        )


class _Body(httpx.SyncByteStream):
    """The body of an answer as it arrives."""

    def __init__(self, answer: Answer) -> None:
        self._chunks = answer.chunks

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            if chunk.content:
                yield chunk.content

    def close(self) -> None:
        """Read no further."""
        close_body(self._chunks)


def _is_stream(request: httpx.Request, body: bytes) -> bool:
    accepted = request.headers.get("accept", "")
    if any(kind in accepted for kind in STREAMED):
        return True
    if b'"stream"' not in body:
        return False
    try:
        said = json.loads(body)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("stream") is True


def _seconds(request: httpx.Request) -> float | None:
    """What the client lets a read take; it bounds the whole request here."""
    read = request.extensions.get("timeout", {}).get("read")
    return float(read) if read is not None else None
