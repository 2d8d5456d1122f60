"""What was said and exchanged, as a text to read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from harness.conversation import Exchange, Response, Transcript, Turn
from harness.reports.labelled_lines import said
from harness.transport.curl import curl_line


def conversation_text(transcript: Transcript) -> str:
    """All turns and what was exchanged around them; JSON as it was sent."""
    parts = [
        f"##### turn {turn.number}\n{turn_text(turn, laid_out=False)}\n"
        for turn in transcript.turns
    ]
    if transcript.around:
        parts.append(f"##### around the turns\n{exchanges_text(transcript.around, laid_out=False)}")
    return "\n".join(parts)


def turn_text(turn: Turn, *, laid_out: bool = True) -> str:
    """Message, reply, and every request with its answer; JSON over several lines or as sent."""
    exchanges = (*turn.exchanges, *turn.looked_up)
    lines = (f"{who}: {text}" for who, text in said(turn, no_text=""))
    return "\n".join((*lines, *_exchanged(exchanges, laid_out=laid_out)))


def exchanges_text(exchanges: Iterable[Exchange], *, laid_out: bool = True) -> str:
    """Every request with its answer."""
    return "\n".join(_exchanged(exchanges, laid_out=laid_out)).lstrip("\n")


def _exchanged(exchanges: Iterable[Exchange], *, laid_out: bool) -> Iterator[str]:
    for exchange in exchanges:
        request, response = exchange.request, exchange.response
        yield f"\n=== {request.origin.step}: {request.method} {request.url}"
        if request.body:
            yield from ("--- request", _body(request.body, laid_out=laid_out))
        yield from _answered(response, laid_out=laid_out)
        yield from ("--- curl", curl_line(request))


def _answered(response: Response | None, *, laid_out: bool) -> Iterator[str]:
    if response is None:
        yield "--- no answer"
        return
    for attempt in response.attempts:
        status = f"status {attempt.status}: " if attempt.status else ""
        yield f"--- repeated after {status}{attempt.reason}"
    yield f"--- answer: {' '.join(_head(response))}"
    yield from (f"{name}: {value}" for name, value in response.headers)
    if response.body:
        yield ""
        yield _body(response.body, laid_out=laid_out)


def _head(response: Response) -> Iterator[str]:
    yield f"{response.status} {response.reason}".strip()
    if response.seconds is not None:
        yield f"in {response.seconds * 1000:.0f} ms"
    if response.first_byte is not None:
        yield f"(first byte after {response.first_byte * 1000:.0f} ms)"
    if response.chunks:
        yield f"in {len(response.chunks)} chunks"


def _body(body: bytes, *, laid_out: bool) -> str:
    text = body.decode("utf-8", "replace")
    if not laid_out or not text.startswith(("{", "[")):
        return text
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
