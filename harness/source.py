"""Where something stands in a text file, and how that place is shown."""

from __future__ import annotations

from dataclasses import dataclass

MARGIN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A text file as it was read."""

    path: str
    """As shown to people: relative to the project where it lies inside it."""
    text: str

    def line(self, number: int) -> str:
        """The text of a line, counted from 1; empty past the end."""
        lines = self.text.splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def place(self, line: int = 1, column: int = 1, length: int = 1) -> Place:
        """A place in this file."""
        return Place(source=self, line=line, column=column, length=length)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A stretch of one line in a file. Line and column are counted from 1, in characters."""

    source: Source
    line: int
    column: int
    length: int = 1

    def __str__(self) -> str:
        return f"{self.source.path}:{self.line}:{self.column}"

    def excerpt(self, remark: str = "") -> str:
        """The line with a caret under the stretch, and a remark behind the caret."""
        text = self.source.line(self.line).expandtabs(1)
        if not text.strip():
            return f"{'':{MARGIN}} | {remark}" if remark else ""
        carets = "^" * max(1, min(self.length, len(text) - self.column + 1))
        under = f"{'':{MARGIN}} | {'':{self.column - 1}}{carets} {remark}"
        return f"{self.line:>{MARGIN}} | {shorten(text, 160)}\n{under.rstrip()}"


def shorten(text: str, limit: int = 200) -> str:
    """Cut a text at a limit and say how many characters were cut."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit} more characters)"
