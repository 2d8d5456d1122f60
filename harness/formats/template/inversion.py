"""Finds the value of each `${…}` of a template in a value that was made from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from harness.core import Json, is_same
from harness.formats.template.template_nodes import (
    Constant,
    FirstOf,
    ForEach,
    Listing,
    Lone,
    Mixed,
    Table,
    TemplateNode,
    When,
    is_list,
)
from harness.formats.template.trees import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """The value of a `${…}`."""

    expression: str
    """The text between the braces; for a `for_each`, the list that it iterates over."""
    value: Json = None
    elements: tuple[tuple[Binding, ...], ...] = ()
    """For a `for_each`: the bindings of each element. The value is then None."""
    name: str = ""
    """For a `for_each`: the name of an element in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inverted:
    """A value compared with a template."""

    bindings: tuple[Binding, ...]
    faults: int
    """The number of parts of the value that the template could not have made."""
    misplaced: int = 0
    """The number of those parts that are in lists."""


def invert(template: Template, value: Json) -> Inverted:
    """The values of a template's variables, as far as the value shows them.

    Keys of a mapping that the template does not name are ignored. Between two `${…}` of one text,
    the first one gets the shortest text that matches.
    """
    inverter = _Inverter()
    bindings = tuple(inverter.bindings(template.root, value))
    return Inverted(bindings=bindings, faults=inverter.faults, misplaced=inverter.misplaced)


def pattern_of(node: TemplateNode, inside: str) -> tuple[str, tuple[str, ...]]:
    """A regular expression with a group for each `${…}` of a text, and their expressions.

    `inside` is the pattern of their values, such as `[^/]+`.
    """
    parts = node.parts if isinstance(node, Mixed) else (node,)
    pattern = "".join(
        re.escape(str(part.value)) if isinstance(part, Constant) else f"({inside})"
        for part in parts
    )
    return pattern, tuple(
        part.where.expression if isinstance(part, Lone) else ""
        for part in parts
        if not isinstance(part, Constant)
    )


class _Inverter:
    """Compares a template with a value, part by part."""

    def __init__(self) -> None:
        self.faults = 0
        self.misplaced = 0

    def bindings(self, node: TemplateNode, value: Json) -> Iterator[Binding]:
        if isinstance(node, Constant):
            self.faults += not is_same(node.value, value)
        elif isinstance(node, Lone):
            yield Binding(expression=node.where.expression, value=value)
        elif isinstance(node, Mixed):
            yield from self._mixed(node, value)
        elif isinstance(node, Table):
            yield from self._table(node, value)
        elif isinstance(node, Listing):
            before = self.faults
            yield from self._listing(node, value)
            self.misplaced += self.faults - before
        elif isinstance(node, FirstOf):
            yield from self._first_of(node, value)
        elif isinstance(node, ForEach):
            yield from self._for_each(node, value)
        elif isinstance(node, When):
            yield from self.bindings(node.body, value)

    def _mixed(self, node: Mixed, value: Json) -> Iterator[Binding]:
        pattern, expressions = pattern_of(node, ".*?")
        match = re.fullmatch(pattern, value, re.DOTALL) if isinstance(value, str) else None
        if match is None:
            self.faults += 1
            return
        for expression, text in zip(expressions, match.groups(), strict=True):
            yield Binding(expression=expression, value=text)

    def _table(self, node: Table, value: Json) -> Iterator[Binding]:
        if not isinstance(value, Mapping):
            self.faults += 1
            return
        for key, inner in node.entries:
            name = key.value if isinstance(key, Constant) else None
            if isinstance(name, str) and name in value:
                yield from self.bindings(inner, value[name])
            elif isinstance(inner, Constant):
                # A `${…}` whose value is null is left out; a constant null is not.
                self.faults += 1

    def _listing(self, node: Listing, value: Json) -> Iterator[Binding]:
        if isinstance(value, str) or not isinstance(value, Sequence):
            self.faults += 1
            return
        rest = list(value)
        parts = self._parts_there(node, rest)
        loops = sum(isinstance(part, ForEach) for part in parts)
        # If a list has several loops, the first one gets all elements that may belong to any loop.
        surplus = len(value) - (len(parts) - loops)
        self.faults += max(-surplus, 0) if loops else abs(surplus)
        for inner in parts:
            if isinstance(inner, ForEach):
                count, surplus = max(surplus, 0), 0
                yield from self._for_each(inner, _chunks(inner, rest[:count]))
                del rest[:count]
            elif rest:
                yield from self.bindings(inner, rest.pop(0))

    def _parts_there(self, node: Listing, values: list[Json]) -> list[TemplateNode]:
        """The parts of a list, without those under a condition that are not there.

        Such a part is there if the value in its place is one that it would have made.
        """
        parts: list[TemplateNode] = []
        for part in node.parts:
            if isinstance(part, When) and not is_list(part.body):
                place = len(parts)
                if place >= len(values) or not _fits(part.body, values[place]):
                    continue
            parts.append(part)
        return parts

    def _first_of(self, node: FirstOf, value: Json) -> Iterator[Binding]:
        for choice in node.choices:
            trial = _Inverter()
            bindings = tuple(trial.bindings(choice, value))
            if not trial.faults:
                yield from bindings
                return
        self.faults += 1

    def _for_each(self, node: ForEach, value: Json) -> Iterator[Binding]:
        source = node.source
        if isinstance(value, Mapping) or (value is not None and not isinstance(value, list)):
            # XML has a list only if there are two elements or more.
            value = [value]
        if isinstance(source, Lone):
            elements = tuple(
                tuple(self.bindings(_body_of(node, element), element)) for element in value or ()
            )
            yield Binding(expression=source.where.expression, elements=elements, name=node.name)


def _fits(node: TemplateNode, value: Json) -> bool:
    """Whether a node would have made a value."""
    trial = _Inverter()
    for _ in trial.bindings(node, value):
        pass
    return not trial.faults


def _body_of(loop: ForEach, element: Json) -> TemplateNode:
    """What made an element: of a `yield` whose parts are there under conditions, one of them."""
    body = loop.body
    if not isinstance(body, Listing) or not _has_conditions(body) or isinstance(element, list):
        return body
    parts = [part.body if isinstance(part, ForEach) else part for part in body.parts]
    return next((part for part in parts if _fits(part, element)), body)


def _has_conditions(body: Listing) -> bool:
    return any(isinstance(part, ForEach | When) for part in body.parts)


def _chunks(loop: ForEach, items: list[Json]) -> list[Json]:
    """The elements of a loop whose items are in the list around it."""
    body = loop.body
    if not is_list(body) or isinstance(body, ForEach | When):
        return items
    if isinstance(body, Listing) and _has_conditions(body):
        return items
    parts = body.parts if isinstance(body, Listing) else cast("list[Json]", body.render({}))
    size = max(len(parts), 1)
    return [items[at : at + size] for at in range(0, len(items), size)]
