"""What is refused in JSON that Python's reader lets through, and where it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import accumulate
from math import isinf
from typing import Any, NoReturn

from harness.core import shorten

MAX_DIGITS = 4300
"""Python refuses to convert longer numbers, because that takes quadratic time."""
MAX_LEVELS = 500
"""Of lists and objects in one another; what reads them further on calls itself for each."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?Infinity|NaN|-?[0-9][0-9.eE+-]*|[\[\]{}:]', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
_DIGITS = re.compile("[0-9]+")
_NO_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[^\[\]{}"]+', re.DOTALL)


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """For `object_pairs_hook`: raises `ValueError` for a key that stands twice."""
    value = dict(pairs)
    if len(value) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"an object has the key '{shorten(twice, 50)}' twice")
    return value


def no_constant(name: str) -> NoReturn:
    """For `parse_constant`: raises `ValueError` for `NaN` and infinities."""
    raise ValueError(f"{name} is not a JSON number")


def is_too_deep(text: str, most: int) -> bool:
    """Whether a JSON text has more levels; nearly free where it has few brackets."""
    if text.count("[") + text.count("{") <= most:
        return False
    steps = (1 if bracket in "[{" else -1 for bracket in _NO_BRACKET.sub("", text))
    return max(accumulate(steps), default=0) > most


def first_fault(text: str) -> tuple[int, str] | None:
    """The offset in characters of the first fault, and what it is; None where there is none.

    Knows `NaN` and infinities, a key twice, numbers that are too long or out of range, a lone
    surrogate and too many levels; not what the reader names by itself.
    """
    return next(_faults(text), None)


def _faults(text: str) -> Iterator[tuple[int, str]]:
    # Of each open object the keys so far; None for a list.
    levels: list[set[str] | None] = []
    last = ("", 0)
    for token in _TOKEN.finditer(text):
        word, at = token.group(), token.start()
        if word[0] == '"':
            yield from _in_string(word, at)
        elif word == ":":
            yield from _twice(*last, levels[-1] if levels else None)
        elif word in "[{":
            levels.append(set() if word == "{" else None)
            if len(levels) > MAX_LEVELS:
                yield at, f"it has more than {MAX_LEVELS} levels"
        elif word in "]}":
            del levels[-1:]
        elif word.endswith(("N", "y")):
            yield at, f"{word} is not a JSON number"
        elif max(map(len, _DIGITS.findall(word))) > MAX_DIGITS:
            yield at, f"a number has more than {MAX_DIGITS} digits"
        elif not _is_in_range(word):
            yield at, f"the number {shorten(word, 50)} is out of range"
        last = (word, at)


def finite(word: str) -> float:
    """The number that a text with a point or an exponent is.

    Raises `ValueError` where it is larger than a number with 64 bits can be.
    """
    value = float(word)
    if isinf(value):
        raise ValueError(f"the number {shorten(word, 50)} is out of range")
    return value


def _is_in_range(word: str) -> bool:
    try:
        # Whole numbers are read as they are, however large.
        return word.lstrip("-").isdigit() or not isinf(float(word))
    except ValueError:
        return True


def _twice(word: str, at: int, keys: set[str] | None) -> Iterator[tuple[int, str]]:
    """The key in front of a colon, where the object has it already."""
    if keys is None or word[:1] != '"':
        return
    key = json.loads(word, strict=False)
    if key in keys:
        yield at, f"an object has the key '{shorten(key, 50)}' twice"
    keys.add(key)


def _in_string(word: str, at: int) -> Iterator[tuple[int, str]]:
    """Half of a character that takes two escapes. Source: RFC 8259, section 8.2."""
    high: re.Match[str] | None = None
    for escape in _ESCAPE.finditer(word):
        code = int(escape[1] or "0", 16)
        is_low = 0xDC00 <= code <= 0xDFFF  # noqa: PLR2004  # the range of second halves
        if high is not None and not (is_low and high.end() == escape.start()):
            yield at + high.start(), "it contains a lone surrogate"
        if is_low and (high is None or high.end() != escape.start()):
            yield at + escape.start(), "it contains a lone surrogate"
        high = escape if 0xD800 <= code <= 0xDBFF else None  # noqa: PLR2004  # and of first ones
    if high is not None:
        yield at + high.start(), "it contains a lone surrogate"
