"""Headings, sections and tables of a Markdown text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = "```"
_HEADING = re.compile(r"(?P<marks>#+) (?P<title>.+)")
_COMMENT = re.compile(r" *<!-- .*-->")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading of a text."""

    level: int
    """1 for the title of the page."""
    title: str
    """As it is written, with the marks of code and emphasis."""
    line: int
    """From 0."""

    @property
    def anchor(self) -> str:
        """What a link to it names after `#`."""
        return anchor_of(self.title)


def anchor_of(title: str) -> str:
    """The anchor of a heading, as GitHub makes it: lower case, hyphens, no other marks."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def prose_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are not in a code block, with their numbers from 0."""
    is_inside = False
    for number, line in enumerate(text.splitlines()):
        if line.lstrip().startswith(_FENCE):
            is_inside = not is_inside
        elif not is_inside:
            yield number, line


def headings_of(text: str) -> list[Heading]:
    """The headings of a text, in order."""
    return [
        Heading(level=len(match["marks"]), title=match["title"], line=number)
        for number, line in prose_lines(text)
        if (match := _HEADING.fullmatch(line))
    ]


def section_of(text: str, anchor: str) -> str:
    """A heading with all that is below it, up to the next one of its level. Empty if not there."""
    headings = headings_of(text)
    for position, heading in enumerate(headings):
        if heading.anchor == anchor:
            ends = (one.line for one in headings[position + 1 :] if one.level <= heading.level)
            lines = text.splitlines()[heading.line : next(ends, None)]
            return "\n".join(lines).strip() + "\n"
    return ""


def table_rows(text: str) -> Iterator[list[str]]:
    """The rows of all tables, each as its cells. The heads of the tables are left out."""
    is_inside = False
    for _, line in prose_lines(text):
        if not line.startswith("|"):
            is_inside = False
        elif is_inside:
            yield [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        elif line.startswith("|-"):
            is_inside = True


def without_comments(text: str) -> str:
    """The text without lines that are only an HTML comment outside code blocks."""
    comments = {number for number, line in prose_lines(text) if _COMMENT.fullmatch(line)}
    kept = [line for number, line in enumerate(text.splitlines()) if number not in comments]
    return "\n".join([*kept, ""])
