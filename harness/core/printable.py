"""Texts for people: safe to show, and with numbers of things."""

from __future__ import annotations

import re

PICTURES = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
"""The characters shown in place of control characters, on which a terminal would act."""
# Escape sequences control a terminal, and direction marks show a line in another order than it
# has. Tabs and line ends remain.
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
# Commands to the runners of GitHub, Azure Pipelines and TeamCity, anywhere in a line.
_COMMANDS = re.compile(r"##(?=(?:vso|teamcity)?\[)")
_AT_START = re.compile(r"^(\s*):(?=:)", re.MULTILINE)


def printable(text: str) -> str:
    """The text with a mark in place of each invisible character that has an effect."""
    if "##" in text:
        text = _COMMANDS.sub("#�", text)
    if text.isprintable():
        return text
    return text.replace("\r\n", "\n").translate(_UNSEEN)


def without_commands(text: str) -> str:
    """The printable text, without `::` at the start of a line: that is a command to GitHub."""
    return _AT_START.sub(r"\1�", printable(text))


def on_one_line(text: str) -> str:
    """The printable text, with one blank in place of each run of blanks and line ends."""
    return " ".join(printable(text).split())


def counted(count: int, noun: str) -> str:
    """A number of things, such as `1 turn` or `2 turns`; the plural of `noun` must add an s."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
