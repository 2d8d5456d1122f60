"""Pages of sections with tables, as plain text and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from harness.core.printable import PICTURES

_NUMBER = re.compile(r"\d[\d.,]*( (s|ms|%))?")
_PICTURES = PICTURES | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
"""What is shown for a control character, so that a terminal does not act on it."""
# A page of Markdown shows what a bot wrote: no character of it may make a link or an element.
_MARKS = re.compile(r"[\\`*_\[\]<>|&#~!$@:]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a page."""

    title: str
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    """Cells by column."""
    lines: Sequence[str] = ()
    """Text below the table."""

    @property
    def columns(self) -> list[int]:
        """The columns that are not empty."""
        return [
            column for column in range(len(self.heads)) if any(row[column] for row in self.rows)
        ]

    def is_right(self, column: int) -> bool:
        """Whether a column contains numbers, which are aligned to its right edge."""
        cells = [row[column] for row in self.rows if row[column]]
        return bool(cells) and all(_NUMBER.fullmatch(cell) for cell in cells)


def plain(sections: Iterable[Section]) -> str:
    """The page as text."""
    return "\n\n".join("\n".join(_plain(section)) for section in sections)


def markdown(sections: Iterable[Section]) -> str:
    """The page as Markdown."""
    return "\n\n".join("\n".join(_markdown(section)) for section in sections) + "\n"


def safe(text: str) -> str:
    """A text on one line, without characters that a terminal acts on."""
    return text.translate(_PICTURES)


def _plain(section: Section) -> Iterator[str]:
    yield safe(section.title)
    if section.rows:
        rows = [section.heads, *([safe(cell) for cell in row] for row in section.rows)]
        widths = {column: max(len(row[column]) for row in rows) for column in section.columns}
        sides = {column: ">" if section.is_right(column) else "<" for column in widths}
        for row in rows:
            cells = (f"{row[column]:{sides[column]}{width}}" for column, width in widths.items())
            yield f"  {'  '.join(cells)}".rstrip()
    yield from (f"  {safe(line)}".rstrip() for line in section.lines)


def _markdown(section: Section) -> Iterator[str]:
    yield f"### {_escaped(section.title)}"
    if section.rows:
        columns = section.columns
        yield ""
        yield f"| {' | '.join(_escaped(section.heads[column]) for column in columns)} |"
        sides = ("--:" if section.is_right(column) else "---" for column in columns)
        yield f"| {' | '.join(sides)} |"
        for row in section.rows:
            yield f"| {' | '.join(_escaped(row[column]) for column in columns)} |"
    if section.lines:
        yield ""
        yield from (f"- {_escaped(line.strip())}" for line in section.lines)


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\g<0>", safe(text))
