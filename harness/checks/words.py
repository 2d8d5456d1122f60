"""Texts as checks compare them, and as they stand in a finding."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping

from harness.checks.check import BadExpectation, Options
from harness.core.source import shorten
from harness.core.typing import Json, describe
from harness.formats.json_schema.wording import show

LONGEST = 1_000
"""How many characters of a reply stand in a finding."""

TEXT: Mapping[str, Json] = {"type": ["string", "number", "boolean", "null"]}
"""A text in a scenario; whatever YAML made of it, the reader keeps what was written."""

TEXTS: Mapping[str, Json] = {
    "oneOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1}],
}
"""A text or a list of texts."""

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


def text_of(value: Json) -> str:
    """A value where a text is wanted. Raises `BadExpectation` where it is none."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise BadExpectation("wrong-value", f"{describe(value)} stands where a text is wanted")


def texts_of(value: Json) -> list[str]:
    """A text or a list of texts, as a list. Raises `BadExpectation` where it is neither."""
    if not isinstance(value, list | tuple):
        return [text_of(value)]
    if not value:
        raise BadExpectation("wrong-value", "the list is empty, expected at least one text")
    found = []
    for index, item in enumerate(value):
        try:
            found.append(text_of(item))
        except BadExpectation as error:
            raise error.below(index) from error
    return found


def require_substance(texts: list[str], options: Options | None = None) -> None:
    """Refuse empty texts, which every text contains; with options, doubt blanks, which most do."""
    for index, text in enumerate(texts):
        if options is not None and text and not text.strip():
            options.doubt(f"{show(text)} stands in almost every reply", "say what must be there")
        if not text:
            path = (index,) if len(texts) > 1 else ()
            message = "the text is empty, and every reply contains it"
            raise BadExpectation("matches-everything", message, path=path)


def said(text: str) -> str:
    """A text of the bot as it stands in a finding."""
    return shorten(text, LONGEST)


def listed(texts: list[str], conjunction: str = "and") -> str:
    """Texts in a sentence: `'a', 'b' and 'c'`."""
    shown = [show(text) for text in texts]
    if len(shown) == 1:
        return shown[0]
    return f"{', '.join(shown[:-1])} {conjunction} {shown[-1]}"
