"""`max_words`, `min_words` and `max_characters`: how long the text is.

Source: Unicode Standard Annex 29, sections 3 (characters) and 4 (words).
"""

from __future__ import annotations

from collections.abc import Callable

import regex

from harness.checks.check import PASS, BadExpectation, Judge, Kind, Options, Verdict, failed
from harness.checks.subject import Subject
from harness.checks.words import normal, said
from harness.json_schema.wording import show
from harness.typing import Json

_WORD = regex.compile(r"\b\w.*?\b", regex.WORD | regex.DOTALL)
_CHARACTER = regex.compile(r"\X")

Measure = Callable[[str], int]


def words_of(text: str) -> list[str]:
    """What stands between two word boundaries and begins with a letter or a digit.

    `don't` and `3.14` are one word each, `well-known` is two, and in Chinese and Japanese every
    character is one.
    """
    return [str(word) for word in _WORD.findall(normal(text))]


def number_of_words(text: str) -> int:
    """How many words a text has."""
    return len(words_of(text))


def number_of_characters(text: str) -> int:
    """How many characters a reader sees: an accented letter or a family emoji is one."""
    return len(text) if text.isascii() and "\r" not in text else len(_CHARACTER.findall(text))


def _compiler(measure: Measure, unit: str, *, is_most: bool) -> Callable[[Json, Options], Judge]:
    def compile_(value: Json, _options: Options) -> Judge:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise BadExpectation("wrong-value", f"{show(value)} is no number of {unit}s")
        if value == 0 and not is_most:
            message = f"every text has at least 0 {unit}s"
            raise BadExpectation("matches-everything", message)
        bound = f"at {'most' if is_most else 'least'} {value}"
        units = unit if value == 1 else f"{unit}s"

        def judge(subject: Subject) -> Verdict:
            number = measure(subject.text)
            if (number <= value) if is_most else (number >= value):
                return PASS
            found = f"{number} {unit}{'' if number == 1 else 's'}"
            return failed(
                f"{subject.name} has {found}, expected {bound}",
                expected=f"{bound} {units}",
                actual=f"{found}\n{said(subject.text)}".strip(),
            )

        return judge

    return compile_


MAX_WORDS = Kind(
    name="max_words",
    schema={
        "type": "integer",
        "minimum": 0,
        "description": "The text has at most so many words, counted as Unicode divides them.",
        "examples": [60],
    },
    compile=_compiler(number_of_words, "word", is_most=True),
)
MIN_WORDS = Kind(
    name="min_words",
    schema={
        "type": "integer",
        "minimum": 1,
        "description": "The text has at least so many words, counted as Unicode divides them.",
        "examples": [5],
    },
    compile=_compiler(number_of_words, "word", is_most=False),
)
MAX_CHARACTERS = Kind(
    name="max_characters",
    schema={
        "type": "integer",
        "minimum": 0,
        "description": "The text has at most so many characters, counted as a reader sees them.",
        "examples": [160],
    },
    compile=_compiler(number_of_characters, "character", is_most=True),
)
