"""Finds the values of a JSONPath in a payload, and says which part of a path exists."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from harness.checks.check import BadExpectation
from harness.checks.matcher import Located
from harness.core import Json, Path, shorten
from harness.formats.json_path import (
    BadPath,
    compile_path,
    find_located,
    path_hint,
    steps_of,
)
from harness.formats.unmatched_path import explain_nothing


class Finder:
    """A compiled path."""

    __slots__ = ("_query", "_steps", "is_single", "text")

    def __init__(self, text: str) -> None:
        """Raises `BadExpectation` if the text is not a JSONPath."""
        try:
            self._query = compile_path(text)
        except BadPath as error:
            message = f"'{shorten(text)}' is not a JSONPath: {error}"
            raise BadExpectation("invalid-path", message, path_hint(text)) from error
        self.text = text
        self._steps = steps_of(self._query)
        self.is_single = self._steps is not None
        """It leads to one value at most."""

    def find(self, payload: Json) -> list[Located]:
        """All values in document order, each with its place."""
        if self._steps is not None:
            return _walk(self._steps, payload)
        return find_located(self.text, payload)

    def value(self, found: Sequence[Located]) -> Json:
        """The value that was found, or the list of all if the path may lead to several."""
        return found[0][1] if self.is_single else [value for _, value in found]

    def explain_nothing(self, payload: Json) -> tuple[str, str]:
        """A sentence on the deepest part that exists, and a hint with the likely key."""
        return explain_nothing(self.text, payload)


finder = lru_cache(maxsize=4096)(Finder)
"""Compiles a path once. Raises `BadExpectation` if the text is not a JSONPath."""


def _walk(steps: Path, payload: Json) -> list[Located]:
    """Follow keys and indexes; the library is built for more and takes ten times as long."""
    value = payload
    path: list[str | int] = []
    for step in steps:
        if isinstance(step, str):
            if not isinstance(value, dict) or step not in value:
                return []
            value = value[step]
            path.append(step)
        else:
            if not isinstance(value, list) or not -len(value) <= step < len(value):
                return []
            path.append(step % len(value))
            value = value[step]
    return [(tuple(path), value)]
