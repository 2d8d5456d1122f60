"""Adds a key to a mapping in a YAML text; all else stays as it is written, comments too."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.core import Json, Path
from harness.formats.yaml.document import Document
from harness.formats.yaml.node_spans import FLOW, NodeSpan, spans_of
from harness.formats.yaml.yaml_editing import CannotEdit, with_value
from harness.formats.yaml.yaml_writing import WIDTH, write_line

STEP = 2
"""Spaces by which the entries of a mapping are further to the right than its key."""
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


def with_key(document: Document, path: Path, key: str, value: Json) -> str:
    """The text of a document in which the mapping at a path has one more key, the last.

    A value that is not a mapping, such as `none`, is replaced by one. Raises `CannotEdit` if the
    mapping is an alias, or is used by an alias elsewhere.
    """
    if not isinstance(document.at(*path).value, dict):
        return with_value(document, path, {key: value})
    text, spans = document.source.text, spans_of(document.source.text)
    walked = spans.walk(path)
    if any(span.style == "*" for span in walked):
        raise CannotEdit("the mapping is an alias")
    mapping = walked[-1]
    if any(spans.aliases.get(inner.anchor) for inner in walked if inner.anchor):
        raise CannotEdit("the mapping is an anchor that other lines use as well")
    if mapping.style in FLOW:
        return _in_flow(text, mapping, f"{_written(key)}: {_written(value)}")
    return _in_block(text, mapping, key, value)


def _in_flow(text: str, mapping: NodeSpan, entry: str) -> str:
    """Behind the last entry of `{…}`; on a line of its own if the line would be too long."""
    inside = mapping.start + 1
    if not mapping.members:
        return f"{text[:inside]}{entry}{text[inside:]}"
    end = max(span.end for span in (*mapping.members.values(), *mapping.keys.values()))
    separator = ", "
    if len(text[_line_start(text, end) : end]) + len(separator) + len(entry) > WIDTH:
        separator = f",{_line_break(text)}{' ' * (inside - _line_start(text, inside))}"
    return f"{text[:end]}{separator}{entry}{text[end:]}"


def _in_block(text: str, mapping: NodeSpan, key: str, value: Json) -> str:
    """On a line of its own behind the last entry, and behind a comment on its line."""
    first = next(iter(mapping.keys.values())).start
    following = _LINE_BREAK.search(text, mapping.end)
    end = following.start() if following else len(text)
    lines = _lines(key, value, first - _line_start(text, first))
    added = "".join(f"{_line_break(text)}{line}" for line in lines)
    return f"{text[:end]}{added}{text[end:]}"


def _lines(key: str, value: Json, indent: int) -> Iterator[str]:
    """An entry on one line; a mapping that makes it too long has a line for each of its entries."""
    line = f"{' ' * indent}{_written(key)}: {_written(value)}"
    if len(line) <= WIDTH or not isinstance(value, dict) or not value:
        yield line
        return
    yield f"{' ' * indent}{_written(key)}:"
    for inner, each in value.items():
        yield from _lines(inner, each, indent + STEP)


def _line_start(text: str, position: int) -> int:
    return max(text.rfind("\n", 0, position), text.rfind("\r", 0, position)) + 1


def _line_break(text: str) -> str:
    """The first one of a text; a line feed if it has none."""
    return match[0] if (match := _LINE_BREAK.search(text)) else "\n"


def _written(value: Json) -> str:
    """A value on one line, as it can stand in a block and inside brackets."""
    return write_line([value])[1:-1]
