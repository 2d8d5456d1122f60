"""The nodes of a compiled template. Each renders to a value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol, cast

from harness.core import Json, Place, Problem, describe, quote, value_class
from harness.formats.template.expressions import Expression
from harness.formats.template.filters import MOST, text_of
from harness.formats.template.template_error import Fault, NullInText, TemplateError, too_long

Context = Mapping[str, object]
AsText = Callable[[object], str]
"""Writes a value as a part of a text. Raises NullInText for null."""


class TemplateNode(Protocol):
    """A compiled value."""

    def render(self, context: Context) -> Json:
        """The value. Raises TemplateError."""


@value_class(frozen=True, slots=True)
class Where:
    """The place of a node, found when a message needs it."""

    place: Callable[[], Place] | None
    expression: str = ""

    def narrowed(self, expression: str) -> Where:
        """The place of one expression in a text."""
        return Where(self.place, expression)

    def problem(self, fault: Fault) -> Problem:
        """A fault as a problem with a place."""
        place = self.place() if self.place else None
        if place is not None and self.expression:
            written = f"${{{self.expression}}}"
            column = place.source.line(place.line).find(written, place.column - 1) + 1
            if column:
                place = place.source.place(place.line, column, len(written))
        return Problem(code=fault.code, message=fault.message, hint=fault.hint, place=place)

    def none_in_text(self) -> TemplateError:
        """The problem of a null that is a part of a text."""
        message = f"'${{{self.expression}}}' is null, but it is part of a text"
        return self.error(Fault("none-in-text", message, "add | default('') to use an empty text"))

    def error(self, fault: Fault) -> TemplateError:
        """A fault as an error with a place."""
        error = TemplateError(self.problem(fault))
        error.fault = fault
        return error


@value_class(frozen=True, slots=True)
class Constant:
    """A value without templates."""

    value: Json

    def render(self, _: Context) -> Json:
        """The value, the same object each time."""
        return self.value


@value_class(frozen=True, slots=True)
class Lone:
    """A text that is one `${…}`. It keeps the type of its value."""

    expression: Expression
    where: Where
    none_is_none: bool
    as_text: AsText = text_of
    """How the value is written as a part of a text."""

    def render(self, context: Context) -> Json:
        """The value of the expression."""
        try:
            value = self.expression.evaluate(context)
            if isinstance(value, str) and len(value) > MOST:
                raise too_long("the text", MOST)
        except NullInText:
            if self.none_is_none:
                return None
            raise self.where.none_in_text() from None
        except Fault as fault:
            raise self.where.error(fault) from fault.__cause__
        return cast("Json", value)


@value_class(frozen=True, slots=True)
class Mixed:
    """A text that contains `${…}`."""

    parts: Sequence[Constant | Lone]
    where: Where
    none_is_none: bool

    def render(self, context: Context) -> str | None:
        """The text. In a definition, it is None if a part of it is null."""
        texts = []
        for part in self.parts:
            try:
                value = part.render(context)
                texts.append(part.as_text(value) if isinstance(part, Lone) else text_of(value))
            except NullInText:
                if self.none_is_none:
                    return None
                where = part.where if isinstance(part, Lone) else self.where
                raise where.none_in_text() from None
            except Fault as fault:
                raise self.where.error(fault) from None
        if sum(map(len, texts)) > MOST:
            raise self.where.error(too_long("the text", MOST))
        return "".join(texts)


@value_class(frozen=True, slots=True)
class Listing:
    """A list."""

    parts: Sequence[TemplateNode]
    drop_none: bool

    def render(self, context: Context) -> list[Json]:
        """A new list, with the elements of each `for_each` and `when` in it."""
        values: list[Json] = []
        for node in self.parts:
            if isinstance(node, ForEach):
                values += node.elements(context)
                continue
            value = node.render(context)
            if isinstance(node, When) and is_list(node.body):
                values += cast("list[Json]", value or [])
            elif not _is_dropped(node, value, self.drop_none):
                values.append(value)
        return values


@value_class(frozen=True, slots=True)
class Table:
    """A mapping."""

    entries: Sequence[tuple[TemplateNode, TemplateNode]]
    where: Where
    drop_none: bool

    def render(self, context: Context) -> dict[str, Json]:
        """A new mapping."""
        table: dict[str, Json] = {}
        for key_node, node in self.entries:
            key = key_node.render(context)
            value = node.render(context)
            if key is None and self.drop_none:
                continue
            if not isinstance(key, str):
                raise self.where.error(Fault("key-is-no-text", f"the key is {describe(key)}"))
            if key in table:
                raise self.where.error(Fault("duplicate-key", f"two keys are {quote(key)}"))
            if not _is_dropped(node, value, self.drop_none):
                table[key] = value
        return table


@value_class(frozen=True, slots=True)
class FirstOf:
    """The first of several values that is not null."""

    choices: Sequence[TemplateNode]

    def render(self, context: Context) -> Json:
        """The value; None if all are null."""
        values = (choice.render(context) for choice in self.choices)
        return next((value for value in values if value is not None), None)


@value_class(frozen=True, slots=True)
class When:
    """A value that is there only under a condition."""

    condition: TemplateNode
    body: TemplateNode

    def render(self, context: Context) -> Json:
        """The value; None where the condition is false."""
        return self.body.render(context) if self.condition.render(context) else None


@value_class(frozen=True, slots=True, kw_only=True)
class ForEach:
    """A list with an element for each element of another list."""

    source: TemplateNode
    name: str
    when: TemplateNode | None
    body: TemplateNode
    where: Where

    def elements(self, context: Context) -> list[Json]:
        """Its elements in a list around it. If a `yield` is a list, they are its items."""
        built = self.render(context)
        if not is_list(self.body):
            return built
        return [item for items in built for item in cast("list[Json]", items)]

    def render(self, context: Context) -> list[Json]:
        """A new list; empty if the source is null."""
        source = self.source.render(context)
        if source is None:
            return []
        if isinstance(source, str) or not isinstance(source, Sequence):
            message = f"'for_each' needs a list, not {describe(source)}"
            raise self.where.error(Fault("bad-form", message))
        built = []
        for element in source:
            inner = {**context, self.name: element}
            if self.when is None or self.when.render(inner):
                value = self.body.render(inner)
                if not _is_dropped(self.body, value, drop_none=True):
                    built.append(value)
        return built


def is_list(node: TemplateNode) -> bool:
    """Whether a node is written as a list."""
    if isinstance(node, Constant):
        return isinstance(node.value, list | tuple)
    return is_list(node.body) if isinstance(node, When) else isinstance(node, Listing | ForEach)


def _is_dropped(node: TemplateNode, value: Json, drop_none: bool) -> bool:  # noqa: FBT001 - a filter's setting
    # A null that the author wrote is kept; one that a `${…}` gave is dropped.
    return drop_none and value is None and not isinstance(node, Constant)


def names_of(node: TemplateNode | None) -> frozenset[str]:
    """The variables that a node needs, without those that it defines itself."""
    if isinstance(node, Lone):
        return node.expression.names
    if isinstance(node, ForEach):
        inner = names_of(node.body) | names_of(node.when)
        return names_of(node.source) | (inner - {node.name})
    return frozenset().union(*map(names_of, _parts(node)))


def _parts(node: TemplateNode | None) -> Iterable[TemplateNode]:
    if isinstance(node, Mixed | Listing):
        return node.parts
    if isinstance(node, Table):
        return [part for entry in node.entries for part in entry]
    if isinstance(node, When):
        return (node.condition, node.body)
    return node.choices if isinstance(node, FirstOf) else ()
