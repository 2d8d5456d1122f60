"""Refuses JSON that Python's reader accepts, and finds the place of the fault."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import accumulate
from math import isinf
from typing import Any, NoReturn

from harness.core import shorten

MAX_DIGITS = 4300
"""Python refuses to convert longer numbers, because that takes quadratic time."""
MAX_LEVELS = 500
"""Nested lists and objects; what reads them later uses recursion."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?Infinity|NaN|-?[0-9][0-9.eE+-]*|[\[\]{}:]', re.DOTALL)
_ESCAPE = re.compile(
    r"""\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}
    |   (?P<half> \\u[dD][89a-fA-F][0-9a-fA-F]{2} )
    |   \\.
    """,
    re.DOTALL | re.VERBOSE,
)
"""A character that takes two escapes, half of one, any other. Source: RFC 8259, section 8.2."""
_DIGITS = re.compile("[0-9]+")
_NO_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[^\[\]{}"]+', re.DOTALL)


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """For `object_pairs_hook`: raises `ValueError` for a key that an object has twice."""
    value = dict(pairs)
    if len(value) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(_twice(next(key for key in keys if keys.count(key) > 1)))
    return value


def no_constant(name: str) -> NoReturn:
    """For `parse_constant`: raises `ValueError` for `NaN` and infinities."""
    raise ValueError(f"{name} is not a JSON number")


def is_too_deep(text: str, most: int) -> bool:
    """Whether a JSON text has more levels than `most`; nearly free if it has few brackets."""
    if text.count("[") + text.count("{") <= most:
        return False
    steps = (1 if bracket in "[{" else -1 for bracket in _NO_BRACKET.sub("", text))
    return max(accumulate(steps), default=0) > most


def first_fault(text: str) -> tuple[int, str] | None:
    """The offset of the first fault in characters, and a sentence about it; None without a fault.

    The faults are `NaN` and infinities, a key twice, numbers that are too long or out of range, a
    lone surrogate, and too many levels; syntax errors, which the reader reports, are not.
    """
    return next(_faults(text), None)


def _faults(text: str) -> Iterator[tuple[int, str]]:
    # The keys so far of each open object; None for a list.
    levels: list[set[str] | None] = []
    last = ("", 0)
    for token in _TOKEN.finditer(text):
        word, at = token.group(), token.start()
        if word[0] == '"':
            halves = (escape for escape in _ESCAPE.finditer(word) if escape["half"])
            yield from ((at + half.start(), "it contains a lone surrogate") for half in halves)
        elif word == ":":
            yield from _repeated_key(*last, levels[-1] if levels else None)
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
        elif _is_out_of_range(word):
            yield at, _out_of_range(word)
        last = (word, at)


def finite(word: str) -> float:
    """For `parse_float`: raises `ValueError` if a 64-bit number cannot be so large."""
    value = float(word)
    if isinf(value):
        raise ValueError(_out_of_range(word))
    return value


def _is_out_of_range(word: str) -> bool:
    # Whole numbers are read as they are, however large.
    with suppress(ValueError):
        return not word.lstrip("-").isdigit() and isinf(float(word))
    return False


def _repeated_key(word: str, at: int, keys: set[str] | None) -> Iterator[tuple[int, str]]:
    """The fault of the key in front of a colon, if the object has it already."""
    if keys is None or word[:1] != '"':
        return
    key = json.loads(word, strict=False)
    if key in keys:
        yield at, _twice(key)
    keys.add(key)


def _twice(key: str) -> str:
    return f"an object has the key '{shorten(key, 50)}' twice"


def _out_of_range(word: str) -> str:
    return f"the number {shorten(word, 50)} is out of range"
