"""`max_words`, `min_words` and `max_characters`: how long the text is.

Source: Unicode Standard Annex 29, sections 3 (characters) and 4 (words).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

from harness.checks.arguments import is_whole
from harness.checks.check import BadExpectation, Claim, Judge, Kind, Options, Subject
from harness.checks.text_forms import normal, said
from harness.checks.verdict import PASS, Verdict, failed
from harness.core import Json, counted, show

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
    """Raise `BadExpectation` `library-missing` if a library is not installed, without loading it.

    The error names the command that installs it.
    """
    if find_spec(module) is None:
        message = f"'{check}' needs the library {module}, which is not installed"
        hint = f"pip install 'conversation-harness[{extra}]'"
        raise BadExpectation("library-missing", message, hint)


def words_of(text: str) -> list[str]:
    """The parts between two word boundaries that begin with a letter or a digit.

    `don't` and `3.14` are one word each, `well-known` is two, and in Chinese and Japanese every
    character is one.
    """
    return [str(word) for word in _compiled(_WORD).findall(normal(text))]


def number_of_characters(text: str) -> int:
    """How many characters a reader sees: an accented letter or a family emoji is one."""
    if text.isascii() and "\r" not in text:
        return len(text)
    return len(_compiled(_CHARACTER).findall(text))


_UNITS: Mapping[str, tuple[str, Callable[[str], int]]] = {
    "word": ("Unicode divides them", lambda text: len(words_of(text))),
    "character": ("a reader sees them", number_of_characters),
}
"""What is counted: how, in a sentence, and the function that does it."""


def _kind(
    name: str, unit: str, most: Literal["most", "least"], *, example: int, other_words: str = ""
) -> Kind:
    rule, number_in = _UNITS[unit]
    is_most = most == "most"
    return Kind(
        name=name,
        schema={
            "type": "integer",
            "minimum": 0 if is_most else 1,
            "description": f"The text has at {most} this many {unit}s, counted as {rule}.",
            "examples": [example],
        },
        compile=partial(_compile, unit, number_in, most),
        on="text",
        is_caseless=True,
        claim=Claim.LIMIT if is_most else Claim.OTHER,
        other_words=other_words,
    )


def _compile(
    unit: str, number_in: Callable[[str], int], most: str, value: Json, options: Options
) -> Judge:
    if not is_whole(value) or value < 0:
        raise BadExpectation("wrong-value", f"{show(value)} is not a number of {unit}s")
    is_most = most == "most"
    if value == 0 and not is_most:
        raise BadExpectation("matches-everything", f"every text has at least 0 {unit}s")
    if is_most and value >= MOST_LIKELY:
        message = f"no reply is likely to have {counted(value, unit)}"
        options.doubt(message, "set the intended limit")

    def judge(subject: Subject) -> Verdict:
        number = number_in(subject.text)
        if (number <= value) if is_most else (number >= value):
            return PASS
        found = counted(number, unit)
        return failed(
            f"{subject.name} has {found}, expected at {most} {value}",
            expected=f"at {most} {counted(value, unit)}",
            actual=f"{found}\n{said(subject.text)}".strip(),
        )

    return judge


MAX_WORDS = _kind("max_words", "word", "most", example=60, other_words="word_count words")
MIN_WORDS = _kind("min_words", "word", "least", example=5)
MAX_CHARACTERS = _kind(
    "max_characters", "character", "most", example=160, other_words="length max_length max_chars"
)
