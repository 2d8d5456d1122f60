"""Where each node of a YAML text starts and ends, and how it is written: for changing a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from harness.core import Path
from harness.formats.yaml.yaml_reading import events_of

FLOW = "{["
BLOCK_TEXTS = frozenset("|>")
_DRESS = re.compile(r"(?:[&!]\S*[ \t]*(?:\r\n|\r|\n)?[ \t]*)*")


@dataclass(slots=True, eq=False)
class NodeSpan:
    """One node as it stands in the text; offsets are in characters."""

    start: int
    """Where the node starts, with its tag and anchor."""
    end: int
    """Behind its last character that is not white space."""
    style: str
    """The sign that it begins with: a quotation mark, `|`, `>`, `{`, `[`, `*` for an alias.

    Empty for a plain scalar, `:` for a mapping and `-` for a list in block form."""
    is_inside_flow: bool
    anchor: str = ""
    """Its own anchor; of an alias, the one that it names."""
    keys: dict[str, NodeSpan] = field(default_factory=dict)
    members: dict[str, NodeSpan] = field(default_factory=dict)
    items: list[NodeSpan] = field(default_factory=list)

    @property
    def is_collection(self) -> bool:
        """Whether it is a mapping or a list."""
        return self.style in (":", "-", "{", "[")

    @property
    def is_block(self) -> bool:
        """Whether it is a mapping or list over several lines, without braces or brackets."""
        return self.style in (":", "-")

    def below(self) -> Iterator[NodeSpan]:
        """This node and all nodes inside it; not those that an alias names."""
        yield self
        for inner in (*self.keys.values(), *self.members.values(), *self.items):
            yield from inner.below()


@dataclass(slots=True, eq=False)
class Spans:
    """The nodes of a text that was read before, so that it has no faults."""

    top: NodeSpan
    anchors: Mapping[str, NodeSpan]
    """The anchored nodes, by name."""
    aliases: Mapping[str, tuple[NodeSpan, ...]]
    """The aliases of each name, in the order of the file."""

    def walk(self, path: Path) -> tuple[NodeSpan, ...]:
        """The nodes on a path, the top first; an alias is followed by the node that it names.

        Raises `KeyError` or `IndexError` if the path leads nowhere.
        """
        span = self.top
        walked = [span]
        for part in path:
            span = span.members[part] if isinstance(part, str) else span.items[part]
            walked.append(span)
            if span.style == "*":
                span = self.anchors[span.anchor]
                walked.append(span)
        return tuple(walked)


def spans_of(text: str) -> Spans:
    """The nodes of a YAML text that reads without faults, and without anchors of one name twice."""
    builder = _Builder(text)
    builder.build()
    return Spans(builder.top, builder.anchors, {n: tuple(a) for n, a in builder.aliases.items()})


class _Builder:
    """Makes spans of the parser's events."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open: list[tuple[NodeSpan, list[tuple[str, NodeSpan]]]] = []
        self.top = NodeSpan(0, 0, "", is_inside_flow=False)
        self.anchors: dict[str, NodeSpan] = {}
        self.aliases: dict[str, list[NodeSpan]] = {}

    def build(self) -> None:
        """Take all events."""
        next_event = events_of(self._text)
        while not isinstance(event := next_event(), yaml.StreamEndEvent):
            if isinstance(event, yaml.CollectionStartEvent):
                self._open.append((self._begun(event), []))
            elif isinstance(event, yaml.CollectionEndEvent):
                self._close(event)
            elif isinstance(event, yaml.NodeEvent):
                self._scalar_or_alias(event)

    def _begun(self, event: Any) -> NodeSpan:  # noqa: ANN401  # PyYAML's events have no common type
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        style = ("{" if is_mapping else "[") if event.flow_style else (":" if is_mapping else "-")
        start = event.start_mark.index
        return NodeSpan(start, start, style, self._is_inside_flow, event.anchor or "")

    def _scalar_or_alias(self, event: Any) -> None:  # noqa: ANN401  # as above
        start, stop = event.start_mark.index, event.end_mark.index
        # The mark behind a block text is in front of the next token.
        end = start + len(self._text[start:stop].rstrip(" \t\r\n"))
        if isinstance(event, yaml.AliasEvent):
            span = NodeSpan(start, end, "*", self._is_inside_flow, str(event.anchor))
            self.aliases.setdefault(span.anchor, []).append(span)
            self._add(span, "")
            return
        span = NodeSpan(start, end, event.style or "", self._is_inside_flow, event.anchor or "")
        self._add(span, event.value)

    def _close(self, event: Any) -> None:  # noqa: ANN401  # as above
        span, parts = self._open.pop()
        if span.style in FLOW:
            span.end = event.end_mark.index
        elif parts:
            span.end = parts[-1][1].end
        if span.style in ("[", "-"):
            span.items = [part for _, part in parts]
        else:
            pairs = zip(parts[::2], parts[1::2], strict=True)
            for (name, key), (_, value) in pairs:
                span.keys[name] = key
                span.members[name] = value
        self._add(span, "")

    def _add(self, span: NodeSpan, name: str) -> None:
        if span.anchor and span.style != "*":
            self.anchors[span.anchor] = span
        if self._open:
            self._open[-1][1].append((name, span))
        else:
            self.top = span

    @property
    def _is_inside_flow(self) -> bool:
        return bool(self._open) and (
            self._open[-1][0].style in FLOW or self._open[-1][0].is_inside_flow
        )


def without_dress(text: str, span: NodeSpan) -> int:
    """Where a node starts behind its tag and anchor."""
    match = _DRESS.match(text, span.start, span.end)
    return match.end() if match else span.start
