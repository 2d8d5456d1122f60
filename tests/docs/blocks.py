"""The code blocks of a Markdown file, and the comments that say how they are judged.

A comment on the line above a block is a marker: `<!-- run: fails -->` says how it is judged,
`<!-- file: schemas/x.schema.json -->` where it is written. A YAML or Python block may name its
file itself, in a comment on its first line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))

_FENCE = "```"
_HEADING = re.compile(r"(?P<marks>#+) (?P<title>.+)")
_MARKER = re.compile(r"<!-- (?P<kind>run|file): (?P<words>.+) -->")
_NAMED = re.compile(r"# (?P<name>[\w./-]+\.(?:ya?ml|py))\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced code block."""

    document: str
    line: int
    """Of the opening fence, from 1."""
    heading: str
    """The one that it stands below."""
    language: str
    text: str
    how: str = ""
    """What the marker says behind `run:`."""
    file: str = ""
    """Where it is written; empty where it names no file."""

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


def blocks_of(document: Path) -> list[Block]:
    """The blocks of a file in order. Raises ValueError where a fence is not closed."""
    lines = document.read_text(encoding="utf-8").splitlines()
    found: list[Block] = []
    heading, start = "", 0
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith(_FENCE):
            if start:
                found.append(_block(document.name, lines, start, number, heading))
            start = 0 if start else number
        elif not start and (match := _HEADING.fullmatch(line)):
            heading = match["title"]
    if start:
        raise ValueError(f"{document.name}:{start}: the block is not closed")
    return found


def _block(document: str, lines: list[str], start: int, end: int, heading: str) -> Block:
    language = lines[start - 1].strip().removeprefix(_FENCE)
    text = "".join(f"{line}\n" for line in lines[start : end - 1])
    marker = _marker(lines[: start - 1])
    named = _NAMED.match(text) if language in ("yaml", "python") else None
    return Block(
        document=document,
        line=start,
        heading=heading,
        language=language,
        text=text,
        how=marker.get("run", ""),
        file=marker.get("file") or (named["name"] if named else ""),
    )


def _marker(before: list[str]) -> dict[str, str]:
    """What the comments right above a block say, by kind."""
    found: dict[str, str] = {}
    for line in reversed(before):
        match = _MARKER.fullmatch(line.strip())
        if match is None:
            break
        found[match["kind"]] = match["words"]
    return found


def prose(document: Path) -> Iterator[str]:
    """The lines of a file that stand in no block."""
    is_inside = False
    for line in document.read_text(encoding="utf-8").splitlines():
        if line.lstrip().startswith(_FENCE):
            is_inside = not is_inside
        elif not is_inside:
            yield line


def headings(document: Path, *, level: int = 0) -> list[str]:
    """The headings of a file, of one level or of all."""
    matches = filter(None, map(_HEADING.fullmatch, prose(document)))
    return [match["title"] for match in matches if level in (0, len(match["marks"]))]


def table(document: Path, heading: str, *, column: int = 0) -> list[str]:
    """The cells of a column of the first table below a heading, without their backticks.

    Raises ValueError where there is no such heading.
    """
    rows: list[list[str]] = []
    lines = iter(prose(document))
    if not any(line.lstrip("#") == f" {heading}" for line in lines):
        raise ValueError(f"{document.name} has no heading '{heading}'")
    for line in lines:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
        elif rows or _HEADING.fullmatch(line):
            break
    return [re.sub(r"^`([^`]+)`$", r"\1", row[column]) for row in rows[2:]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link of a document to a file or a heading of the project."""

    document: Path
    target: str

    def is_found(self) -> bool:
        """Whether the file is there, and has the heading that the link names."""
        name, _, anchor = self.target.partition("#")
        file = (self.document.parent / name).resolve() if name else self.document
        return file.exists() and (not anchor or anchor in map(_anchor, headings(file)))


def links(document: Path) -> list[Link]:
    """The links of a document, without those to the network."""
    targets = re.findall(r"\]\(([^)\s]+)\)", "\n".join(prose(document)))
    return [Link(document=document, target=one) for one in targets if "://" not in one]


def _anchor(heading: str) -> str:
    """As GitHub makes it: in small letters, blanks as hyphens, other marks left out."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
