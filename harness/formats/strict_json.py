"""What is refused in JSON that Python's reader lets through."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Any, NoReturn

from harness.core.source import shorten

_NO_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[^\[\]{}"]+', re.DOTALL)


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """For `object_pairs_hook`: raises `ValueError` for a key that stands twice."""
    value = dict(pairs)
    if len(value) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key '{shorten(twice, 50)}' stands twice in one object")
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
