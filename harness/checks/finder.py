"""Finds the values of a JSONPath in a payload, and says which part of a path exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from harness.checks.check import BadExpectation
from harness.checks.matcher import Located
from harness.core import Json, Path, counted, describe, nearest_word, shorten
from harness.formats.json_path import (
    BadPath,
    beginning,
    compile_path,
    find_located,
    last_name,
    path_hint,
    path_text,
    steps_of,
)

MOST_KEYS = 12


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
        lengths = reversed(range(len(self._query.segments)))
        # The path without segments always leads to the payload.
        length, node = next(
            (length, node)
            for length in lengths
            if (node := beginning(self._query, length).find_one(payload)) is not None  # type: ignore[arg-type]  # JSON
        )
        value: Json = node.value  # type: ignore[assignment]  # JSON
        place = path_text(tuple(node.location))
        message = f"nothing at {self.text}; the deepest part that exists is {place}"
        hint = ""
        if isinstance(value, Mapping) and value:
            shown = ", ".join(list(value)[:MOST_KEYS])
            more = f" and {len(value) - MOST_KEYS} more" if len(value) > MOST_KEYS else ""
            message += f" with the key{'' if len(value) == 1 else 's'} {shown}{more}"
            name = last_name(beginning(self._query, length + 1))
            hint = nearest_word(name, value) if name else ""
        elif isinstance(value, list):
            message += f", a list of {counted(len(value), 'item')}"
        else:
            message += f", which is {'empty' if value == {} else describe(value)}"
        return message, hint


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
