"""Texts as they may stand in Allure's files, which are UTF-8."""

from __future__ import annotations

from harness.core import shorten

LONGEST_NAME = 300
"""Characters of a step's name; the whole text is attached."""


def clean(text: str) -> str:
    """A text without lone surrogates, which JSON can hold and UTF-8 cannot."""
    return text if text.isascii() else encoded(text).decode()


def encoded(text: str) -> bytes:
    """A text as UTF-8; a lone surrogate stands as JSON writes it."""
    return text.encode("utf-8", "backslashreplace")


def name_of(text: str) -> str:
    """A text as the name of a step."""
    return clean(shorten(text, LONGEST_NAME))
