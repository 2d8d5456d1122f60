"""Observes the body of an answer while it is read, and makes a response of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from harness.conversation import Response
from harness.core import PlayError
from harness.transport.transport import Answer, Chunk

Ended = Callable[[Sequence[Chunk], PlayError | None], None]
"""Takes the chunks of a body, and the error that interrupted it or None."""


class ObservedBody(Iterator[Chunk]):
    """Passes on the chunks of an answer, and calls `ended` once when it ends."""

    def __init__(self, answer: Answer, ended: Ended) -> None:
        self._chunks = answer.chunks
        self._ended = ended
        self._received: list[Chunk] = []
        self._has_ended = False

    def __next__(self) -> Chunk:
        try:
            chunk = next(self._chunks)
        except (StopIteration, PlayError) as error:
            self._end(error if isinstance(error, PlayError) else None)
            raise
        self._received.append(chunk)
        return chunk

    def close(self) -> None:
        """Stop reading: the answer is what was received so far."""
        close_body(self._chunks)
        self._end(None)

    def _end(self, error: PlayError | None) -> None:
        if not self._has_ended:
            self._has_ended = True
            self._ended(self._received, error)


def close_body(chunks: Iterator[Chunk]) -> None:
    """Close a body that is not read to its end. Plain iterators need no closing."""
    close = getattr(chunks, "close", None)
    if close is not None:
        close()


def response_from_chunks(
    answer: Answer, chunks: Sequence[Chunk], stream: Iterable[Chunk] = ()
) -> Response:
    """The response with these chunks as its body. It has the times of those in `stream`."""
    return response_of(
        answer,
        b"".join(chunk.content for chunk in chunks),
        first=next((chunk.at for chunk in chunks if chunk.content), None),
        last=chunks[-1].at if chunks else None,
        chunks=tuple((chunk.at, len(chunk.content)) for chunk in stream),
    )


def response_of(
    answer: Answer,
    body: bytes,
    first: float | None,
    last: float | None,
    chunks: tuple[tuple[float, int], ...] = (),
) -> Response:
    """The response with this body; `first` and `last` are the times of its first and last byte."""
    return Response(
        status=answer.status,
        reason=answer.reason,
        headers=answer.headers,
        body=body,
        started=answer.started,
        first_byte=first if answer.is_timed else None,
        seconds=last if answer.is_timed else None,
        chunks=chunks,
        attempts=answer.attempts,
        passed=answer.passed,
    )
