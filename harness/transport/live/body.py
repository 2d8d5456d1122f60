"""The body of an answer as it arrives."""

from __future__ import annotations

from collections.abc import Iterator

import httpcore
import httpx

from harness.conversation import Headers
from harness.core import PlayError
from harness.transport.charset import Transcoder
from harness.transport.decoding import BadEncoding, Decoder
from harness.transport.live import faults
from harness.transport.transport import Chunk


class Body(Iterator[Chunk]):
    """Decoded chunks, text in UTF-8, and a last empty one with the time at which the body ended.

    Each has the time at which its bytes were read from the socket, so that neither decoding nor
    the use of the chunk before counts as the server's time.

    This is not a generator, because one that was never started does not close its response.
    """

    def __init__(self, response: httpx.Response, call: faults.Call) -> None:
        """Raises `BadEncoding` where the head names an unknown coding."""
        self._call = call
        self._response = response
        self._transcoder = Transcoder(
            tuple(
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in response.headers.raw
            )
        )
        self._pieces = self._read(Decoder(response.headers.get("content-encoding", "")))
        self._is_over = False

    @property
    def headers(self) -> Headers:
        """Those of the answer, with the charset in which the chunks are."""
        return self._transcoder.headers

    def __next__(self) -> Chunk:
        if self._is_over:
            raise StopIteration
        call = self._call
        call.connections.enter()
        try:
            piece = next(self._pieces)
        except StopIteration:
            self._is_over = True
            piece = b""
        except (
            httpcore.NetworkError,
            httpcore.TimeoutException,
            httpcore.ProtocolError,
            httpx.StreamError,
            BadEncoding,
        ) as error:
            self.close()
            raise faults.explain(error, call) from error
        except PlayError:
            self.close()
            raise
        finally:
            call.connections.leave()
        return Chunk(round(call.connections.received_at - call.sent, 6), piece)

    def close(self) -> None:
        """Stop reading. May be called twice, and after the end."""
        self._is_over = True
        self._response.close()

    def _read(self, decoder: Decoder) -> Iterator[bytes]:
        call = self._call
        for content in self._response.iter_raw():
            for piece in decoder.feed(content):
                call.count += len(piece)
                if call.count > call.limits.body:
                    raise faults.too_large(call)
                if text := self._transcoder.feed(piece):
                    yield text
        decoder.end()
        if rest := self._transcoder.end():
            yield rest
