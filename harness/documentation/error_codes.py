"""What the documentation says about the code at the end of a message, or a word of a run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from harness.documentation.document_pages import find_page
from harness.documentation.markdown_text import headings_of, section_of, table_rows

ERRORS, CHECKS = "errors", "checks"
_FAILED = "failed-checks"
"""The section whose codes are names of checks."""
_CODE = re.compile(r"`([A-Za-z0-9_-]+)`")
_MISSING = 2
"""Cells of a row about a check: the names and what makes them fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What one code means."""

    code: str
    section: str
    """The heading that it is listed below."""
    anchor: str
    meaning: str
    advice: str
    """What to do; empty for a check, whose failure says what was wrong with the bot."""
    check: str
    """The section of the check on the page of all checks; empty for other codes."""

    @property
    def text(self) -> str:
        """Markdown."""
        parts = [f"# {self.code}", f"{self.section}.", self.meaning]
        if self.advice:
            parts.append(f"**What to do:** {self.advice}")
        if self.check:
            parts.append(self.check.strip())
        parts.append(f"All codes of this kind: `harness docs {ERRORS}#{self.anchor}`")
        return "\n\n".join(parts) + "\n"


@cache
def all_codes() -> Mapping[str, Explanation]:
    """Every documented code, in the order of the page."""
    page = find_page(ERRORS)
    found: dict[str, Explanation] = {}
    for heading in headings_of(page.text):
        if heading.level == 1:
            continue
        for row in table_rows(section_of(page.text, heading.anchor)):
            for code in _CODE.findall(row[0]):
                is_check = len(row) == _MISSING
                found[code] = Explanation(
                    code=code,
                    section=heading.title,
                    anchor=heading.anchor,
                    meaning=f"It fails if {row[1]}." if is_check else row[1],
                    advice="" if is_check else row[2],
                    check=_section_of_check(code) if heading.anchor == _FAILED else "",
                )
    return found


def explain_code(text: str) -> Explanation | None:
    """What a code or a word such as `BROKEN` means; None if it is unknown.

    Brackets around it, upper or lower case, and `never` or `history` before the name of a check
    are ignored.
    """
    code = text.strip().strip("[]").strip()
    code = re.sub(r"^(never|history) ", "", code)
    known = {name.casefold(): explanation for name, explanation in all_codes().items()}
    return known.get(code.casefold())


def _section_of_check(name: str) -> str:
    text = section_of(find_page(CHECKS).text, name)
    return text.partition("\n")[2]
