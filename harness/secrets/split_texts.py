"""Merges texts that are split over the events of a stream or the elements of a list."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, count

from harness.core import Json, Path, value_class
from harness.secrets.secret_marks import Span

_BYTE_ORDER_MARK = "\ufeff".encode().decode("latin-1")
_LINE = re.compile(rf"(?:{_BYTE_ORDER_MARK})?(?:(\w{{1,16}}):)? ?([^\r\n]*)")
_LINE_OR_BLANK = re.compile(r"[^\r\n]+|(?:\r\n|\r(?!\n)|\n){2,}")
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"')
_BLANKS = re.compile(r"[ \t\r\n]*")
_SEVERAL = ("\n", "\r", "}{", '""')
"""Every stream of more than one event contains one of these."""
# Pairs keep duplicate keys.
_DECODER = json.JSONDecoder(object_pairs_hook=tuple)
_DATA = "data"
_OTHER_FIELDS = ("event", "id", "retry")


@value_class(frozen=True, slots=True)
class Piece:
    """A part of a text."""

    path: Path
    """Its path among the events or elements."""
    place: int
    """Its offset in the whole content."""
    text: str


@value_class(frozen=True, slots=True)
class SplitText:
    """Pieces under the same keys, as one text."""

    text: str
    starts: Sequence[int]
    """The offset of each piece in the text."""
    places: Sequence[int]
    """The offset of each piece in the whole content."""

    def apart(self, spans: Iterable[Span]) -> Iterator[Span]:
        """Split spans of the text into spans of its pieces. The mark goes into the first of them.

        Merged again, the pieces are then the text with its marks.
        """
        ends = [*self.starts[1:], len(self.text)]
        for span in spans:
            mark = span.mark
            for at in range(bisect_right(self.starts, span.start) - 1, len(self.starts)):
                start, end = max(span.start, self.starts[at]), min(span.end, ends[at])
                if start >= span.end:
                    break
                if start < end:
                    moved = self.places[at] - self.starts[at]
                    yield Span(start + moved, end + moved, mark)
                    mark = ""


def put_together(pieces: Iterable[Piece]) -> Iterator[SplitText]:
    """The texts that are split over several pieces.

    The pieces under one key are merged over all events or elements, whatever their place in the
    lists of these, and once more for each place in these lists.
    """
    grouped: defaultdict[tuple[bool, Path], list[Piece]] = defaultdict(list)
    for piece in pieces:
        first = next((at for at, key in enumerate(piece.path) if isinstance(key, int)), None)
        if first is None:
            continue
        of_each = (*piece.path[:first], *piece.path[first + 1 :])
        anywhere = tuple(key for key in of_each if not isinstance(key, int))
        grouped[False, anywhere].append(piece)
        if len(anywhere) < len(of_each):
            grouped[True, of_each].append(piece)
    for group in grouped.values():
        if len(group) > 1:
            starts = (0, *accumulate(len(piece.text) for piece in group[:-1]))
            text = "".join(piece.text for piece in group)
            yield SplitText(text, starts, tuple(piece.place for piece in group))


def pieces_of_events(content: str) -> Iterator[Piece]:
    """The texts of each event of a stream, as they are written; empty for other content.

    Events are server-sent events, JSON values one after another, in lines or not, and lines of
    JSON after a name.
    """
    if not any(sign in content for sign in _SEVERAL):
        return
    numbers = count()
    for lines in _events(content):
        name = lines[0][0]
        yield from _pieces_of(numbers, () if name == _DATA else (name,), lines)


_Line = tuple[str, int, str]
"""The name before the colon, the offset of the value, and the value."""


def _events(content: str) -> Iterator[list[_Line]]:
    """The lines of each event that have a value."""
    event: list[_Line] = []
    for match in _LINE_OR_BLANK.finditer(content):
        line = _LINE.fullmatch(content, *match.span())
        if line is None:
            # A blank line.
            if event:
                yield event
            event = []
            continue
        name = line[1] or ""
        if name == _DATA:
            event.append((name, line.start(2), line[2]))
        elif name not in _OTHER_FIELDS and line[2][:1] in ("{", "[", '"'):
            yield [(name, line.start(2), line[2])]
    if event:
        yield event


def _pieces_of(numbers: Iterator[int], name: Path, lines: Sequence[_Line]) -> Iterator[Piece]:
    """The texts in an event's JSON; the whole text of an event that is not JSON."""
    values = _paths_in("\n".join(value for _, _, value in lines))
    if values is None:
        if not name:
            yield from (Piece((next(numbers),), place, value) for _, place, value in lines)
        return
    literals = (
        (place + literal.start() + 1, literal[0][1:-1])
        for _, place, value in lines
        for literal in _LITERAL.finditer(value)
    )
    for paths in values:
        number = next(numbers)
        for below in paths:
            place, text = next(literals)
            if below is not None:
                yield Piece((number, *name, *below), place, text)


def _paths_in(text: str) -> list[list[Path | None]] | None:
    """The paths in each JSON value of a text; None where the text has anything else."""
    values = []
    at = 0
    try:
        while at < len(text):
            value, at = _DECODER.raw_decode(text, at)
            values.append([*_paths(value, ())])
            at = _BLANKS.match(text, at).end()  # type: ignore[union-attr]  # it also matches an empty text
    except (ValueError, RecursionError):
        return None
    return values


def _paths(value: object, path: Path) -> Iterator[Path | None]:
    """The path of each text of a JSON value, in order; None for a key."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, tuple):
        for key, member in value:
            yield None
            yield from _paths(member, (*path, key))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _paths(member, (*path, index))


def with_texts(value: Json, texts: Iterator[str]) -> Json:
    """The value with its texts replaced, in order."""
    if isinstance(value, str):
        return next(texts)
    if isinstance(value, Mapping):
        return {key: with_texts(member, texts) for key, member in value.items()}
    if isinstance(value, Sequence):
        return [with_texts(member, texts) for member in value]
    return value
