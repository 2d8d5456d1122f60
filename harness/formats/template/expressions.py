"""Splits texts with `${…}` into parts, and compiles the expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from harness.core import Place, value_class
from harness.formats.template.lookup import parse_lookup
from harness.formats.template.template_error import LETTERS, Fault

_START = re.compile(r"\$?\$\{")
_INSIDE = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[{}]""", re.DOTALL)


class Expression(Protocol):
    """A compiled expression: the text between `${` and `}`."""

    @property
    def names(self) -> frozenset[str]:
        """The variables that it needs."""

    def evaluate(self, context: Mapping[str, object]) -> object:
        """The value, with its type. Raises Fault and NullInText."""


@value_class(frozen=True, slots=True, kw_only=True)
class TextPart:
    """A part of a text: a literal or an expression."""

    text: str
    """A literal as written; an expression without its braces."""
    is_expression: bool = False


def split(text: str) -> tuple[TextPart, ...]:
    """The parts of a text, literals without their escapes. Raises Fault."""
    parts: list[TextPart] = []
    literal, done = "", 0
    while start := _START.search(text, done):
        literal += text[done : start.start()]
        done = start.end()
        if start.group() == "$${":
            literal += "${"
            continue
        end = _end(text, done)
        if literal:
            parts.append(TextPart(text=literal))
        parts.append(TextPart(text=text[done:end], is_expression=True))
        literal, done = "", end + 1
    literal += text[done:]
    if literal:
        parts.append(TextPart(text=literal))
    return tuple(parts)


def literals(text: str) -> tuple[str, ...]:
    """The literals of a text; none if the text cannot be read."""
    try:
        return tuple(part.text for part in split(text) if not part.is_expression)
    except Fault:
        return ()


def expressions(text: str) -> tuple[str, ...]:
    """The expressions of a text; none if the text cannot be read."""
    try:
        return tuple(part.text for part in split(text) if part.is_expression)
    except Fault:
        return ()


def expression_with(name: str, place: Place) -> Place:
    """The first `${…}` at or below a place that uses a name; the place itself if there is none."""
    pattern = re.compile(rf"\$\{{[^{{}}]*\b{re.escape(name)}\b[^{{}}]*\}}")
    lines = place.source.text.split("\n")[place.line - 1 :]
    for number, line in enumerate(lines, place.line):
        match = pattern.search(line, place.column - 1 if number == place.line else 0)
        if match is not None:
            return place.source.place(number, match.start() + 1, len(match.group()))
    return place


def compile_expression(source: str, *, lenient: bool) -> Expression:
    """Compile an expression without its braces. Raises Fault."""
    lookup = parse_lookup(source, lenient=lenient)
    if lookup is not None:
        return lookup
    # Imported only here: most projects never need Jinja.
    from harness.formats.template import sandbox  # noqa: PLC0415

    return sandbox.compile_expression(source, lenient=lenient)


def _end(text: str, start: int) -> int:
    """The offset of the brace that closes an expression."""
    depth = 0
    for token in _INSIDE.finditer(text, start):
        if token.group() == "{":
            depth += 1
        elif token.group() == "}":
            if depth == 0:
                return token.start()
            depth -= 1
    raise Fault("template-syntax", "'${' is not closed", LETTERS)
