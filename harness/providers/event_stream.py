"""Reads streams as events: server-sent events, JSON lines, or plain text.

httpx-sse has a decoder of the same rules, but it imports httpx, which a replay must not do.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from harness.core import value_class
from harness.providers.step_plans import CANDIDATES, Framing

# Looking up a member in its class takes as long as the rest of the work on a short chunk.
_AUTO, _SSE = Framing.AUTO, Framing.SSE
_BLANK = [""]
EVENT_STREAM_FIELDS = ("data", "event", "id", "retry")


@value_class(frozen=True, slots=True)
class Event:
    """An event of a stream."""

    data: str
    type: str = "message"


class LineDecoder:
    """Splits text into lines that end in CR, LF or CRLF, whatever chunks the text comes in.

    The parts of a line are joined once, when it ends. Joining them with each chunk would copy
    32 GiB for a line of 8 MiB in chunks of 1 KiB.
    """

    def __init__(self) -> None:
        self._rest: list[str] = []
        self._after_cr = False

    def feed(self, text: str) -> Iterator[str]:
        """Add text. Returns the lines that are now complete, without their ends."""
        return map("".join, self.parts(text))

    def parts(self, text: str) -> list[list[str]]:
        """Add text. Returns the parts of each line that is now complete, at least one part."""
        if self._after_cr and text:
            text = text.removeprefix("\n")
            self._after_cr = False
        if "\r" in text:
            self._after_cr = text.endswith("\r")
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        elif "\n" not in text:
            self._rest.append(text)
            return []
        first, *lines = text.split("\n")
        whole, self._rest = [*self._rest, first], [lines.pop()] if lines else []
        return [whole, *([line] for line in lines)]

    def rest(self) -> str:
        """The text after the end of the last line."""
        return "".join(self._rest)


class EventDecoder:
    """Reads server-sent events from lines.

    Source: WHATWG HTML, 9.2.6 Interpreting an event stream.
    """

    def __init__(self) -> None:
        self._data: list[str] = []
        self._type = ""
        self._has_line = False
        self._has_end = False
        self._has_other = False

    @property
    def is_event_stream(self) -> bool:
        """Whether all lines were comments or fields, and a blank line ended an event."""
        return self._has_end and not self._has_other

    @property
    def data(self) -> str:
        """The data of the event that has not ended yet."""
        return "\n".join(self._data)

    def line(self, line: str, *more: str) -> Event | None:
        """Add a line, given in its parts. Returns an event if the line ends one that has data."""
        if more and line.find(":") in (-1, len(line) - 1):
            line, more = "".join((line, *more)), ()
        if not line:
            self._has_end |= self._has_line
            return self._dispatch()
        self._has_line = True
        if line.startswith(":"):
            return None
        colon = line.find(":")
        name = line if colon < 0 else line[:colon]
        if name not in ("data", "event"):
            self._has_other |= name not in EVENT_STREAM_FIELDS
            return None
        # Join the parts once: a line may have megabytes.
        behind = len(line) if colon < 0 else colon + 1
        value = line[behind + line.startswith(" ", behind) :]
        if name == "data":
            self._data.append("".join((value, *more)))
        else:
            self._type = "".join((value, *more))
        return None

    def _dispatch(self) -> Event | None:
        data, self._data = self._data, []
        name, self._type = self._type or "message", ""
        return Event("\n".join(data), name) if data else None


def _utf8_decoder() -> codecs.BufferedIncrementalDecoder:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    assert isinstance(decoder, codecs.BufferedIncrementalDecoder)  # noqa: S101  # that of UTF-8 is
    return decoder


@dataclass(slots=True)
class EventReader:
    """Reads a stream as it is received. Detects its framing from the body, unless it is given.

    Bytes that are not UTF-8 are read as the replacement character, as the rules of event
    streams require.
    """

    framing: Framing = Framing.AUTO
    """The framing. Until `finish`, it is what was detected so far, or `AUTO`."""
    candidates: tuple[Framing, ...] = CANDIDATES
    """The framings that `AUTO` may detect."""
    done: str = ""
    """The data of an event that ends the stream. It is not one of the stream's events."""
    is_last: Callable[[Event], bool] | None = None
    """Whether an event ends the stream. It is the last of the stream's events."""
    events: list[Event] = field(default_factory=list)
    ended: bool = False
    """Whether an event ended the stream."""
    leftover: str = ""
    """After `finish`, the data of a last event that no blank line ended, or a last line that is
    incomplete: one without an end that is not JSON."""
    _utf8: codecs.BufferedIncrementalDecoder = field(default_factory=_utf8_decoder)
    _lines: LineDecoder = field(default_factory=LineDecoder)
    _decoder: EventDecoder = field(default_factory=EventDecoder)
    _held: list[str] = field(default_factory=list)
    """The text before the framing was detected, and its beginning without line ends."""
    _start: str = ""
    _texts: list[str] | None = None
    """All text, if the whole body decides the framing."""
    _started: bool = False

    def __post_init__(self) -> None:
        if self.framing is Framing.AUTO:
            self._texts = []

    def feed(self, content: bytes) -> bool:
        """Add bytes. Returns whether an event ended the stream."""
        self._take(self._decoded(content))
        return self.ended

    def _decoded(self, content: bytes) -> str:
        if not self._utf8.buffer:
            # Python's incremental decoder takes three times as long as this.
            try:
                return content.decode()
            except UnicodeDecodeError:
                pass
        return self._utf8.decode(content)

    def finish(self) -> Framing:
        """End the stream. Returns the framing that was detected.

        A body that began like a framing, and does not follow its rules as a whole, is plain text.
        An event that no blank line ended is left out, see `leftover`; a last JSON line without
        an end is kept.
        """
        self._take(self._utf8.decode(b"", final=True))
        if self.framing is Framing.AUTO:
            self._settle(Framing.TEXT if any(self._held) else Framing.SSE)
        rest = self._lines.rest()
        if self.framing is Framing.SSE:
            self._decoder.line(rest or ":")
        if self._texts is not None and any(self._texts) and not self._is_framed(rest):
            self.framing = Framing.TEXT
            self.events, self.ended = [Event("".join(self._texts))], False
        elif self.framing is Framing.NDJSON and rest.strip():
            if _is_json(rest) or rest == self.done:
                self._add(Event(rest))
            elif not self.ended:
                self.leftover = rest
        elif self.framing is Framing.SSE and not self.ended:
            self.leftover = self._decoder.data
        return self.framing

    def _is_framed(self, rest: str) -> bool:
        """Whether the whole body follows the detected framing; `rest` is its last line."""
        if self.framing is Framing.SSE:
            return self._decoder.is_event_stream
        if self.framing is Framing.NDJSON:
            first = self.events[0].data if self.events else self.done if self.ended else rest
            return _is_json(first)
        return True

    def _take(self, text: str) -> None:
        if not self._started and text:
            text = text.removeprefix("\ufeff")
            self._started = True
        if self._texts is not None:
            self._texts.append(text)
        if self.framing is _AUTO:
            self._held.append(text)
            self._start = (self._start + text).lstrip("\r\n")
            found = sniff(self._start)
            if found is not None:
                self._settle(found if found in self.candidates else Framing.TEXT)
            return
        self._read(text)

    def _settle(self, framing: Framing) -> None:
        self.framing = framing
        held, self._held, self._start = "".join(self._held), [], ""
        self._read(held)

    def _read(self, text: str) -> None:
        # The rest of the body still decides whether the framing was detected correctly.
        if not text or (self.ended and self._texts is None):
            return
        if self.framing is _SSE:
            was_blank = False
            for parts in self._lines.parts(text):
                # Of successive blank lines, only the first one matters; there may be millions.
                is_blank = parts == _BLANK
                if not (is_blank and was_blank):
                    self._add(self._decoder.line(*parts))
                was_blank = is_blank
            return
        if self.framing is Framing.TEXT:
            self.events.append(Event(text))
            return
        for line in self._lines.feed(text):
            if line.strip():
                self._add(Event(line))

    def _add(self, event: Event | None) -> None:
        if event is None or self.ended:
            return
        if self.done and event.data == self.done:
            self.ended = True
            return
        self.events.append(event)
        self.ended = self.is_last is not None and self.is_last(event)


def sniff(text: str) -> Framing | None:
    """Detect the framing of a stream from its beginning; None if that is too short.

    Server-sent events begin with the name of a field and a colon, or with the colon of a comment.
    JSON lines begin with `{` or `[`. Everything else is plain text.
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


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
