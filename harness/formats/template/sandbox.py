"""Evaluates expressions that are more than a look-up, by Jinja in a sandbox.

Only expressions are compiled, never templates, so there are no statements and no loops. Members are
those of mappings and lists; Python's attributes and methods cannot be reached. Importing this
module imports Jinja, which takes 30 ms, so it is imported for the first such expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from jinja2 import Template, TemplateSyntaxError, Undefined, nodes
from jinja2.exceptions import TemplateError as JinjaError
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing, pass_context
from jinja2.visitor import NodeTransformer

from harness.core import did_you_mean, quote, shorten
from harness.formats.template.bounds import (
    Absent,
    Missing,
    as_value,
    bits_after,
    guarded,
    size_after,
    use,
    weight,
)
from harness.formats.template.filters import FILTERS, MOST, text_of
from harness.formats.template.hashes import HASHES, NOTE
from harness.formats.template.lookup import (
    ABSENT,
    forbid,
    forbidden,
    member,
    undefined_member,
    undefined_name,
)
from harness.formats.template.template_error import CHARACTERS, LETTERS, WEIGHT, Fault, too_long
from harness.formats.template.times import require_format, require_units

LONGEST_EXPRESSION: Final = 2_000
"""Characters."""

MOST_BITS: Final = 4_000
"""Bits of an integer that a template may make. Python limits the decimals that it writes."""

_RESULT: Final = "result"
# NameError: Jinja writes the number 1e999 as the name `inf`.
_FAILURES: Final = (JinjaError, ArithmeticError, LookupError, TypeError, ValueError, NameError)


class CompiledExpression:
    """An expression that Jinja compiled."""

    def __init__(self, source: str, template: Template, names: frozenset[str]) -> None:
        self.names = names
        self._source = source
        self._template = template

    def evaluate(self, context: Mapping[str, object]) -> object:
        """The value. Raises Fault, and NullInText if an operand of `~` is null."""
        frame = self._template.new_context(dict(context))
        try:
            for _ in self._template.root_render_func(frame):
                pass
            value = frame.vars[_RESULT]
            weight(value)
            return as_value(value)
        except Absent as absent:
            if absent.value is missing:
                raise undefined_name(str(absent.name), context) from None
            raise undefined_member(absent.value, absent.name) from None
        except _FAILURES as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            message = f"{_shown(self._source)} cannot be evaluated: {reason}"
            raise Fault("template-failed", message) from error


@lru_cache(maxsize=1024)
def compile_expression(source: str, *, lenient: bool) -> CompiledExpression:
    """Compile an expression without its braces. Raises Fault.

    With `lenient`, a member that does not exist is null.
    """
    if len(source) > LONGEST_EXPRESSION:
        message = (
            f"the expression has {len(source):,} characters, expected at most"
            f" {LONGEST_EXPRESSION:,}"
        )
        raise Fault("template-too-long", message)
    environment = _environment(lenient=lenient)
    try:
        expression = _parse(source, environment)
        names = _check(expression)
        expression = _Joining().visit(expression)
        target = nodes.Name(_RESULT, "store")
        tree = nodes.Template([nodes.Assign(target, expression, lineno=1)], lineno=1)
        tree.set_environment(environment)
        return CompiledExpression(source, environment.from_string(tree), names)
    except TemplateSyntaxError as error:
        message = f"{_shown(source)} is not a valid expression: {_reason(error)}"
        hint = LETTERS if _JAVASCRIPT.search(source) else ""
        raise Fault("template-syntax", message, hint) from error
    except (RecursionError, MemoryError, SyntaxError) as error:
        message = f"{_shown(source)} is nested too deeply"
        raise Fault("template-syntax", message) from error


_JAVASCRIPT = re.compile(r"=>|&&|\|\||[;`!?]")
"""Signs of JavaScript in a `${…}`, which no expression of a template contains."""


def _parse(source: str, environment: _Environment) -> nodes.Expr:
    parser = Parser(environment, source, state="variable")
    expression = parser.parse_expression()
    if not parser.stream.eos:
        parser.fail(f"{quote(parser.stream.current.value)} follows the expression")
    return expression


def _check(expression: nodes.Expr) -> frozenset[str]:
    """The names of an expression. Raises Fault for anything that is forbidden."""
    parts = [expression, *expression.find_all(nodes.Node)]
    for part in parts:
        if isinstance(part, nodes.Filter) and part.name not in _NAMED_FILTERS:
            raise _unknown("filter", part.name, _NAMED_FILTERS)
        if isinstance(part, nodes.Test) and part.name not in _tests():
            raise _unknown("test", part.name, _tests())
        if isinstance(part, nodes.Name):
            forbid(part.name)
        if isinstance(part, nodes.Getattr):
            forbid(part.attr)
        if isinstance(part, nodes.Getitem) and isinstance(part.arg, nodes.Const):
            forbid(part.arg.value)
        _check_time(part)
    names = frozenset(part.name for part in parts if isinstance(part, nodes.Name))
    if "self" in names:
        # Jinja would make an object of its own of this name.
        raise forbidden("self")
    return names


def _check_time(part: nodes.Node) -> None:
    """Raise Fault for arguments of `now()` and `date` that do not exist, as far as is written."""
    is_now = isinstance(part, nodes.Call) and part.node == nodes.Name("now", "load")
    if isinstance(part, nodes.Call) and is_now:
        require_units(given.key for given in part.kwargs)
    if is_now or (isinstance(part, nodes.Filter) and part.name == "date"):
        for argument in part.args[:1]:  # type: ignore[attr-defined]  # as checked
            if isinstance(argument, nodes.Const):
                require_format(str(argument.value))


def _unknown(kind: str, name: str, known: frozenset[str]) -> Fault:
    return Fault(f"unknown-{kind}", f"unknown {kind} {quote(name)}", did_you_mean(name, known))


class _Joining(NodeTransformer):
    """Replaces `~`, which writes null as "None" and has no limit, by the filter `join`."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - named by Jinja
        self.generic_visit(node)
        parts = nodes.List(node.nodes, lineno=1)
        return nodes.Filter(parts, "join", [], [], None, None, lineno=1)


