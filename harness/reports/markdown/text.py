"""Texts of others in Markdown: nothing in them is markup, a link, or calls anybody.

GitHub and GitLab look for mentions and issue numbers after Markdown has become HTML, so escaping
the `@` is not enough; they leave code alone.
"""

from __future__ import annotations

import re
from html import escape

from harness.core.printable import on_one_line, printable
from harness.core.source import shorten

LONGEST = 240
"""Characters of a text that stands in a line."""
LONGEST_BLOCK = 6000
"""Characters of a text that stands in a block of its own."""

# A pipe ends the cell of a table also in code; a backslash before it is read in two ways.
_ENDS_CODE = re.compile(r"[`|\\]")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_TICKS = re.compile(r"`+")


def code(text: str, limit: int = LONGEST) -> str:
    """The text as code in a line or the cell of a table; cut where it is long."""
    line = shorten(on_one_line(text), limit)
    if not line:
        return ""
    if not _ENDS_CODE.search(line):
        return f"`{line}`"
    return f"<code>{_PUNCTUATION.sub(lambda match: f'&#{ord(match[0])};', line)}</code>"


def code_in_html(text: str, limit: int = LONGEST) -> str:
    """The same in HTML, for where Markdown is not read."""
    return f"<code>{escape(shorten(on_one_line(text), limit))}</code>"


def block(text: str) -> str:
    """The text in a fence that it cannot close; cut where it is long."""
    shown = shorten(printable(text).rstrip(), LONGEST_BLOCK)
    longest = max((len(ticks) for ticks in _TICKS.findall(shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{shown}\n{fence}\n"


def plural(count: int, one: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count:,} {one}{'' if count == 1 else 's'}"
