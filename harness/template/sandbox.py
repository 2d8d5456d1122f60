"""Expressions that are more than a look-up, by Jinja in a sandbox.

Only expressions are compiled, never templates: there are no statements, hence no loops. Members
are those of mappings and lists, so Python's attributes and methods are out of reach. This
module imports Jinja, which takes 30 ms, and is itself imported with the first such expression.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Final

from jinja2 import StrictUndefined, TemplateSyntaxError, Undefined, nodes
from jinja2.exceptions import TemplateError as JinjaError
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer

from harness.errors import did_you_mean, quote
from harness.template.errors import Fault, too_long
from harness.template.filters import FILTERS, MOST
from harness.template.lookup import (
    ABSENT,
    forbid,
    member,
    not_a_value,
    undefined_member,
    undefined_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2 import Template
    from jinja2.runtime import Context

LONGEST_EXPRESSION: Final = 2_000
"""Characters."""

MOST_BITS: Final = 4_000
"""Of a whole number that a template may make; Python writes no much longer one as decimal."""

_RESULT: Final = "result"


class Expression:
    """A compiled expression."""

    def __init__(self, template: Template, names: frozenset[str]) -> None:
        self.names = names
        self._template = template

    def evaluate(self, context: Mapping[str, object]) -> object:
        """The value. Raises Fault, and NoneInText where `~` met a none."""
        frame = self._template.new_context(dict(context))
        try:
            for _ in self._template.root_render_func(frame):
                pass
            value = frame.vars[_RESULT]
            _weight(value)
            return _as_value(value)
        except _Absent as absent:
            if absent.value is missing:
                raise undefined_name(str(absent.name), context) from None
            raise undefined_member(absent.value, absent.name) from None
        # NameError: Jinja writes the number 1e999 as the name inf.
        except (
            JinjaError,
            ArithmeticError,
            LookupError,
            TypeError,
            ValueError,
            NameError,
        ) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise Fault("template-failed", f"it cannot be computed: {reason}") from error


@lru_cache(maxsize=1024)
def compile_expression(source: str, *, lenient: bool) -> Expression:
    """Compile the text between `${` and `}`. Raises Fault.

    With `lenient`, an absent member is none.
    """
    if len(source) > LONGEST_EXPRESSION:
        raise too_long("an expression", LONGEST_EXPRESSION)
    environment = _environment(lenient=lenient)
    try:
        expression = _parse(source, environment)
        names = _check(expression)
        expression = _Joining().visit(expression)
        target = nodes.Name(_RESULT, "store")
        tree = nodes.Template([nodes.Assign(target, expression, lineno=1)], lineno=1)
        tree.set_environment(environment)
        return Expression(environment.from_string(tree), names)
    except TemplateSyntaxError as error:
        raise Fault("template-syntax", _reason(error), "it stands between '${' and '}'") from error
    except (RecursionError, MemoryError, SyntaxError) as error:
        raise Fault("template-syntax", "it is nested too deeply") from error


def _parse(source: str, environment: _Environment) -> nodes.Expr:
    parser = Parser(environment, source, state="variable")
    expression = parser.parse_expression()
    if not parser.stream.eos:
        parser.fail(f"{quote(parser.stream.current.value)} follows the expression")
    return expression


def _check(expression: nodes.Expr) -> frozenset[str]:
    """The names of an expression. Raises Fault for what could be seen to be forbidden."""
    parts = [expression, *expression.find_all(nodes.Node)]
    for part in parts:
        if isinstance(part, nodes.Filter) and part.name not in _NAMED_FILTERS:
            raise _unknown("filter", part.name, _NAMED_FILTERS)
        if isinstance(part, nodes.Test) and part.name not in _tests():
            raise _unknown("test", part.name, _tests())
        if isinstance(part, nodes.Getattr):
            forbid(part.attr)
        if isinstance(part, nodes.Getitem) and isinstance(part.arg, nodes.Const):
            forbid(part.arg.value)
    names = frozenset(part.name for part in parts if isinstance(part, nodes.Name))
    for name in names:
        forbid(name)
    return names


def _unknown(kind: str, name: str, known: frozenset[str]) -> Fault:
    return Fault(f"unknown-{kind}", f"unknown {kind} {quote(name)}", did_you_mean(name, known))


class _Joining(NodeTransformer):
    """Puts the filter `join` for `~`, which would write none as "None" and has no bound."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - named by Jinja
        self.generic_visit(node)
        parts = nodes.List(node.nodes, lineno=1)
        return nodes.Filter(parts, "join", [], [], None, None, lineno=1)


