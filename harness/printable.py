"""Texts of others, made fit to be shown."""

from __future__ import annotations

import re

# Escape sequences steer a terminal, and marks of direction show a line as something else than it
# is. Tabs and line ends are left.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
# Commands to the runners of GitHub, Azure Pipelines and TeamCity, wherever in a line they stand.
_COMMANDS = re.compile(r"##(?=(?:vso|teamcity)?\[)")
_AT_START = re.compile(r"^(\s*):(?=:)", re.MULTILINE)


def printable(text: str) -> str:
    """The text with a mark in place of each character that is not shown but acts."""
    if "##" in text:
        text = _COMMANDS.sub("#�", text)
    if text.isprintable():
        return text
    return _SURROGATES.sub("�", _UNSEEN.sub("�", text.replace("\r\n", "\n")))


def without_commands(text: str) -> str:
    """The printable text, in which no line begins with `::` either: that is a command to GitHub."""
    return _AT_START.sub(r"\1�", printable(text))


def on_one_line(text: str) -> str:
    """The same with every run of blanks and line ends as one blank."""
    return " ".join(printable(text).split())
