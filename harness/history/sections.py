"""Parts of a page for a terminal: a title, a table, and lines of text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from harness.core.printable import PICTURES

_NUMBER = re.compile(r"\d[\d.,]*( (s|ms|%))?")
_PICTURES = PICTURES | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a page."""

    title: str
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    """Cells by column."""
    lines: Sequence[str] = ()
    """Text below the table."""

    def is_right(self, column: int) -> bool:
        """Whether a column holds numbers, which stand at its right edge."""
        cells = [row[column] for row in self.rows if row[column]]
        return bool(cells) and all(_NUMBER.fullmatch(cell) for cell in cells)


def plain(sections: Iterable[Section]) -> str:
    """The page as text."""
    return "\n\n".join("\n".join(_plain(section)) for section in sections)


def safe(text: str) -> str:
    """A text on one line, without characters that a terminal acts on."""
    return text.translate(_PICTURES)


def _plain(section: Section) -> Iterator[str]:
    yield safe(section.title)
    columns = [
        column for column in range(len(section.heads)) if any(row[column] for row in section.rows)
    ]
    if section.rows:
        rows = [section.heads, *([safe(cell) for cell in row] for row in section.rows)]
        widths = {column: max(len(row[column]) for row in rows) for column in columns}
        rights = {column for column in columns if section.is_right(column)}
        for row in rows:
            cells = (
                f"{row[column]:{'>' if column in rights else '<'}{widths[column]}}"
                for column in columns
            )
            yield f"  {'  '.join(cells)}".rstrip()
    yield from (f"  {safe(line)}".rstrip() for line in section.lines)
