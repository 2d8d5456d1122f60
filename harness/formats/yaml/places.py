"""From the offset of a node to its place: the line, the column, and the length on that line.

While reading, only offsets are stored, because few places are needed; lines, columns and lengths
would add 8 % to the measured time of reading.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import Final

from harness.core import Json, Place, Source, Stretch
from harness.formats.yaml.scalars import CONSTANTS

# The line ends of YAML 1.2; str.splitlines knows more, such as U+2028.
_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")
_TAG_OR_ANCHOR = re.compile(r"(?:[&!][^\s,\[\]{}]*\s+)*")
_TO_LINE_END = re.compile(r"[^\r\n]*")
_NOT_PLAIN = frozenset("'\"|>{[")
_WORD = re.compile(r"[^\s,\[\]{}]*")
_REST_OF_LINE = re.compile(r"[^\r\n]*?(?=[ \t]*(?:[\r\n]|\Z))")
_QUOTED = re.compile(r"""'(?:[^'\r\n]|'')*'|"(?:[^"\\\r\n]|\\[^\r\n])*\"""")
_FLOW_PART = re.compile(rf"{_QUOTED.pattern}|[\[\]{{}}\r\n]")


def place_at(source: Source, offset: int, length: int) -> Place:
    """The place of a stretch that starts at an offset, in characters from 0."""
    return source.place(*_located(source, offset, length))


def place_of_word(source: Source, offset: int) -> Place:
    """The place of the word at an offset: an alias, a tag, or a number."""
    return place_at(source, offset, max(1, _end(_WORD, source.text, offset) - offset))


def place_of_value(source: Source, offset: int, value: Json) -> Place:
    """The place of a value, without its tag and anchor."""
    return Place(source, lambda: _located(source, *_stretch(source.text, offset, value)))


def _located(source: Source, offset: int, length: int) -> Stretch:
    starts = _line_starts(source.text)
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1, length


def written(source: Source, offset: int, value: Json) -> str:
    """A scalar as its author wrote it, without quotes; the first line of anything else."""
    if isinstance(value, str):
        return value
    start, length = _stretch(source.text, offset, value)
    return source.text[start : start + length]


def behind(source: Source, offset: int, value: Json) -> str:
    """What follows a plain scalar on the line that it ends on; empty for any other value."""
    text, shown = source.text, written(source, offset, value)
    start = _end(_TAG_OR_ANCHOR, text, offset)
    if text[start : start + 1] in _NOT_PLAIN and shown:
        return ""
    # A text over several lines can have any white space between its words.
    words = r"\s+".join(map(re.escape, shown.split()))
    match = re.compile(f"{re.escape(shown)}|{words}").match(text, start)
    return text[match.end() : _end(_TO_LINE_END, text, match.end())] if match else ""


@lru_cache(maxsize=8)
def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in _LINE_BREAK.finditer(text))]


def _stretch(text: str, offset: int, value: Json) -> tuple[int, int]:
    """Where a value starts behind its tag and anchor, and its length on that line."""
    start = _end(_TAG_OR_ANCHOR, text, offset)
    if quoted := _QUOTED.match(text, start):
        return start, len(quoted.group())
    if isinstance(value, str) and value and text.startswith(value, start):
        return start, len(value.rstrip("\n").split("\n", maxsplit=1)[0])
    if value is None or isinstance(value, bool | int | float):
        word = text[start : _end(_WORD, text, start)]
        # An omitted value is read as null; the word in its place belongs to the next node.
        return start, len(word) if value is not None or word in CONSTANTS else 0
    return start, (_flow_end(text, start) or _end(_REST_OF_LINE, text, start)) - start


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    """Where a match ends that begins at `start`, which may be empty."""
    match = pattern.match(text, start)
    return match.end() if match else start


def _flow_end(text: str, start: int) -> int | None:
    """Where a `{…}` or `[…]` ends; None if that is not on its first line."""
    depth = 0
    for part in _FLOW_PART.finditer(text, start):
        if part.group() in "\r\n" or (depth == 0 and part.start() > start):
            return None
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(part.group(), 0)
        if depth == 0:
            return part.end()
    return None
