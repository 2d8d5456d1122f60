"""Finds the values of a JSONPath in a payload, and says how far a path leads."""

from __future__ import annotations

from collections.abc import Mapping
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
        """Raises `BadExpectation` where the text is no JSONPath."""
        try:
            self._query = compile_path(text)
        except BadPath as error:
            message = f"'{shorten(text)}' is not a JSONPath: {error}"
            raise BadExpectation("invalid-path", message, path_hint(text)) from error
        self.text = text
        self._steps = steps_of(self._query)
        self.is_single = self._steps is not None
        """It can lead to one value at most."""

    def find(self, payload: Json) -> list[Located]:
        """All values in document order, each with its place."""
        if self._steps is not None:
            return _walk(self._steps, payload)
        return find_located(self.text, payload)

    def explain_nothing(self, payload: Json) -> tuple[str, str]:
        """That there is nothing at the path and what is, with the likely key."""
        segments = self._query.segments
        for length in range(len(segments) - 1, -1, -1):
            part = beginning(self._query, length)
            node = part.find_one(payload)  # type: ignore[arg-type]  # as above
            if node is not None:
                break
        else:  # pragma: no cover  # the path of no segments always leads to the payload
            raise AssertionError
        value: Json = node.value  # type: ignore[assignment]  # as above
        place = path_text(tuple(node.location))
        message = f"nothing at {self.text}; the deepest part that exists is {place}"
        name = last_name(beginning(self._query, length + 1))
        hint = ""
        if isinstance(value, Mapping) and value:
            shown = ", ".join(list(value)[:MOST_KEYS])
            more = f" and {len(value) - MOST_KEYS} more" if len(value) > MOST_KEYS else ""
            message += f" with the key{'' if len(value) == 1 else 's'} {shown}{more}"
            hint = nearest_word(name, value) if name else ""
        elif isinstance(value, list):
            message += f", a list of {counted(len(value), 'item')}"
        else:
            message += f", which is {'empty' if value == {} else describe(value)}"
        return message, hint


@lru_cache(maxsize=4096)
def finder(text: str) -> Finder:
    """Compile a path once. Raises `BadExpectation` where the text is none."""
    return Finder(text)


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