def _reason(error: TemplateSyntaxError) -> str:
    message = (error.message or "").rstrip(".")
    if message == "unexpected 'end of template'":
        message = "it ends too early"
    message = re.sub("'?end of (template|print statement)'?", "its end", message)
    return f"the expression cannot be read: {message[:1].lower()}{message[1:]}"


class _Absent(Exception):
    """An undefined value was used."""

    def __init__(self, value: object, name: object) -> None:
        self.value = value
        self.name = name


class _Missing(StrictUndefined):
    """A name or member that is not there; using it raises _Absent."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: object = missing,
        name: object = None,
        exc: object = None,
    ) -> None:
        del exc
        super().__init__(hint, obj, str(name), lambda _: _Absent(obj, name))  # type: ignore[arg-type] # it is only called


class _Environment(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset(("+", "*", "**", "%"))
    lenient = False

    def getitem(self, obj: object, argument: object) -> object:
        return self.getattr(obj, argument)

    def getattr(self, obj: object, attribute: object) -> object:
        _use(obj, attribute)
        forbid(attribute)
        found = member(obj, attribute)
        if found is not ABSENT:
            return found
        return None if self.lenient else _Missing(obj=obj, name=attribute)

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        _use(left, right)
        if operator == "%" and isinstance(left, str):
            raise Fault("forbidden", "'%' cannot be used on a text", "join texts with '~'")
        if _size_after(operator, left, right) > MOST:
            raise too_long(f"the result of '{operator}'", MOST)
        if _bits_after(operator, left, right) > MOST_BITS:
            raise too_long(f"the result of '{operator}'", 2**64)
        return super().call_binop(context, operator, left, right)


def _size_after(operator: str, left: object, right: object) -> int:
    """The weight of the text or list that an operator would make; 0 for a number."""
    sides = (left, right)
    weights = [_weight(side) for side in sides if isinstance(side, str | list | tuple)]
    if operator == "*" and weights:
        return weights[0] * max((side for side in sides if isinstance(side, int)), default=0)
    return sum(weights) if operator == "+" else 0


def _bits_after(operator: str, left: object, right: object) -> int:
    """About the bits of the whole number that an operator would make."""
    if not (isinstance(left, int) and isinstance(right, int)):
        return 0
    if operator == "**":
        return left.bit_length() * right
    return left.bit_length() + right.bit_length() if operator == "*" else 0


def _default(value: object, default: object = "", boolean: object = False) -> object:  # noqa: FBT002 - as Jinja's
    """Jinja's `default`, also for a none."""
    absent = isinstance(value, Undefined) or value is None or (bool(boolean) and not value)
    return default if absent else value


def _guarded(do: Callable[..., object]) -> Callable[..., object]:
    """A filter that refuses what is absent or too large."""

    @wraps(do)
    def guarded(*args: object, **options: object) -> object:
        _weight(*args)
        return do(*args, **options)

    return guarded


def _weight(*values: object) -> int:
    """Characters and values, those inside counted. Raises Fault where it is too much."""
    weight = 0
    rest = list(values)
    while rest:
        value = rest.pop()
        _use(value)
        if isinstance(value, str):
            weight += len(value)
        elif isinstance(value, Mapping):
            rest.extend(value.values())
        elif isinstance(value, Sequence):
            rest.extend(value)
        weight += 1
        if weight + len(rest) > MOST + len(values):
            raise too_long("a value", MOST)
    return weight


def _use(*values: object) -> None:
    """Raise _Absent for a value that is not there."""
    for value in values:
        if isinstance(value, _Missing):
            value._fail_with_undefined_error()  # noqa: SLF001 - Jinja's hook for subclasses


def _as_value(value: object) -> object:
    """A result as JSON. Raises Fault for what JSON cannot hold, at any depth."""
    if isinstance(value, Mapping):
        return {key: _as_value(element) for key, element in value.items()}
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Sequence):
        return [_as_value(element) for element in value]
    if value is None or isinstance(value, int) or _is_finite(value):
        return value
    raise not_a_value(value)


def _is_finite(value: object) -> bool:
    return isinstance(value, float) and math.isfinite(value)


_NAMED_FILTERS:
            raise _unknown("filter", part.name, _NAMED_FILTERS)
        if isinstance(part, nodes.Test) and part.name not in _tests():
            raise _unknown("test", part.name, _tests())
        if isinstance(part, nodes.Getattr):
            forbid(part.attr)
        if isinstance(part, nodes.Getitem) and isinstance(part.arg, nodes.Const):
            forbid(part.arg.value)
    names = frozenset(part.name for part in parts if isinstance(part, nodes.Name))
    for name in names:
        forbid(name)
    return names


def _unknown(kind: str, name: str, known: frozenset[str]) -> Fault:
    return Fault(f"unknown-{kind}", f"unknown {kind} {quote(name)}", did_you_mean(name, known))


