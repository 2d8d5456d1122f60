"""Texts as checks compare them, and as findings show them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from harness.checks.check import Subject
from harness.core import shorten, show

SENTENCE_END = re.compile(r"(?<=[.!?…。！？])\s+|\n+")  # noqa: RUF001  # Chinese sentences end so
"""What is between two sentences; a line break is, too."""
LONGEST = 1_000
"""How many characters of a reply a finding shows."""

_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2007": " "})

Normal = Callable[[str], str]


def normal(text: str) -> str:
    """Characters composed (NFC) and no-break spaces as spaces; nothing else is changed.

    Quotes, dashes and runs of spaces stay as they are: a reply that has other ones is wrong.
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text.translate(_SPACES))


def folded(text: str) -> str:
    """The normal text without the difference of upper and lower case, also of ß and ss."""
    return unicodedata.normalize("NFC", normal(text).casefold())


def normalizer(*, ignore_case: bool) -> Normal:
    """How the texts of a block are compared."""
    return folded if ignore_case else normal


def sentences_of(text: str) -> Sequence[str]:
    """The sentences and lines of a text, without those that are empty."""
    return [one.strip() for one in SENTENCE_END.split(text) if one.strip()]


def said(text: str) -> str:
    """A text of the bot as a finding shows it."""
    return shorten(text, LONGEST)


def text_shown(subject: Subject) -> str:
    """The text of a subject as a finding shows it, or what there is without a text."""
    if subject.text:
        return said(subject.text)
    turn = subject.turn
    is_of_replies = turn.reply is not None if turn is not None else subject.transcript is not None
    return "no messages" if is_of_replies and not subject.messages else "an empty text"


def listed(texts: list[str], conjunction: str = "and") -> str:
    """Texts in a sentence: `'a', 'b' and 'c'`."""
    *others, last = map(show, texts)
    return f"{', '.join(others)} {conjunction} {last}" if others else last
