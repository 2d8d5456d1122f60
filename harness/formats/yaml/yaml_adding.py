"""Adds a key to a mapping in a YAML text; all else stays as it is written, comments too."""

from __future__ import annotations

import re

from harness.core import Json, Path
from harness.formats.yaml.document import Document
from harness.formats.yaml.node_spans import FLOW, NodeSpan, spans_of
from harness.formats.yaml.yaml_editing import CannotEdit, with_value
from harness.formats.yaml.yaml_writing import write_line

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
    entry = f"{_written(key)}: {_written(value)}"
    if mapping.style in FLOW:
        return _in_flow(text, mapping, entry)
    return _in_block(text, mapping, entry)


def _in_flow(text: str, mapping: NodeSpan, entry: str) -> str:
    """Behind the last entry of `{…}`."""
    if not mapping.members:
        return f"{text[: mapping.start + 1]}{entry}{text[mapping.start + 1 :]}"
    end = max(span.end for span in (*mapping.members.values(), *mapping.keys.values()))
    return f"{text[:end]}, {entry}{text[end:]}"


def _in_block(text: str, mapping: NodeSpan, entry: str) -> str:
    """On a line of its own behind the last entry, and behind a comment on its line."""
    first = next(iter(mapping.keys.values())).start
    before = max(text.rfind("\n", 0, first), text.rfind("\r", 0, first)) + 1
    line_break = match[0] if (match := _LINE_BREAK.search(text)) else "\n"
    following = _LINE_BREAK.search(text, mapping.end)
    end = following.start() if following else len(text)
    return f"{text[:end]}{line_break}{' ' * (first - before)}{entry}{text[end:]}"


def _written(value: Json) -> str:
    """A value on one line, as it can stand in a block and inside brackets."""
    return write_line([value])[1:-1]