def _reason(error: TemplateSyntaxError) -> str:
    message = (error.message or "").rstrip(".")
    if message == "unexpected 'end of template'":
        message = "it ends too early"
    message = re.sub("'?end of (template|print statement)'?", "its end", message)
    return f"{message[:1].lower()}{message[1:]}"


def _shown(source: str) -> str:
    return f"'${{{shorten(source, 60)}}}'"


class _Environment(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset(("+", "*", "**", "%"))
    lenient = False

    def getitem(self, obj: object, argument: object) -> object:
        return self.getattr(obj, argument)

    def getattr(self, obj: object, attribute: object) -> object:
        use(obj, attribute)
        forbid(attribute)
        value = member(obj, attribute)
        if value is not ABSENT:
            return value
        return None if self.lenient else Missing(obj=obj, name=attribute)

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        use(left, right)
        if operator == "%" and isinstance(left, str):
            raise Fault("forbidden", "'%' cannot be used on a text", "join texts with '~'")
        if size_after(operator, left, right) > MOST:
            unit = CHARACTERS if isinstance(left, str) or isinstance(right, str) else WEIGHT
            raise too_long(f"the result of '{operator}'", MOST, unit)
        if bits_after(operator, left, right) > MOST_BITS:
            raise too_long(f"the result of '{operator}'", MOST_BITS, "bits")
        return super().call_binop(context, operator, left, right)


def _default(value: object, default: object = "", boolean: object = False) -> object:  # noqa: FBT002 - as Jinja's
    """The filter `default`, which also replaces null."""
    absent = isinstance(value, Undefined) or value is None or (bool(boolean) and not value)
    return default if absent else value


def _hashing(do: Callable[..., str | None]) -> Callable[..., object]:
    """A hash as a filter, which notes what it made of what."""

    @pass_context
    def hashed(context: Context, value: object, *args: object, **options: object) -> object:
        weight(value, *args, *options.values())
        if value is None:
            return None
        digest = do(value, *args, **options)
        note = context.get(NOTE)
        if note is not None and digest is not None:
            note([text_of(one) for one in (value, *args, *options.values())], digest)
        return digest

    return hashed


_NAMED_FILTERS: Final = frozenset((*FILTERS, *HASHES, "default"))


@lru_cache(maxsize=2)
def _environment(*, lenient: bool) -> _Environment:
    # Files contain no NUL, so that no statement or comment can be written.
    environment = _Environment(
        variable_start_string="${\0",
        variable_end_string="\0}",
        block_start_string="\0%",
        block_end_string="%\0",
        comment_start_string="\0#",
        comment_end_string="#\0",
        undefined=Missing,
        cache_size=0,
    )
    environment.lenient = lenient
    environment.globals.clear()
    environment.filters.clear()
    environment.filters |= {name: guarded(do) for name, do in FILTERS.items()}
    environment.filters |= {name: _hashing(do) for name, do in HASHES.items()}
    environment.filters["default"] = _default
    return environment


def _tests() -> frozenset[str]:
    return frozenset(_environment(lenient=False).tests)
