"""Changes one value in a YAML text; all else stays as it is written, comments too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from harness.core import Json, Path, is_same, value_class
from harness.formats.yaml.document import Document
from harness.formats.yaml.node_spans import BLOCK_TEXTS, NodeSpan, Spans, spans_of, without_dress
from harness.formats.yaml.yaml_writing import write_line

LAST_OF_FOUR_DIGITS = 0xFFFF
_COMMENT = re.compile(r"(?:(?<=\s)|^)#[^\r\n]*", re.MULTILINE)
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_REST_OF_LINE = re.compile(r"[^\r\n]*")


class CannotEdit(ValueError):
    """A value cannot be changed alone; the text is a sentence without a full stop."""


@value_class(frozen=True, slots=True)
class _Change:
    """A stretch of the text, and what takes its place."""

    start: int
    end: int
    text: str


def with_value(document: Document, path: Path, value: Json) -> str:
    """The text of a document with another value at a path.

    Of mappings and lists, only what differs is written anew, in the style of the old value. Raises
    `CannotEdit` if what must change is an alias, or is used by an alias elsewhere.
    """
    editor = _Editor(document)
    return editor.applied(editor.changes(path, document.at(*path).value, value))


def with_name(document: Document, path: Path, name: str, value: Json) -> str:
    """The text of a document with another key and value in place of the key at a path."""
    editor = _Editor(document)
    *_, parent = _behind_aliases(editor.spans.walk(path[:-1]))
    key = parent.keys[str(path[-1])]
    renamed = _Change(without_dress(editor.text, key), key.end, _plain(name))
    return editor.applied([renamed, *editor.changes(path, document.at(*path).value, value)])


def shared_lines(document: Document, path: Path) -> tuple[str, tuple[int, ...]]:
    """The anchor above a path that aliases repeat, and the lines of those; else empty."""
    spans = spans_of(document.source.text)
    for span in spans.walk(path)[:-1]:
        if span.style != "*" and span.anchor in spans.aliases:
            lines = (_line(document, alias.start) for alias in spans.aliases[span.anchor])
            return span.anchor, tuple(lines)
    return "", ()


def last_line(document: Document, path: Path) -> int:
    """The last line of the value at a path, from 1."""
    *_, span = spans_of(document.source.text).walk(path)
    return _line(document, max(span.start, span.end - 1))


def _line(document: Document, offset: int) -> int:
    return len(_LINE_BREAK.findall(document.source.text, 0, offset)) + 1


def _behind_aliases(walked: Sequence[NodeSpan]) -> tuple[NodeSpan, ...]:
    return tuple(span for span in walked if span.style != "*")


class _Editor:
    """The changes to one text."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.text = document.source.text
        self.spans: Spans = spans_of(self.text)
        match = _LINE_BREAK.search(self.text)
        self._line_break = match[0] if match else "\n"

    def applied(self, changes: Sequence[_Change]) -> str:
        """The text with changes, which do not overlap."""
        text = self.text
        for change in sorted(changes, key=lambda change: change.start, reverse=True):
            text = f"{text[: change.start]}{change.text}{text[change.end :]}"
        return text

    def changes(self, path: Path, old: Json, new: Json) -> list[_Change]:
        """The changes that make the old value at a path the new one."""
        *above, span = self.spans.walk(path)
        parent = next((one for one in reversed(above) if one.style != "*"), span)
        if above and above[-1].style == "*":
            raise CannotEdit(self._of_alias(above[-1]))
        return list(self._changes(span, old, new, self._indent(parent, span)))

    def _indent(self, parent: NodeSpan, span: NodeSpan) -> int:
        """The columns in front of a line that continues a value."""
        key = next((parent.keys[n] for n, one in parent.members.items() if one is span), None)
        return self._column((key or span).start) + (2 if key is not None else 0)

    def _changes(self, span: NodeSpan, old: Json, new: Json, indent: int) -> Iterator[_Change]:
        if is_same(old, new) and type(old) is type(new):
            return
        if span.style == "*":
            raise CannotEdit(self._of_alias(span))
        if isinstance(old, Mapping) and isinstance(new, Mapping) and list(old) == list(new) and old:
            for key, inner in span.members.items():
                below = self._column(span.keys[key].start) + 2
                yield from self._changes(inner, old[key], new[key], below)
        elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new) > 0:
            for inner, before, after in zip(span.items, old, new, strict=True):
                yield from self._changes(inner, before, after, self._column(inner.start))
        else:
            yield self._whole(span, new, indent)

    def _whole(self, span: NodeSpan, new: Json, indent: int) -> _Change:
        """The change that writes a node anew."""
        self._require_own(span)
        comments = self._comments(span)
        own_line = f"{self._line_break}{' ' * indent}"
        block = (
            "" if span.is_inside_flow or self._rest(span) else self._block_text(span, new, indent)
        )
        if block and not comments:
            written = block
        elif block and span.style in BLOCK_TEXTS:
            # A comment behind the sign of a block text stays there.
            sign, line_break, body = block.partition(self._line_break)
            return _Change(span.start, span.end, f"{sign}  {comments[0]}{line_break}{body}")
        else:
            written = self._scalar(span, new)
        if not span.is_block:
            if span.start == span.end:
                # The value was left out.
                return _Change(span.start, span.end, f" {written}")
            if comments:
                self._require_no_more(span)
            behind = f"  {comments[0]}" if comments else ""
            return _Change(
                span.start, span.end, f"{written}{behind}{_lines(comments[1:], own_line)}"
            )
        if isinstance(new, list | Mapping) and new and isinstance(new, list) == (span.style == "-"):
            margin = f"{self._line_break}{' ' * self._column(span.start)}"
            return _Change(
                span.start, span.end, f"{_block(new, margin)}{_lines(comments, own_line)}"
            )
        key = self.text[: span.start].rstrip(" \t\r\n")
        if key.endswith(":") and not comments:
            return _Change(len(key), span.end, f" {written}")
        # A list may stand as far left as its key, but another value may not.
        margin = " " * (indent - self._column(span.start))
        return _Change(span.start, span.end, f"{margin}{written}{_lines(comments, own_line)}")

    def _require_no_more(self, span: NodeSpan) -> None:
        """Raise `CannotEdit` if the comments inside a value cannot be moved behind it."""
        if span.is_inside_flow or self._rest(span):
            raise CannotEdit("comments are inside the value; move them above it")

    def _rest(self, span: NodeSpan) -> str:
        """What follows a node on its last line."""
        match = _REST_OF_LINE.match(self.text, span.end)
        return match[0].strip(" \t") if match else ""

    def _scalar(self, span: NodeSpan, new: Json) -> str:
        """A value on one line; a text in the quotes of the old one, as far as they can hold it."""
        if not isinstance(new, str):
            return _flow(new)
        if span.style == "'" and new.isprintable():
            return "'{}'".format(new.replace("'", "''"))
        if span.style == '"':
            return _quoted(new)
        return _flow(new) if span.is_inside_flow or span.is_collection else _plain(new)

    def _block_text(self, span: NodeSpan, new: Json, indent: int) -> str:
        """A text of several lines as a literal block; empty if it cannot be one."""
        if not isinstance(new, str) or (span.style not in BLOCK_TEXTS and "\n" not in new):
            return ""
        stripped = new.rstrip("\n")
        ends = len(new) - len(stripped)
        first, *_ = lines = stripped.split("\n")
        is_writable = all(line.isprintable() for line in lines)
        if ends > 1 or not first.strip(" ") or first[0] == " " or not is_writable:
            return ""
        margin = f"{self._line_break}{' ' * indent}"
        body = "".join(f"{margin}{line}" if line else self._line_break for line in lines)
        return f"|{'' if ends else '-'}{body}"

    def _comments(self, span: NodeSpan) -> list[str]:
        """The comments inside a node, in order."""
        leaves = (one for one in span.below() if not one.is_collection)
        found, at = [], span.start
        for start, end in (*sorted(map(self._content, leaves)), (span.end, span.end)):
            found += [match[0].rstrip() for match in _COMMENT.finditer(self.text, at, start)]
            at = max(at, end)
        return found

    def _content(self, leaf: NodeSpan) -> tuple[int, int]:
        """The stretch of a scalar without the sign of a block text and the comment behind it."""
        if leaf.style in BLOCK_TEXTS:
            first = _LINE_BREAK.search(self.text, leaf.start, leaf.end)
            return (first.start() if first else leaf.end), leaf.end
        return leaf.start, leaf.end

    def _require_own(self, span: NodeSpan) -> None:
        """Raise `CannotEdit` if a node, or one inside it, is an alias or used by one."""
        for inner in span.below():
            if inner.style == "*":
                raise CannotEdit(self._of_alias(inner))
            if aliases := self.spans.aliases.get(inner.anchor, ()):
                lines = ", ".join(str(_line(self.document, one.start)) for one in aliases)
                raise CannotEdit(
                    f"the value is the anchor &{inner.anchor}, which line {lines} uses as well"
                )

    def _of_alias(self, alias: NodeSpan) -> str:
        line = _line(self.document, self.spans.anchors[alias.anchor].start)
        return f"the value is the alias *{alias.anchor} of line {line}"

    def _column(self, offset: int) -> int:
        """The column of an offset, from 0."""
        return offset - max(self.text.rfind("\n", 0, offset), self.text.rfind("\r", 0, offset)) - 1


def _lines(comments: Sequence[str], own_line: str) -> str:
    return "".join(f"{own_line}{comment}" for comment in comments)


def _block(value: Sequence[Json] | Mapping[str, Json], margin: str) -> str:
    """A list or mapping with a line for each entry."""
    if isinstance(value, Mapping):
        return margin.join(f"{_plain(key)}: {_flow(one)}" for key, one in value.items())
    return margin.join(f"- {_flow(item)}" for item in value)


def _flow(value: Json) -> str:
    """A value on one line, as it can stand inside brackets."""
    return write_line([value])[1:-1]


def _plain(text: str) -> str:
    """A text on one line, as it can stand behind a key of a block."""
    return _quoted(text) if "\n" in text else write_line(text)


def _quoted(text: str) -> str:
    """A text in double quotes."""
    return "".join(map(_shown, json.dumps(text, ensure_ascii=False)))


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= LAST_OF_FOUR_DIGITS else f"\\U{code:08x}"
