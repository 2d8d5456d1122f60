"""Texts of others, made fit to be shown."""

from __future__ import annotations

import re

PICTURES = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
"""What is shown for a control character, so that a terminal does not act on it."""
# Escape sequences steer a terminal, and marks of direction show a line as something else than it
# is. Tabs and line ends are left.
_UNSEEN = dict.fromkeys(
    (
        *range(0x09),
        *range(0x0B, 0x20),
        *range(0x7F, 0xA0),
        *range(0x200E, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        *range(0xD800, 0xE000),
        0xFEFF,
    ),
    "\ufffd",
)
# Commands to the runners of GitHub, Azure Pipelines and TeamCity, wherever in a line they stand.
_COMMANDS = re.compile(r"##(?=(?:vso|teamcity)?\[)")
_AT_START = re.compile(r"^(\s*):(?=:)", re.MULTILINE)


def printable(text: str) -> str:
    """The text with a mark in place of each character that is not shown but acts."""
    if "##" in text:
        text = _COMMANDS.sub("#�", text)
    if text.isprintable():
        return text
    return text.replace("\r\n", "\n").translate(_UNSEEN)


def without_commands(text: str) -> str:
    """The printable text, in which no line begins with `::` either: that is a command to GitHub."""
    return _AT_START.sub(r"\1�", printable(text))


def on_one_line(text: str) -> str:
    """The same with every run of blanks and line ends as one blank."""
    return " ".join(printable(text).split())
