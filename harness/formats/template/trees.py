"""Compiles values whose texts contain `${…}`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from harness.core import Json, Path, Place, Problem, nearest_word, quote, value_class
from harness.formats.template.expressions import compile_expression, split
from harness.formats.template.filters import text_of
from harness.formats.template.template_error import Fault, TemplateError
from harness.formats.template.template_nodes import (
    AsText,
    Constant,
    FirstOf,
    ForEach,
    Listing,
    Lone,
    Mixed,
    Table,
    TemplateNode,
    When,
    Where,
    names_of,
)


@value_class(frozen=True, slots=True, kw_only=True)
class Template:
    """A compiled value."""

    names: frozenset[str]
    """The variables that the template needs."""
    is_constant: bool
    """Whether the template renders to the same value with any variables."""
    root: TemplateNode

    def render(self, context: Mapping[str, object]) -> Json:
        """The value with every `${…}` replaced. Raises TemplateError.

        A text that is a single `${…}` gets the value with its type. A constant value is not
        copied. In a definition, keys and elements that render to null are left out.
        """
        return self.root.render(context)


Written = Callable[[str], AsText]
"""Writes the value of an expression, which is also given, as a part of a text."""


def plainly(_expression: str) -> AsText:
    """Write a value as JSON, but a text without quotes."""
    return text_of


def compile_template(
    value: Json,
    place_of: Callable[[Path], Place] | None = None,
    *,
    definition: bool = False,
    as_text: Written = plainly,
) -> Template:
    """Compile a value whose texts may contain `${…}`; `$${` is written for the characters `${`.

    `place_of` gives the place of a path in the value, for messages. `as_text` writes the value of
    a `${…}` as a part of a text.

    With `definition`, a member that does not exist is null; a text with a null in it is null; keys
    and elements whose `${…}` is null are left out; and three mappings have a meaning:
    `{for_each:, as:, yield:}`, with an optional `when:`, makes a list, `{when:, yield:}` is left
    out if the condition is false, and `{first_of: [...]}` is the first of its elements that is not
    null.

    Raises TemplateError with all problems of the value.
    """
    if isinstance(value, str) and "${" not in value:
        # Most texts of a scenario have no `${`; this is eight times faster.
        return constant_template(value)
    compiler = _Compiler(place_of=place_of, definition=definition, as_text=as_text)
    root = compiler.compile(value, ())
    return _template(compiler, root)


def constant_template(value: Json) -> Template:
    """A template that renders to a given value, in which `${` has no meaning."""
    return Template(names=frozenset(), is_constant=True, root=Constant(value))


def literal(value: Json) -> Json:
    """The template that renders to this value: `${` in its texts does not begin an expression."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, Mapping):
        return {key: literal(inner) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [literal(inner) for inner in value]
    return value


def compile_condition(value: str, place_of: Callable[[Path], Place] | None = None) -> Template:
    """Compile a definition's condition: one expression, with or without `${…}` around it.

    Raises TemplateError, also for a condition that is always true or always false.
    """
    compiler = _Compiler(place_of=place_of, definition=True)
    root = compiler.condition(value, ())
    return _template(compiler, root)


def _template(compiler: _Compiler, root: TemplateNode) -> Template:
    if compiler.problems:
        raise TemplateError(compiler.problems)
    return Template(names=names_of(root), is_constant=isinstance(root, Constant), root=root)


class _Compiler:
    def __init__(
        self,
        *,
        place_of: Callable[[Path], Place] | None,
        definition: bool,
        as_text: Written = plainly,
    ) -> None:
        self.problems: list[Problem] = []
        self._place_of = place_of
        self._definition = definition
        self._as_text = as_text

    def compile(self, value: Json, path: Path) -> TemplateNode:
        if isinstance(value, str):
            return self._text(value, path) if "${" in value else Constant(value)
        if isinstance(value, Mapping):
            return self._mapping(value, path)
        if isinstance(value, Sequence):
            elements = tuple(self.compile(part, (*path, at)) for at, part in enumerate(value))
            if all(_is_written(node, part) for node, part in zip(elements, value, strict=True)):
                return Constant(value)
            return Listing(elements, drop_none=self._definition)
        return Constant(value)

    def _text(self, text: str, path: Path) -> TemplateNode:
        where = self._where(path)
        try:
            parts = split(text)
        except Fault as fault:
            return self._fault(fault, where)
        if not any(part.is_expression for part in parts):
            return Constant("".join(part.text for part in parts))
        compiled = [
            self._expression(part.text, where) if part.is_expression else Constant(part.text)
            for part in parts
        ]
        if len(compiled) == 1:
            return compiled[0]
        return Mixed(tuple(compiled), where, none_is_none=self._definition)

    def _expression(self, source: str, where: Where) -> Constant | Lone:
        try:
            expression = compile_expression(source, lenient=self._definition)
        except Fault as fault:
            return self._fault(fault, where.narrowed(source))
        return Lone(
            expression,
            where.narrowed(source),
            none_is_none=self._definition,
            as_text=self._as_text(source),
        )

    def _mapping(self, value: Mapping[str, Json], path: Path) -> TemplateNode:
        if self._definition and "for_each" in value:
            return self._for_each(value, path)
        if self._definition and "first_of" in value:
            return self._first_of(value, path)
        if self._definition and value.keys() == {"when", "yield"}:
            condition = self.condition(value["when"], (*path, "when"))
            return When(condition, self.compile(value["yield"], (*path, "yield")))
        if self._definition and "yield" in value:
            self._require_no_misspelt_form(value, path)
        entries = tuple(
            (self.compile(key, (*path, key)), self.compile(part, (*path, key)))
            for key, part in value.items()
        )
        written = all(
            _is_written(key_node, key) and _is_written(node, part)
            for (key_node, node), (key, part) in zip(entries, value.items(), strict=True)
        )
        if written:
            return Constant(value)
        return Table(entries, self._where(path), drop_none=self._definition)

    def _require_no_misspelt_form(self, value: Mapping[str, Json], path: Path) -> None:
        """Note a key beside `yield` that is nearly that of a form."""
        for key in value:
            if meant := nearest_word(key, ("for_each", "when")):
                fault = Fault("bad-form", f"'yield' is next to {quote(key)}", meant)
                self._fault(fault, self._where((*path, key)))

    def _first_of(self, value: Mapping[str, Json], path: Path) -> TemplateNode:
        choices, path = value["first_of"], (*path, "first_of")
        if len(value) > 1:
            return self._fault(
                Fault("bad-form", "'first_of' must be the only key"), self._where(path)
            )
        if isinstance(choices, str) or not isinstance(choices, Sequence) or not choices:
            return self._fault(
                Fault("bad-form", "'first_of' takes a list of values"), self._where(path)
            )
        return FirstOf(
            tuple(self.compile(choice, (*path, at)) for at, choice in enumerate(choices))
        )

    def _for_each(self, value: Mapping[str, Json], path: Path) -> TemplateNode:
        if value.keys() | {"when"} != {"for_each", "as", "yield", "when"}:
            message = "'for_each' needs 'as' and 'yield', and may have 'when'"
            return self._fault(Fault("bad-form", message), self._where(path))
        name = value["as"]
        if not isinstance(name, str) or not name.isidentifier():
            fault = Fault("bad-form", f"'as' takes a name, not {quote(name)}")
            return self._fault(fault, self._where((*path, "as")))
        return ForEach(
            source=self._wanted(value["for_each"], (*path, "for_each")),
            name=name,
            when=self.condition(value["when"], (*path, "when")) if "when" in value else None,
            body=self.compile(value["yield"], (*path, "yield")),
            where=self._where((*path, "for_each")),
        )

    def _wanted(self, value: Json, path: Path) -> TemplateNode:
        """Compile a value whose texts are expressions, even without `${…}`."""
        if isinstance(value, str) and "${" not in value:
            return self._expression(value, self._where(path))
        return self.compile(value, path)

    def condition(self, value: Json, path: Path) -> TemplateNode:
        """Compile an expression that is not always true or always false."""
        known = len(self.problems)
        node = self._wanted(value, path)
        if len(self.problems) > known or (isinstance(node, Lone) and names_of(node)):
            return node
        hint = "write one expression, such as ${settings.version == 2}"
        what = "is always the same" if isinstance(node, Lone) else "is a text, not an expression"
        return self._fault(Fault("no-effect", f"the condition {what}", hint), self._where(path))

    def _where(self, path: Path) -> Where:
        return Where(partial(self._place_of, path) if self._place_of else None)

    def _fault(self, fault: Fault, where: Where) -> Constant:
        self.problems.append(where.problem(fault))
        return Constant(None)


def _is_written(node: TemplateNode, value: Json) -> bool:
    """Whether a value contains no `${…}`, so that it renders to itself."""
    return isinstance(node, Constant) and node.value is value
