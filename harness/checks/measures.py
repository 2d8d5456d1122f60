"""`max_words`, `min_words` and `max_characters`: how long the text is.

Source: Unicode Standard Annex 29, sections 3 (characters) and 4 (words).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from harness.checks.check import (
    PASS,
    BadExpectation,
    Claim,
    Judge,
    Kind,
    Options,
    Subject,
    Verdict,
    failed,
)
from harness.checks.text_forms import normal, said
from harness.core import Json, counted, show, value_class

if TYPE_CHECKING:
    import regex

MOST_LIKELY = 20_000
"""Words or characters of a reply; a limit of more is doubtful."""
_WORD = r"(?ws)\b\w.*?\b"
_CHARACTER = r"\X"


@cache
def _compiled(pattern: str) -> regex.Pattern[str]:
    # Late, as in `regular_expression`.
    import regex  # noqa: PLC0415

    return regex.compile(pattern)


def require_library(module: str, *, check: str, extra: str) -> None:
    """Make sure that a library is there, without loading it.

    Raises `BadExpectation` `library-missing`, which names the command that installs it.
    """
    if find_spec(module) is None:
        message = f"'{check}' needs the library {module}, which is not installed"
        hint = f"pip install 'conversation-harness[{extra}]'"
        raise BadExpectation("library-missing", message, hint)


def words_of(text: str) -> list[str]:
    """What stands between two word boundaries and begins with a letter or a digit.

    `don't` and `3.14` are one word each, `well-known` is two, and in Chinese and Japanese every
    character is one.
    """
    return [str(word) for word in _compiled(_WORD).findall(normal(text))]


def number_of_characters(text: str) -> int:
    """How many characters a reader sees: an accented letter or a family emoji is one."""
    if text.isascii() and "\r" not in text:
        return len(text)
    return len(_compiled(_CHARACTER).findall(text))


@value_class(frozen=True, slots=True, kw_only=True)
class _Unit:
    name: str
    rule: str
    """How they are counted."""
    number_in: Callable[[str], int]


_WORDS = _Unit(name="word", rule="Unicode divides them", number_in=lambda text: len(words_of(text)))
_CHARACTERS = _Unit(name="character", rule="a reader sees them", number_in=number_of_characters)


def _kind(name: str, unit: _Unit, *, is_most: bool, example: int, other_words: str = "") -> Kind:
    most = "most" if is_most else "least"
    return Kind(
        name=name,
        schema={
            "type": "integer",
            "minimum": 0 if is_most else 1,
            "description": f"The text has at {most} this many {unit.name}s, "
            f"counted as {unit.rule}.",
            "examples": [example],
        },
        compile=_compiler(unit, is_most=is_most),
        on="text",
        is_caseless=True,
        claim=Claim.LIMIT if is_most else Claim.OTHER,
        other_words=other_words,
    )


def _compiler(unit: _Unit, *, is_most: bool) -> Callable[[Json, Options], Judge]:
    most = "most" if is_most else "least"

    def compile_(value: Json, options: Options) -> Judge:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise BadExpectation("wrong-value", f"{show(value)} is not a number of {unit.name}s")
        if value == 0 and not is_most:
            message = f"every text has at least 0 {unit.name}s"
            raise BadExpectation("matches-everything", message)

        if is_most and value >= MOST_LIKELY:
            message = f"no reply is likely to have {counted(value, unit.name)}"
            options.doubt(message, "set the intended limit")

        def judge(subject: Subject) -> Verdict:
            number = unit.number_in(subject.text)
            if (number <= value) if is_most else (number >= value):
                return PASS
            found = counted(number, unit.name)
            return failed(
                f"{subject.name} has {found}, expected at {most} {value}",
                expected=f"at {most} {counted(value, unit.name)}",
                actual=f"{found}\n{said(subject.text)}".strip(),
            )

        return judge

    return compile_


MAX_WORDS = _kind("max_words", _WORDS, is_most=True, example=60, other_words="word_count words")
MIN_WORDS = _kind("min_words", _WORDS, is_most=False, example=5)
MAX_CHARACTERS = _kind(
    "max_characters",
    _CHARACTERS,
    is_most=True,
    example=160,
    other_words="length max_length max_chars",
)
