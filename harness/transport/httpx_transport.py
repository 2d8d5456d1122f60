"""A transport for the clients of httpx and httpx2, on top of one of ours.

The requests of such a client are recorded, redacted and replayed like all others. Which of the
two libraries asks is told by its request, so that one transport serves the clients of both.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self

from harness.conversation import Origin, Request
from harness.transport.response_body import close_body
from harness.transport.transport import Answer, Transport

if TYPE_CHECKING:
    import httpx

    # For type checkers, the transport that a client of httpx takes.
    Base = httpx.BaseTransport
else:
    Base = object

NOT_SENT = frozenset(
    {"accept-encoding", "connection", "content-length", "host", "transfer-encoding", "user-agent"}
)
"""Headers of a client that the transport sets itself."""
NOT_GIVEN = frozenset({"connection", "content-encoding", "content-length", "transfer-encoding"})
"""Headers of an answer that describe the encoded body; a transport decodes it."""
STREAMED = ("event-stream", "ndjson", "jsonl")


class HttpxTransport(Base):
    """Sends the requests of an `httpx.Client` or `httpx2.Client`: `Client(transport=…)`.

    Errors of the transport (`TransportError`, `CassetteError`) pass through the client unchanged.
    It follows redirects. An answer arrives chunk by chunk where the request accepts a stream of
    events, or its JSON has `"stream": true`.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __enter__(self) -> Self:
        """Nothing is opened."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing is closed: the transport belongs to the conversation."""

    def close(self) -> None:
        """Do nothing: the transport belongs to the conversation."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; the body of the answer arrives while it is read."""
        body = request.read()
        answer = self._transport.send(
            Request(
                method=request.method,
                url=str(request.url),
                headers=tuple(
                    pair
                    for pair in request.headers.multi_items()
                    if pair[0].lower() not in NOT_SENT
                ),
                body=body,
                # The conversation's transport replaces it.
                origin=Origin(turn=0, step=""),
                is_stream=_is_stream(request, body),
                # The client's limit on a read applies to the whole request here.
                timeout=request.extensions.get("timeout", {}).get("read"),
            )
        )
        library = type(request).__module__.partition(".")[0]
        response: httpx.Response = import_module(library).Response(
            answer.status,
            headers=[pair for pair in answer.headers if pair[0].lower() not in NOT_GIVEN],
            stream=_body_class(library)(answer),
            extensions={"reason_phrase": answer.reason.encode("ascii", "replace")},
        )
        return response


@cache
def _body_class(library: str) -> Any:  # noqa: ANN401  # a class below that of either library
    """The class of bodies that the clients of a library read."""
    stream: Any = import_module(library).SyncByteStream

    class Body(stream):  # type: ignore[misc]  # which library it is, is known when it runs
        """The body of an answer as it arrives."""

        def __init__(self, answer: Answer) -> None:
            self._chunks = answer.chunks

        def __iter__(self) -> Iterator[bytes]:
            for chunk in self._chunks:
                if chunk.content:
                    yield chunk.content

        def close(self) -> None:
            """Stop reading."""
            close_body(self._chunks)

    return Body


def _is_stream(request: httpx.Request, body: bytes) -> bool:
    accepted = request.headers.get("accept", "")
    if any(kind in accepted for kind in STREAMED):
        return True
    if b'"stream"' not in body:
        return False
    try:
        content = json.loads(body)
    except ValueError:
        return False
    return isinstance(content, dict) and content.get("stream") is True
