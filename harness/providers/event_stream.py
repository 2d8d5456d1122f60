"""Streams cut into events: server-sent events, JSON lines, or plain text.

httpx-sse has a decoder of the same rules, but importing it imports httpx, which a replay
must not pay for; so the rules stand here.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field

from harness.providers.definition import Framing

EVENT_STREAM_FIELDS = ("data", "event", "id", "retry")


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream."""

    data: str
    type: str = "message"


class LineDecoder:
    """Cuts text into lines that end in CR, LF or CRLF, however the text is split."""

    def __init__(self) -> None:
        self._rest = ""
        self._after_cr = False

    def feed(self, text: str) -> Iterator[str]:
        """Take text; give the lines that are whole now, without their ends."""
        if self._after_cr and text:
            text = text.removeprefix("\n")
            self._after_cr = False
        self._after_cr = text.endswith("\r")
        lines = (self._rest + text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._rest = lines.pop()
        yield from lines

    def rest(self) -> str:
        """What stands after the last line's end."""
        return self._rest


class EventDecoder:
    """Server-sent events from lines. Source: WHATWG HTML, 9.2.6 Interpreting an event stream."""

    def __init__(self) -> None:
        self._data: list[str] = []
        self._type = ""

    def line(self, line: str) -> Event | None:
        """Take one line; an event where the line ends one that has data."""
        if not line:
            return self._dispatch()
        if line.startswith(":"):
            return None
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._type = value
        return None

    def _dispatch(self) -> Event | None:
        data, self._data = self._data, []
        name, self._type = self._type or "message", ""
        return Event("\n".join(data), name) if data else None


@dataclass(slots=True)
class EventReader:
    """Reads a stream as it comes; tells its framing from its first bytes.

    Text that is not UTF-8 is read with the replacement character, as the event-stream
    rules want it.
    """

    framing: Framing = Framing.AUTO
    done: str = ""
    events: list[Event] = field(default_factory=list)
    ended: bool = False
    """The stream said that it ended."""
    _utf8: codecs.IncrementalDecoder = field(
        default_factory=lambda: codecs.getincrementaldecoder("utf-8")("replace")
    )
    _lines: LineDecoder = field(default_factory=LineDecoder)
    _decoder: EventDecoder = field(default_factory=EventDecoder)
    _held: str = ""
    _started: bool = False

    def feed(self, content: bytes) -> bool:
        """Take bytes. True once the stream has said that it ended."""
        self._take(self._utf8.decode(content))
        return self.ended

    def finish(self) -> Framing:
        """No more bytes will come. Returns the framing that was found.

        An event that no blank line ended is dropped, a last JSON line without an end is kept.
        """
        self._take(self._utf8.decode(b"", final=True))
        if self.framing is Framing.AUTO:
            self._settle(Framing.TEXT if self._held else Framing.SSE)
        if self.framing is Framing.NDJSON and self._lines.rest().strip():
            self._add(Event(self._lines.rest()))
        return self.framing

    def _take(self, text: str) -> None:
        if not self._started and text:
            text = text.removeprefix("\ufeff")
            self._started = True
        if self.framing is Framing.AUTO:
            self._held += text
            found = sniff(self._held)
            if found is not None:
                self._settle(found)
            return
        self._read(text)

    def _settle(self, framing: Framing) -> None:
        self.framing = framing
        held, self._held = self._held, ""
        self._read(held)

    def _read(self, text: str) -> None:
        if self.ended or not text:
            return
        if self.framing is Framing.TEXT:
            self.events.append(Event(text))
            return
        for line in self._lines.feed(text):
            if self.framing is Framing.SSE:
                self._add(self._decoder.line(line))
            elif line.strip():
                self._add(Event(line))

    def _add(self, event: Event | None) -> None:
        if event is None or self.ended:
            return
        if self.done and event.data == self.done:
            self.ended = True
            return
        self.events.append(event)


def sniff(text: str) -> Framing | None:
    """Tell a stream's framing from how it begins; None where it cannot be told yet.

    Server-sent events begin with a field's name and a colon, or a comment's colon. JSON lines
    begin with `{` or `[`. All else is plain text.
    """
    start = text.lstrip("\r\n")
    if not start:
        return None
    if start[0] == ":":
        return Framing.SSE
    if start[0] in "{[":
        return Framing.NDJSON
    name, colon, _ = start.partition(":")
    if colon:
        return Framing.SSE if name in EVENT_STREAM_FIELDS else Framing.TEXT
    could_be = any(word.startswith(start) for word in EVENT_STREAM_FIELDS)
    return None if could_be else Framing.TEXT
