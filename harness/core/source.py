"""Places in text files, and how they are shown."""

from __future__ import annotations

import re
from collections.abc import Callable

from harness.core.printable import PICTURES
from harness.core.values import value_class

_LINE_END = re.compile("\r\n|\r|\n")
"""Python's splitlines has more line ends, which are ordinary characters in YAML and JSON."""
MARGIN = 5
WIDTH = 160
"""Characters of a line that are shown."""

Stretch = tuple[int, int, int]
"""Line, column and length."""


@value_class(frozen=True, slots=True, kw_only=True)
class Source:
    """A text file as it was read."""

    path: str
    """As shown to people: relative to the project if the file is in it."""
    text: str

    def line(self, number: int) -> str:
        """The text of a line, counted from 1; empty past the end."""
        lines = _LINE_END.split(self.text)
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def place(self, line: int = 1, column: int = 1, length: int = 1) -> Place:
        """A place in this file."""
        return Place(self, lambda: (line, column, length))


class Place:
    """A stretch of one line in a file. Line and column are counted from 1, in characters.

    `locate` finds it on first use: places are stored for everything in a file, and shown only
    for what is wrong.
    """

    __slots__ = ("_known_stretch", "_locate", "source")

    def __init__(self, source: Source, locate: Callable[[], Stretch]) -> None:
        self.source = source
        self._locate = locate
        self._known_stretch: Stretch | None = None

    @property
    def line(self) -> int:
        """From 1."""
        return self._stretch()[0]

    @property
    def column(self) -> int:
        """From 1."""
        return self._stretch()[1]

    @property
    def length(self) -> int:
        """In characters."""
        return self._stretch()[2]

    def _stretch(self) -> Stretch:
        if self._known_stretch is None:
            self._known_stretch = self._locate()
        return self._known_stretch

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Place):
            return NotImplemented
        return self.source == other.source and self._stretch() == other._stretch()

    def __hash__(self) -> int:
        return hash((self.source, self._stretch()))

    def __repr__(self) -> str:
        return f"Place({self})"

    def __str__(self) -> str:
        return f"{self.source.path}:{self.line}:{self.column}"

    def excerpt(self, remark: str = "", hide: Callable[[str], str] | None = None) -> str:
        """The line with a caret under the stretch, and a remark after the caret.

        `hide` removes secrets from a line before it is cut.
        """
        text = self.source.line(self.line)
        if not text.strip():
            return f"{'':{MARGIN}} | {remark}" if remark else ""
        column, length = self.column, self.length
        if hide is not None and (hidden := hide(text)) != text:
            end = len(hide(text[: column - 1 + length]))
            column = min(len(hide(text[: column - 1])) + 1, len(hidden))
            text, length = hidden, end - column + 1
        text = text.expandtabs(1).translate(PICTURES)
        if len(text) > WIDTH:
            # Of a long line, a window that contains the stretch.
            start = max(0, min(column - 1 - WIDTH // 3, len(text) - WIDTH))
            before, behind = "…" if start else "", "…" if start + WIDTH < len(text) else ""
            text = f"{before}{text[start : start + WIDTH]}{behind}"
            column += len(before) - start
        carets = "^" * max(1, min(length, len(text) - column + 1))
        under = f"{'':{MARGIN}} | {'':{column - 1}}{carets} {remark}"
        return f"{self.line:>{MARGIN}} | {text}\n{under.rstrip()}"


def shorten(text: str, limit: int = 200) -> str:
    """Cut a text at a limit and say how many characters were cut."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit} more characters)"
