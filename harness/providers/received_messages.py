"""The messages that a step on a WebSocket has received."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from harness.conversation import Frame, Response
from harness.core import Json, ProtocolError, counted, shorten
from harness.providers.definition import Step
from harness.providers.payload import read_event
from harness.providers.step_plans import Encoding

SWITCHING = 101
"""The status of a WebSocket that was opened. Source: RFC 6455, section 4.1."""


@dataclass(slots=True, kw_only=True)
class ReceivedMessages:
    """The messages that a step has received so far."""

    events: list[Json] = field(default_factory=list)
    """Each as JSON or as a text; a binary one as `{"base64": …}`."""
    texts: list[str] = field(default_factory=list)
    """Each as it was sent; a binary one as the text of that mapping."""
    times: list[float] = field(default_factory=list)
    """Seconds from the start of the conversation."""
    refusal: str = ""
    """The condition of `fail_if` that the last one meets; empty where it meets none."""

    @property
    def last(self) -> tuple[str, ...]:
        """The last message, as a line of an error."""
        count = len(self.texts)
        return (f"message {count}, the last: {shorten(self.texts[-1])}",) if count else ()


def add_message(step: Step, frame: Frame, taken: ReceivedMessages) -> Json:
    """Add a message, and return what conditions look at. Raises `ProtocolError` `not-json`."""
    content = frame.content
    event: Json = {"base64": b64encode(content).decode()} if isinstance(content, bytes) else None
    taken.texts.append(json.dumps(event) if isinstance(content, bytes) else content)
    taken.times.append(frame.at)
    if isinstance(content, str):
        is_text = step.answer.encoding is Encoding.TEXT
        event = content if is_text else read_event(f"message {len(taken.texts)}", content)
    taken.events.append(event)
    return event


def plain_texts(taken: ReceivedMessages) -> Iterator[str]:
    """The texts of all messages but the binary ones."""
    for event, text in zip(taken.events, taken.texts, strict=True):
        if not (isinstance(event, Mapping) and event.keys() == {"base64"}):
            yield text


def shown_response(taken: ReceivedMessages, begun: float) -> Response:
    """What a step received, as a response of a transcript: one message a line."""
    lines = [text.encode("utf-8", "surrogatepass") for text in taken.texts]
    bodies = [line + b"\n" for line in lines[:-1]] + lines[-1:]
    times = [round(at - begun, 6) for at in taken.times]
    return Response(
        status=SWITCHING,
        body=b"".join(bodies),
        started=begun,
        first_byte=times[0],
        seconds=times[-1],
        chunks=tuple((at, len(body)) for at, body in zip(times, bodies, strict=True)),
    )


def messages_in(response: Response, encoding: Encoding) -> list[Json]:
    """The messages of a `receive` step, from its response in a transcript.

    Those that cannot be read as JSON are texts.
    """
    messages: list[Json] = []
    at = 0
    for _, length in response.chunks:
        text = response.body[at : at + length].decode("utf-8", "replace")
        at += length
        try:
            message = text if encoding is Encoding.TEXT else read_event("", text)
        except ProtocolError:
            message = text
        messages.append(message)
    return messages


def when_received(taken: ReceivedMessages) -> str:
    """When a step ended, as a clause of a message."""
    return f"after {counted(len(taken.texts), 'message')}" if taken.texts else "before a message"
