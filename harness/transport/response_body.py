"""The body of an answer: observed while somebody else reads it, and put together at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, runtime_checkable

from harness.conversation import Response
from harness.core import PlayError
from harness.transport.transport import Answer, Chunk

Ended = Callable[[Sequence[Chunk], PlayError | None], None]
"""Takes the chunks of a body, and why it broke off; None if it did not."""


@runtime_checkable
class _Closes(Protocol):
    """A generator, or a body of ours."""

    def close(self) -> None: ...


class ObservedBody(Iterator[Chunk]):
    """Passes the chunks of an answer on, and reports once how it ended."""

    def __init__(self, answer: Answer, ended: Ended) -> None:
        self._chunks = answer.chunks
        self._ended = ended
        self._received: list[Chunk] = []
        self._has_ended = False

    def __next__(self) -> Chunk:
        try:
            chunk = next(self._chunks)
        except StopIteration:
            self._end(None)
            raise
        except PlayError as error:
            self._end(error)
            raise
        self._received.append(chunk)
        return chunk

    def close(self) -> None:
        """Read no further: what came so far is the answer."""
        close_body(self._chunks)
        self._end(None)

    def _end(self, error: PlayError | None) -> None:
        if not self._has_ended:
            self._has_ended = True
            self._ended(self._received, error)


def close_body(chunks: Iterator[Chunk]) -> None:
    """Close a body that is not read to its end; plain iterators hold nothing."""
    if isinstance(chunks, _Closes):
        chunks.close()


def response_from_chunks(
    answer: Answer, chunks: Sequence[Chunk], stream: Iterable[Chunk] = ()
) -> Response:
    """An answer whose body came in these chunks; of those in `stream` the times are kept."""
    first = next((chunk.at for chunk in chunks if chunk.content), None)
    last = chunks[-1].at if chunks else None
    body = b"".join(chunk.content for chunk in chunks)
    times = tuple((chunk.at, len(chunk.content)) for chunk in stream)
    return response_of(answer, body, first, last, times)


def response_of(
    answer: Answer,
    body: bytes,
    first: float | None,
    last: float | None,
    chunks: tuple[tuple[float, int], ...] = (),
) -> Response:
    """An answer with its body; `first` and `last` are the times of its first and last byte."""
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
