"""Matchers that look at one value."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial

from harness.checks.arguments import each, is_number, text_of
from harness.checks.check import BadExpectation, Options
from harness.checks.matcher import (
    Builder,
    Compile,
    Located,
    Matcher,
    all_expected,
    first_complaint,
    plain,
)
from harness.checks.regular_expression import Pattern
from harness.checks.text_forms import normal, normalizer
from harness.core import Json, Path, describe, did_you_mean, is_same, show, type_names
from harness.core.code_points import telling
from harness.formats.json_path import path_text
from harness.formats.json_schema.wording import kinds


def equal_to(value: Json, options: Options) -> Matcher:
    """The matcher for an equal value; a list is also compared with all matches of a path."""
    form = normalizer(ignore_case=options.ignore_case)
    formed = form(value) if isinstance(value, str) else value

    def holds(found: Json) -> bool:
        return is_same(formed, form(found) if isinstance(found, str) else found)

    def complain_of_all(found: Sequence[Located], where: str) -> str:
        values = [value for _, value in found]
        return "" if holds(values) else f"{where} is {show(values)}, expected {show(value)}"

    def complain(found: Json, at: Path) -> str:
        complaint = base.complain(found, at)
        if complaint and isinstance(value, str) and isinstance(found, str):
            return "; ".join((complaint, *telling(formed, form(found))))  # type: ignore[arg-type]  # texts
        is_other = isinstance(value, str) and is_number(found) and _number_in(value) == found
        return f"{complaint}, a text; {AS_NUMBER}" if complaint and is_other else complaint

    base = plain(show(value), holds)
    is_list = isinstance(value, list | tuple)
    return Matcher(
        expected=base.expected,
        complain=complain,
        complain_of_all=complain_of_all if is_list else None,
        accepts_nothing=is_list,
        literal=(value,),
    )


def negated(inner: Sequence[Matcher]) -> Matcher:
    """The matcher that holds if one of these does not."""
    expected = f"anything but {all_expected(inner)}"

    def complain(found: Json, at: Path) -> str:
        if first_complaint(inner, found, at):
            return ""
        return f"{path_text(at)} is {show(found)}, expected {expected}"

    together = [one.complain_of_all for one in inner if one.complain_of_all is not None]

    def complain_of_all(found: Sequence[Located], where: str) -> str:
        if any(one(found, where) for one in together):
            return ""
        return f"{where} has {len(found)} matches, expected {expected}"

    is_of_all = len(together) == len(inner)
    return Matcher(
        expected=expected,
        complain=complain,
        complain_of_all=complain_of_all if is_of_all else None,
        accepts_nothing=is_of_all and all(matcher.accepts_nothing for matcher in inner),
    )


def _contains(value: Json, options: Options, _compile: Compile) -> Matcher:
    form = normalizer(ignore_case=options.ignore_case)
    formed = form(value) if isinstance(value, str) else value
    if value == "":
        raise BadExpectation("matches-everything", "every text contains the empty text")

    def holds(found: Json) -> bool:
        if isinstance(found, str):
            return isinstance(formed, str) and formed in form(found)
        if isinstance(found, list | tuple):
            return any(is_same(formed, form(i) if isinstance(i, str) else i) for i in found)
        return False

    return plain(f"something that contains {show(value)}", holds)


def _matches(value: Json, options: Options, _compile: Compile) -> Matcher:
    pattern = Pattern(normal(text_of(value)), ignore_case=options.ignore_case)
    pattern.require_substance()
    if options.doubts is not None and pattern.says_little:
        message = f"the pattern {show(pattern.text)} matches every text that is not empty"
        options.doubt(message, "write what must be there; for any text, write {type: string}")

    def holds(found: Json) -> bool:
        return isinstance(found, str) and pattern.found(normal(found)) is not None

    return plain(f"a text that matches {show(value)}", holds)


def _compared(
    words: str,
    compares: Callable[[float, float], bool],
    value: Json,
    _options: Options,
    _compile: Compile,
) -> Matcher:
    limit = number_of(value)
    return _numeric(f"{words} {show(value)}", lambda found: compares(found, limit))


def _between(value: Json, _options: Options, _compile: Compile) -> Matcher:
    if not isinstance(value, list | tuple) or len(value) != len(("low", "high")):
        raise BadExpectation("wrong-value", "'between' takes two numbers: [lowest, highest]")
    low, high = (number_of(one, index) for index, one in enumerate(value))
    if low > high:
        raise BadExpectation("wrong-value", f"no number is between {low:g} and {high:g}")

    expected = f"between {show(value[0])} and {show(value[1])}"
    return _numeric(expected, lambda found: low <= found <= high)


def _numeric(expected: str, holds: Callable[[float], bool]) -> Matcher:
    def complain(found: Json, at: Path) -> str:
        if not is_number(found):
            kind = f"{describe(found)}, {show(found)}"
            return f"{path_text(at)} is {kind}, expected a number {expected}"
        return "" if holds(found) else f"{path_text(at)} is {show(found)}, expected {expected}"

    return Matcher(expected=expected, complain=complain)


def _one_of(value: Json, options: Options, _compile: Compile) -> Matcher:
    if not isinstance(value, list | tuple) or not value:
        raise BadExpectation("wrong-value", "'one_of' takes a list of values")
    choices = [equal_to(one, options) for one in value]
    return plain(
        f"one of {', '.join(show(one) for one in value)}",
        lambda found: any(not choice.complain(found, ()) for choice in choices),
    )


def _type(value: Json, _options: Options, _compile: Compile) -> Matcher:
    names = each(value, _type_name)

    def complain(found: Json, at: Path) -> str:
        if any(_is_of_type(found, name) for name in names):
            return ""
        return f"{path_text(at)} is {describe(found)}, {show(found)}, expected {kinds(names)}"

    return Matcher(expected=kinds(names), complain=complain)


def _type_name(value: Json) -> str:
    name = str(value)
    if name in type_names:
        return name
    if name == "None":
        raise BadExpectation("wrong-value", "expected a type, not null", "write 'null' in quotes")
    message = f"there is no type '{name}'"
    raise BadExpectation("wrong-value", message, did_you_mean(name, type_names))


def number_of(value: Json, *path: int) -> float:
    """A number. Raises `BadExpectation` for any other value."""
    if is_number(value):
        return value
    message = f"expected a number, not {describe(value)}, {show(value)}"
    hint = AS_NUMBER if isinstance(value, str) and _number_in(value) is not None else ""
    raise BadExpectation("wrong-value", message, hint, path)


AS_NUMBER = "remove its quotes; for a variable, write ${name | float}"
"""The hint for a text that contains a number, such as a cell of a CSV file."""


def _number_in(text: str) -> float | None:
    with suppress(ValueError):
        return float(text)
    return None


def _is_of_type(value: Json, name: str) -> bool:
    if name == "number":
        return is_number(value)
    if name == "integer":
        return is_number(value) and float(value).is_integer()
    return describe(value) == type_names[name]


COMPARISONS: Mapping[str, Builder] = {
    "equals": lambda value, options, _: equal_to(value, options),
    "less_than": partial(_compared, "less than", operator.lt),
    "greater_than": partial(_compared, "greater than", operator.gt),
    "at_least": partial(_compared, "at least", operator.ge),
    "at_most": partial(_compared, "at most", operator.le),
    "between": _between,
    "one_of": _one_of,
}
"""Those that also judge a count."""

VALUE_MATCHERS: Mapping[str, Builder] = {
    **COMPARISONS,
    "not": lambda value, options, compile_: negated(compile_(value, options)),
    "contains": _contains,
    "matches": _matches,
    "type": _type,
}
