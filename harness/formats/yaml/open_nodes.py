"""The state of a builder while it reads: open mappings and lists, and anchors."""

from __future__ import annotations

from typing import Any, NamedTuple

from harness.core import Json
from harness.formats.yaml.document import Marks

Event = Any
"""An event of yaml. Its own types allow None in places where the parser never gives it."""


class Open:
    """A mapping or list that is being read. A mapping takes a key and a value in turn.

    `key` and `key_mark` are set with each key, `nodes` and `deepest` with an anchor.
    """

    key: str
    key_mark: int
    nodes: int
    deepest: int

    __slots__ = (
        "anchor",
        "deepest",
        "is_mapping",
        "key",
        "key_mark",
        "mark",
        "marks",
        "nodes",
        "value",
        "wants_key",
    )

    def __init__(self, mark: int, value: Any, marks: Any) -> None:  # noqa: ANN401 - two lists or two dicts
        self.mark = mark
        self.value = value
        self.marks = marks
        self.is_mapping = self.wants_key = False
        self.anchor: str | None = None

    def add(self, value: Json, marks: Marks) -> None:
        """Take an element, or the value of the last key."""
        if self.is_mapping:
            self.value[self.key] = value
            self.marks[self.key] = (self.key_mark, marks)
            self.wants_key = True
        else:
            self.value.append(value)
            self.marks.append(marks)

    def begin(self, key: str, mark: int) -> None:
        """Take a key."""
        self.key = key
        self.key_mark = mark
        self.wants_key = False


class Anchored(NamedTuple):
    """The value that an alias repeats."""

    value: Json
    marks: Marks
    nodes: int
    """Values inside, including those of aliases."""
    height: int
    """Nested mappings and lists, including itself."""
    text: str | None
    """As written, for a scalar; None for a mapping or list."""
