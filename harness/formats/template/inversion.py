"""Templates read backwards: what stood behind each `${…}` of a value that was filled in."""

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
    """What one `${…}` stood for."""

    expression: str
    """What stands between the braces; of a `for_each`, the list that it goes through."""
    value: Json = None
    elements: tuple[tuple[Binding, ...], ...] = ()
    """Of a `for_each`: what was found in each element. The value is then none."""
    name: str = ""
    """Of a `for_each`: what an element is called in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inverted:
    """How a value stands to a template."""

    bindings: tuple[Binding, ...]
    faults: int
    """Parts of the value that the template would not have made; 0 where it made them all."""


def invert(template: Template, value: Json) -> Inverted:
    """What the variables of a template stood for, as far as the value tells.

    Keys of a mapping that the template does not name are passed over. What two templates of one
    text share cannot be told: the shortest fit is taken.
    """
    inverter = _Inverter()
    bindings = tuple(inverter.bindings(template.root, value))
    return Inverted(bindings=bindings, faults=inverter.faults)


def pattern_of(node: TemplateNode, inside: str) -> tuple[str, tuple[str, ...]]:
    """A regular expression with a group for each `${…}` of a text, and what they say.

    `inside` is what one may stand for, such as `[^/]+`.
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
    """Walks through a template and a value together."""

    def __init__(self) -> None:
        self.faults = 0

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
            yield from self._listing(node, value)
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
                # What a template renders to none is left out; a constant never is.
                self.faults += 1

    def _listing(self, node: Listing, value: Json) -> Iterator[Binding]:
        if isinstance(value, str) or not isinstance(value, Sequence):
            self.faults += 1
            return
        rest = list(value)
        parts = self._parts_there(node, rest)
        loops = sum(isinstance(part, ForEach) for part in parts)
        # Where a list has several loops, the first one gets all that may belong to any of them.
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
            # XML has a list only where there are two or more.
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
    """The elements of a loop whose items lie in the list around it."""
    body = loop.body
    if not is_list(body) or isinstance(body, ForEach | When):
        return items
    if isinstance(body, Listing) and _has_conditions(body):
        return items
    parts = body.parts if isinstance(body, Listing) else cast("list[Json]", body.render({}))
    size = max(len(parts), 1)
    return [items[at : at + size] for at in range(0, len(items), size)]
