"""A YAML document: a value, and the place of each of its nodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.core import Json, Path, Place, Source, value_class
from harness.formats.yaml.places import behind, place_of_value, written

Marks = int | Sequence[Any]
"""The place of a node, in plain numbers and sequences, so that a cache can store it as JSON.

* scalar: offset
* list: [offset, [marks of each element]]
* mapping: [offset, {key: [offset of the key, marks of the value]}]

Offsets are counted in characters from the start of the text. An alias has the offsets of the
anchored node.
"""


@value_class(frozen=True, slots=True, kw_only=True)
class Document:
    """A value read from YAML text. Aliases of one anchor are the same Python object."""

    source: Source
    value: Json
    marks: Marks

    def place(self, path: Path = ()) -> Place:
        """The place of the value at a path, or of its nearest ancestor that exists."""
        value, marks, _ = self._walk(path)
        return place_of_value(self.source, offset_of(marks), value)

    def key_place(self, path: Path) -> Place:
        """The place of the key that is the last part of a path; for an index, of the value."""
        if path:
            value, marks, rest = self._walk(path[:-1])
            key = path[-1]
            if not rest and isinstance(value, dict) and isinstance(key, str) and key in value:
                return place_of_value(self.source, children(marks)[key][0], key)
        return self.place(path)

    def at(self, *path: str | int) -> Node:
        """A cursor on the value at a path. Raises KeyError if the path leads nowhere."""
        value, marks, rest = self._walk(path)
        if rest:
            raise KeyError(rest[0])
        return Node(document=self, path=path, value=value, marks=marks)

    def _walk(self, path: Path) -> tuple[Json, Marks, Path]:
        """The last value on a path that exists, its marks, and the parts that lead nowhere."""
        value, marks = self.value, self.marks
        for done, part in enumerate(path):
            if isinstance(value, dict) and isinstance(part, str) and part in value:
                value, marks = value[part], children(marks)[part][1]
            elif isinstance(value, list) and isinstance(part, int) and 0 <= part < len(value):
                value, marks = value[part], children(marks)[part]
            else:
                return value, marks, path[done:]
        return value, marks, ()


# Not frozen: a scenario has 25 of them, and a frozen one takes three times as long to make.
@dataclass(slots=True)
class Node:
    """A cursor on one value of a document."""

    document: Document
    path: Path
    value: Json
    marks: Marks
    key_offset: int = field(default=-1, compare=False)
    """Of the key of the value; -1 if it is not known, or the value is an element of a list."""

    @property
    def place(self) -> Place:
        """The place of the value."""
        return place_of_value(self.document.source, offset_of(self.marks), self.value)

    @property
    def key_place(self) -> Place:
        """The place of the key of the value; for a list element, of the value."""
        if self.key_offset < 0:
            return self.document.key_place(self.path)
        return place_of_value(self.document.source, self.key_offset, self.path[-1])

    @property
    def text(self) -> str:
        """The scalar as its author wrote it, without quotes: `12`, `~` or `True`.

        For a mapping or list, the rest of its first line.
        """
        return written(self.document.source, offset_of(self.marks), self.value)

    @property
    def behind(self) -> str:
        """What follows a plain scalar on the line that it ends on; empty for any other value."""
        return behind(self.document.source, offset_of(self.marks), self.value)

    @property
    def as_written(self) -> Json:
        """The value with texts as they were written in place of numbers, true, false and null."""
        if isinstance(self.value, list):
            return [element.as_written for element in self]
        return self.value if isinstance(self.value, (str, dict)) else self.text

    def text_of(self, key: str) -> str:
        """The text behind a key, as it was written; empty if there is no such key."""
        node = self.get(key)
        return "" if node is None else str(node.as_written)

    def value_of(self, key: str, otherwise: Any = None) -> Any:  # noqa: ANN401  # any JSON
        """The value behind a key; `otherwise` if there is no such key, or no mapping."""
        return self.value.get(key, otherwise) if isinstance(self.value, dict) else otherwise

    def entries(self, key: str) -> list[tuple[str, Node]]:
        """Keys and values of the mapping behind a key; empty if there is no such key."""
        node = self.get(key)
        return list(node.items()) if node else []

    def get(self, key: str) -> Node | None:
        """The value of a key; None if there is no such key, or no mapping."""
        value = self.value
        if not isinstance(value, dict) or key not in value:
            return None
        offset, marks = self.marks[1][key]  # type: ignore[index]  # a mapping's marks are a list
        return Node(self.document, (*self.path, key), value[key], marks, offset)

    def has(self, *keys: str) -> bool:
        """Whether this is a mapping with one of the keys."""
        return isinstance(self.value, dict) and not self.value.keys().isdisjoint(keys)

    def at(self, *path: str | int) -> Node:
        """The value at a path below this one. Raises KeyError if the path leads nowhere."""
        node = self
        for part in path:
            below = node.get(part) if isinstance(part, str) else None
            if below is None:
                return self.document.at(*self.path, *path)
            node = below
        return node

    def items(self) -> Iterator[tuple[str, Node]]:
        """Keys and values of a mapping, in the order of the file; nothing for another value."""
        if isinstance(self.value, dict):
            below = children(self.marks)
            for key, value in self.value.items():
                offset, marks = below[key]
                yield key, Node(self.document, (*self.path, key), value, marks, offset)

    def __iter__(self) -> Iterator[Node]:
        """The elements of a list; nothing for another value."""
        if isinstance(self.value, list):
            below = children(self.marks)
            for index, value in enumerate(self.value):
                yield Node(self.document, (*self.path, index), value, below[index])

    def walk(self) -> Iterator[Node]:
        """This value and all values inside it, each before those inside it."""
        yield self
        for below in (*dict(self.items()).values(), *self):
            yield from below.walk()


def offset_of(marks: Marks) -> int:
    """The offset of a node."""
    return marks if isinstance(marks, int) else int(marks[0])


def children(marks: Marks) -> Any:  # noqa: ANN401 - a list or a mapping, see Marks
    """The marks of the entries of a mapping, or of the elements of a list."""
    return () if isinstance(marks, int) else marks[1]
