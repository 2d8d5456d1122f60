"""From the parser's events to a value and its marks, in one pass without recursion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NoReturn

import yaml

from harness.core import Json, Place, Problem, Source, did_you_mean, quote, value_class
from harness.formats.yaml.document import Marks
from harness.formats.yaml.open_nodes import Anchored, Event, Open
from harness.formats.yaml.places import place_of_value, place_of_word
from harness.formats.yaml.scalars import PREFIX, STARTS, NotJson, apply_tag, resolve, short_tag

MOST_PROBLEMS: Final = 25
"""Reading ends after this many; a file with more is of another kind."""


@value_class(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of a file, which keep time and memory bounded."""

    size: int = 2 * 1024 * 1024
    """Bytes of the file."""
    depth: int = 100
    """Nested mappings and lists, including those of aliases."""
    nodes: int = 200_000
    """Values, including those of an alias each time it is used."""
    aliases: bool = True
    """False if an alias is a problem."""


Tags = Mapping[str, Callable[[str], Any]]
"""The readers of scalars by tag; each raises ValueError with a sentence."""
NO_TAGS: Tags = MappingProxyType({})


class ReadingStopped(Exception):
    """Reading cannot go on; the last of the problems is the reason."""


class Builder:
    """Takes events until the stream ends, and collects the problems of the file in `problems`."""

    def __init__(self, source: Source, limits: Limits, tags: Tags = NO_TAGS) -> None:
        self.problems: list[Problem] = []
        self.documents = 0
        self._source = source
        self._limits = limits
        self._tags = tags
        self._root = self._open = Open(0, [], [])
        self._outer: list[Open] = []
        # None for a node that is still being read.
        self._anchors: dict[str, Anchored | None] = {}
        self._nodes = 0
        # The greatest depth since the innermost open anchor.
        self._deepest = 0

    @property
    def value(self) -> Json:
        """The value of the file; None for an empty stream."""
        return self._root.value[0] if self._root.value else None

    @property
    def marks(self) -> Marks:
        """The marks of the value."""
        return self._root.marks[0] if self._root.marks else 0

    def build(self, next_event: Callable[[], Any]) -> None:
        """Take all events. Raises ReadingStopped, and the errors of the parser."""
        take_other: dict[type, Callable[[Event], None]] = {
            yaml.MappingStartEvent: self._mapping,
            yaml.SequenceStartEvent: self._sequence,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
            yaml.DocumentEndEvent: lambda _: None,
            yaml.StreamStartEvent: lambda _: None,
        }
        scalar, end = yaml.ScalarEvent, yaml.StreamEndEvent
        starts = STARTS
        open_ = self._open
        while (kind := type(event := next_event())) is not end:
            if kind is not scalar:
                take_other[kind](event)
                open_ = self._open
                continue
            text = event.value
            if event.tag is not None or event.anchor is not None:
                self._dressed_scalar(event)
                continue
            mark = event.start_mark.index
            if open_.wants_key:
                if text in open_.marks:
                    self._duplicate_key(text, mark)
                open_.key = text
                open_.key_mark = mark
                open_.wants_key = False
                continue
            value = text if event.style or text[:1] not in starts else self._plain(text, mark)
            if open_.is_mapping:
                key = open_.key
                open_.value[key] = value
                open_.marks[key] = (open_.key_mark, mark)
                open_.wants_key = True
            else:
                open_.value.append(value)
                open_.marks.append(mark)

    def _mapping(self, event: Event) -> None:
        begun = Open(event.start_mark.index, {}, {})
        begun.is_mapping = begun.wants_key = True
        self._start(event, begun, "map")

    def _sequence(self, event: Event) -> None:
        self._start(event, Open(event.start_mark.index, [], []), "seq")

    def _start(self, event: Event, begun: Open, kind: str) -> None:
        if event.tag is not None or event.anchor is not None or self._open.wants_key:
            self._dressed_start(event, begun, kind)
        outer = self._outer
        outer.append(self._open)
        self._open = begun
        if len(outer) > self._deepest:
            self._go_deeper(len(outer), begun.mark)

    def _dressed_start(self, event: Event, begun: Open, kind: str) -> None:
        """Start a collection that has a tag or an anchor, or is in the place of a key."""
        if self._open.wants_key:
            self._complex_key(begun.mark)
        if event.tag is not None and event.tag not in ("!", PREFIX + kind):
            self._unknown_tag(event.tag, begun.mark)
        if event.anchor is not None:
            begun.anchor = event.anchor
            self._anchors[event.anchor] = None
            begun.nodes, begun.deepest = self._nodes, self._deepest
            # From here on, this is the depth inside the anchored node.
            self._deepest = len(self._outer)

    def _end(self, _: Event) -> None:
        done = self._open
        outer = self._open = self._outer.pop()
        marks = (done.mark, done.marks)
        self._nodes += len(done.marks)
        if self._nodes > self._limits.nodes:
            self._too_many(done.mark)
        if done.is_mapping and "<<" in done.marks:
            self._merge_key(done.marks["<<"][0])
        if done.anchor is not None:
            nodes, height = self._nodes - done.nodes, self._deepest - len(self._outer)
            self._anchors[done.anchor] = Anchored(done.value, marks, nodes, height, None)
            self._deepest = max(self._deepest, done.deepest)
        if outer.wants_key:
            outer.begin("", done.mark)
        else:
            outer.add(done.value, marks)

    def _alias(self, event: Event) -> None:
        name, mark = event.anchor, event.start_mark.index
        anchored = self._anchors.get(name) if self._limits.aliases else None
        anchored = anchored or self._undefined(name, mark)
        self._nodes += anchored.nodes
        if self._nodes > self._limits.nodes:
            self._too_many(mark)
        depth = len(self._outer) + anchored.height
        if depth > self._deepest:
            self._go_deeper(depth, mark)
        if not self._open.wants_key:
            self._open.add(anchored.value, anchored.marks)
        elif anchored.text is not None:
            self._key(anchored.text, mark)
        else:
            self._complex_key(mark)
            self._open.begin("", mark)

    def _dressed_scalar(self, event: Event) -> None:
        """Take a scalar that has a tag or an anchor."""
        text, mark = event.value, event.start_mark.index
        is_key = self._open.wants_key
        value: Json = text
        if event.tag is not None:
            value = self._tagged(event.tag, text, mark)
        elif not event.style and not is_key:
            value = self._plain(text, mark)
        if event.anchor is not None:
            self._anchors[event.anchor] = Anchored(value, mark, 0, 0, text)
        if is_key:
            self._key(text, mark)
        else:
            self._open.add(value, mark)

    def _key(self, text: str, mark: int) -> None:
        if text in self._open.marks:
            self._duplicate_key(text, mark)
        self._open.begin(text, mark)

    def _plain(self, text: str, mark: int) -> Json:
        try:
            return resolve(text)
        except NotJson as reason:
            self._fault("not-a-number", str(reason), mark, "quote it if it is a text")
            return None

    def _tagged(self, tag: str, text: str, mark: int) -> Json:
        try:
            return self._tags[tag](text) if tag in self._tags else apply_tag(tag, text)
        except KeyError:
            self._unknown_tag(tag, mark)
        except NotJson as reason:
            self._fault("not-a-number", str(reason), mark)
        except ValueError as reason:
            self._fault("wrong-tag", str(reason), mark)
        return None

    def _document(self, event: Event) -> None:
        self.documents += 1
        if self.documents > 1:
            hint, mark = "put it into its own file", event.start_mark.index
            self._stop("several-documents", "a second document starts here", mark, hint)

    def _too_many(self, mark: int) -> NoReturn:
        message = f"more than {self._limits.nodes:,} values, counting each use of an alias"
        self._stop("too-many-nodes", message, mark)

    def _go_deeper(self, depth: int, mark: int) -> None:
        self._deepest = depth
        if depth > self._limits.depth:
            message = f"more than {self._limits.depth:,} nested mappings and lists"
            self._stop("too-deep", message, mark)

    def _undefined(self, name: str, mark: int) -> Anchored:
        """Note why an alias cannot be used; returns the value that is used instead."""
        if not self._limits.aliases:
            self._fault("undefined-alias", f"the alias '*{name}' is not read here", mark)
        elif name in self._anchors:
            self._fault("recursive-alias", f"the alias '*{name}' is inside its own anchor", mark)
        else:
            hint = did_you_mean(name, self._anchors) or "quote the text if it starts with '*'"
            self._fault(
                "undefined-alias", f"there is no anchor '&{name}' above '*{name}'", mark, hint
            )
        return Anchored(None, mark, 0, 0, name)

    def _complex_key(self, mark: int) -> None:
        message = "a key cannot be a mapping or a list"
        self._fault("complex-key", message, mark, "quote the text if it starts with '{' or '['")

    def _unknown_tag(self, tag: str, mark: int) -> None:
        hint = "quote the text if it starts with '!'" if tag.startswith("!") else ""
        self._fault("unknown-tag", f"unknown tag {quote(short_tag(tag))}", mark, hint)

    def _duplicate_key(self, key: str, mark: int) -> None:
        place = place_of_value(self._source, mark, key)
        first = place_of_value(self._source, self._open.marks[key][0], key).line
        where = "twice on this line" if first == place.line else f"here and on line {first}"
        message = f"the key {quote(key)} appears {where}"
        self._fault_at("duplicate-key", message, place, "keep one of them")

    def _merge_key(self, mark: int) -> None:
        # Quoted, it is a key as any other.
        if self._source.text.startswith("<<", mark):
            message = "the merge key '<<' is not supported"
            self._fault("merge-key", message, mark, "write the keys out")

    def _stop(self, code: str, message: str, mark: int, hint: str = "") -> NoReturn:
        self._fault(code, message, mark, hint)
        raise ReadingStopped

    def _fault(self, code: str, message: str, mark: int, hint: str = "") -> None:
        self._fault_at(code, message, place_of_word(self._source, mark), hint)

    def _fault_at(self, code: str, message: str, place: Place, hint: str) -> None:
        self.problems.append(Problem(code=code, message=message, place=place, hint=hint))
        if len(self.problems) == MOST_PROBLEMS:
            message = f"reading stops here, after {MOST_PROBLEMS} problems"
            self.problems.append(Problem(code="too-many-problems", message=message, place=place))
            raise ReadingStopped