class _Joining(NodeTransformer):
    """Puts the filter `join` for `~`, which would write none as "None" and has no bound."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - named by Jinja
        self.generic_visit(node)
        parts = nodes.List(node.nodes, lineno=1)
        return nodes.Filter(parts, "join", [], [], None, None, lineno=1)


def _reason(error: TemplateSyntaxError) -> str:
    message = (error.message or "").rstrip(".")
    if message == "unexpected 'end of template'":
        message = "it ends too early"
    message = re.sub("'?end of (template|print statement)'?", "its end", message)
    return f"the expression cannot be read: {message[:1].lower()}{message[1:]}"


class _Absent(Exception):
    """An undefined value was used."""

    def __init__(self, value: object, name: object) -> None:
        self.value = value
        self.name = name


class _Missing(StrictUndefined):
    """A name or member that is not there; using it raises _Absent."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: object = missing,
        name: object = None,
        exc: object = None,
    ) -> None:
        del exc
        super().__init__(hint, obj, str(name), lambda _: _Absent(obj, name))  # type: ignore[arg-type] # it is only called


class _Environment(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset(("+", "*", "**", "%"))
    lenient = False

    def getitem(self, obj: object, argument: object) -> object:
        return self.getattr(obj, argument)

    def getattr(self, obj: object, attribute: object) -> object:
        _use(obj, attribute)
        forbid(attribute)
        found = member(obj, attribute)
        if found is not ABSENT:
            return found
        return None if self.lenient else _Missing(obj=obj, name=attribute)

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:
        _use(left, right)
        if operator == "%" and isinstance(left, str):
            raise Fault("forbidden", "'%' cannot be used on a text", "join texts with '~'")
        if _size_after(operator, left, right) > MOST:
            raise too_long(f"the result of '{operator}'", MOST)
        if _bits_after(operator, left, right) > MOST_BITS:
            raise too_long(f"the result of '{operator}'", 2**64)
        return super().call_binop(context, operator, left, right)


def _size_after(operator: str, left: object, right: object) -> int:
    """The weight of the text or list that an operator would make; 0 for a number."""
    sides = (left, right)
    weights = [_weight(side) for side in sides if isinstance(side, str | list | tuple)]
    if operator == "*" and weights:
        return weights[0] * max((side for side in sides if isinstance(side, int)), default=0)
    return sum(weights) if operator == "+" else 0


def _bits_after(operator: str, left: object, right: object) -> int:
    """About the bits of the whole number that an operator would make."""
    if not (isinstance(left, int) and isinstance(right, int)):
        return 0
    if operator == "**":
        return left.bit_length() * right
    return left.bit_length() + right.bit_length() if operator == "*" else 0


def _default(value: object, default: object = "", boolean: object = False) -> object:  # noqa: FBT002 - as Jinja's
    """Jinja's `default`, also for a none."""
    absent = isinstance(value, Undefined) or value is None or (bool(boolean) and not value)
    return default if absent else value


def _using(do: Callable[..., object]) -> Callable[..., object]:
    @wraps(do)
    def using(*args: object, **options: object) -> object:
        _use(*args)
        return do(*args, **options)

    return using


def _use(*values: object) -> None:
    """Raise _Absent for a value that is not there."""
    for value in values:
        if isinstance(value, _Missing):
            value._fail_with_undefined_error()  # noqa: SLF001 - Jinja's hook for subclasses


def _as_value(value: object) -> object:
    """A result as JSON. Raises Fault for what is none, at any depth."""
    _use(value)
    if isinstance(value, Mapping):
        return {key: _as_value(element) for key, element in value.items()}
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Sequence):
        return [_as_value(element) for element in value]
    if (
        value is None
        or isinstance(value, int)
        or (isinstance(value, float) and math.isfinite(value))
    ):
        return value
    raise not_a_value(value)


_TEXT: Final = "text_of"
_NAMED_FILTERS: Final = frozenset((*FILTERS, "default"))


@lru_cache(maxsize=2)
def _environment(*, lenient: bool) -> _Environment:
    # No statement or comment can be written: texts of a file hold no NUL.
    environment = _Environment(
        variable_start_string="${\0",
        variable_end_string="\0}",
        block_start_string="\0%",
        block_end_string="%\0",
        comment_start_string="\0#",
        comment_end_string="#\0",
        undefined=_Missing,
        cache_size=0,
    )
    environment.lenient = lenient
    environment.globals.clear()
    environment.filters.clear()
    environment.filters |= {name: _guarded(do) for name, do in FILTERS.items()}
    environment.filters["default"] = _default
    return environment


def _tests() -> frozenset[str]:
    return frozenset(_environment(lenient=False).tests)
