"""JSON values as checks compare and name them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from harness.typing import Json, Path

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def is_same(one: Json, other: Json) -> bool:
    """Whether two JSON values are equal. 1 equals 1.0; true does not equal 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(is_same, one, other))
    return one == other


def path_text(path: Path) -> str:
    """A path as the shortest JSONPath: `$.products[0]['unit price']`."""
    return "$" + "".join(_step(part) for part in path)


def _step(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    if _WORD.fullmatch(part):
        return f".{part}"
    escaped = part.replace("\\", "\\\\").replace("'", "\\'")
    return f"['{escaped}']"
