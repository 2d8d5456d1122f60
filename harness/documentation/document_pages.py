"""The pages of the documentation, found in the installed package or in a checkout."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.core import ConfigurationError, Problem, did_you_mean
from harness.documentation.markdown_text import (
    headings_of,
    prose_lines,
    section_of,
    without_comments,
)

INDEX = "index"
"""The page that lists the others, by section and in the order to read them."""
INSTALLED = Path(__file__).parent / "pages"
"""Where the wheel has them."""
CHECKOUT = Path(__file__).resolve().parents[2] / "docs"
_LINK = re.compile(r"\]\((?P<page>[^)\s#:]+)\.md(?:#[^)\s]*)?\)")


class UnknownPage(LookupError):
    """There is no such page or section; the text says which, with a hint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage:
    """One page."""

    name: str
    """Its path without `.md`, such as `recordings` or `recipes/refunds`."""
    title: str
    text: str
    """Markdown, without the comments that say how its examples are tested."""

    def section(self, anchor: str) -> str:
        """The section below a heading. Raises `UnknownPage`."""
        found = section_of(self.text, anchor)
        if not found:
            anchors = [heading.anchor for heading in headings_of(self.text)]
            hint = did_you_mean(anchor, anchors)
            raise UnknownPage(f"the page '{self.name}' has no section '{anchor}'", hint)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMatch:
    """A line of a page that contains what was searched."""

    page: str
    anchor: str
    """Of the heading above the line."""
    line: str

    @property
    def address(self) -> str:
        """What `harness docs` is given to show it."""
        return f"{self.page}#{self.anchor}" if self.anchor else self.page


@cache
def all_pages() -> tuple[DocumentPage, ...]:
    """All pages, in the order of their names. Raises `ConfigurationError` if there are none."""
    folder = INSTALLED if INSTALLED.is_dir() else CHECKOUT
    files = sorted(folder.rglob("*.md"))
    if not files:
        raise ConfigurationError(
            Problem(
                code="no-documentation",
                message="the pages of the documentation are not installed",
                where="harness",
                hint="install conversation-harness again",
            )
        )
    return tuple(_page(file, folder) for file in files)


def pages_by_section() -> Mapping[str, tuple[DocumentPage, ...]]:
    """The pages that the index links to, by its headings, in its order."""
    index = find_page(INDEX).text
    return {
        heading.title: tuple(
            find_page(name)
            for name in dict.fromkeys(_LINK.findall(section_of(index, heading.anchor)))
        )
        for heading in headings_of(index)
        if heading.level > 1
    }


def find_page(name: str) -> DocumentPage:
    """The page with a name; `.md` at its end is ignored. Raises `UnknownPage`."""
    wanted = name.removesuffix(".md").strip("/").lower()
    pages = {page.name: page for page in all_pages()}
    for known, page in pages.items():
        if wanted in (known, known.rpartition("/")[2]):
            return page
    raise UnknownPage(f"there is no page '{name}'", did_you_mean(wanted, pages))


def search_pages(words: str) -> Iterator[PageMatch]:
    """The lines that contain all words, in any order and in upper or lower case, page by page.

    Lines with the words as whole words are first, then those that contain them in longer ones.
    """
    wanted = words.lower().split()
    whole = [re.compile(rf"(?<!\w){re.escape(word)}(?!\w)") for word in wanted]
    yield from sorted(
        _lines_with(wanted),
        key=lambda match: not all(word.search(match.line.lower()) for word in whole),
    )


def _lines_with(wanted: Sequence[str]) -> Iterator[PageMatch]:
    for page in all_pages():
        anchors = {heading.line: heading.anchor for heading in headings_of(page.text)}
        prose = {number for number, _ in prose_lines(page.text)}
        anchor = ""
        for number, line in enumerate(page.text.splitlines()):
            anchor = anchors.get(number, anchor)
            if number in prose and all(word in line.lower() for word in wanted):
                yield PageMatch(page=page.name, anchor=anchor, line=line.strip())


def _page(file: Path, folder: Path) -> DocumentPage:
    text = without_comments(file.read_text(encoding="utf-8"))
    titles = headings_of(text)
    name = file.relative_to(folder).with_suffix("").as_posix()
    return DocumentPage(name=name, title=titles[0].title if titles else name, text=text)
