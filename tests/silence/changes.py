"""Every change of one value in a file: its key misspelt, or its value another one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import yaml

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value that is another one, in the text of a file."""

    file: str
    path: Path
    """Where in the file; of a key, the key."""
    is_key: bool
    old: str
    new: str
    text: str
    """The whole file with the change."""

    def __str__(self) -> str:
        where = ".".join(map(str, self.path))
        return f"{self.file} {where}: {'key ' if self.is_key else ''}{self.old} -> {self.new}"


def changes_of(file: str, text: str) -> Iterator[Change]:
    """Each change of each value of a file, in the order of the file."""
    if file.endswith(".csv"):
        yield from _changes_of_cells(file, text)
        return
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    for path, node, is_key in _scalars(root, ()):
        start, end = node.start_mark.index, node.end_mark.index
        old = text[start:end]
        for new in _others(node, is_key=is_key):
            changed = text[:start] + new + text[end:]
            yield Change(file=file, path=path, is_key=is_key, old=old, new=new, text=changed)


def _scalars(node: yaml.Node, path: Path) -> Iterator[tuple[Path, yaml.ScalarNode, bool]]:
    if isinstance(node, yaml.ScalarNode):
        # `~` says that there is no value.
        if not node.tag.endswith(":null"):
            yield path, node, False
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _scalars(item, (*path, index))
    else:
        for key, value in node.value:
            inner = (*path, key.value)
            yield inner, key, True
            yield from _scalars(value, inner)


def _others(node: yaml.ScalarNode, *, is_key: bool) -> Iterator[str]:
    """What may stand in the place of a value, written as it is written."""
    if is_key:
        yield _written(node, f"{node.value}x")
        return
    if node.style is None and node.tag.endswith(":int"):
        yield str(int(node.value) + 1)
        yield "0"
    elif node.style is None and node.tag.endswith(":bool"):
        yield "false" if node.value == "true" else "true"
    else:
        yield _written(node, f"{node.value}x")
        yield _written(node, node.value[:-1])
        # Every reply of the bot holds it, so that what forbids it is violated.
        yield _written(node, "You")


def _written(node: yaml.ScalarNode, value: str) -> str:
    if node.style == '"':
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if node.style == "'" or not value:
        return "'" + value.replace("'", "''") + "'"
    return value


def _changes_of_cells(file: str, text: str) -> Iterator[Change]:
    rows = list(csv.reader(io.StringIO(text)))
    for line, row in enumerate(rows):
        for column, cell in enumerate(row):
            for new in (f"{cell}x", cell[:-1]):
                copy = [list(one) for one in rows]
                copy[line][column] = new
                target = io.StringIO()
                csv.writer(target, lineterminator="\n").writerows(copy)
                yield Change(
                    file=file,
                    path=(line, column),
                    is_key=line == 0,
                    old=cell,
                    new=new,
                    text=target.getvalue(),
                )
