"""Matchers that look at many values: the items of a list, or all matches of a path."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from harness.checks.arguments import flag_of, is_number
from harness.checks.check import BadExpectation, Options
from harness.checks.matcher import (
    Builder,
    Compile,
    Located,
    Matcher,
    all_expected,
    first_complaint,
    require_possible,
)
from harness.checks.text_forms import normalizer
from harness.checks.value_matchers import COMPARISONS
from harness.core import Json, Path, counted, describe, show
from harness.formats.json_path import path_text

MOST_SHOWN = 3
"""How many wrong items a message describes."""


def _of_items(
    expected: str,
    complain_of_all: Callable[[Sequence[Located], str], str],
    *,
    accepts_nothing: bool = False,
) -> Matcher:
    def complain(value: Json, at: Path) -> str:
        if not isinstance(value, list | tuple):
            return f"{path_text(at)} is {describe(value)}, expected a list"
        items = [((*at, index), item) for index, item in enumerate(value)]
        return complain_of_all(items, path_text(at))

    return Matcher(
        expected=expected,
        complain=complain,
        complain_of_all=complain_of_all,
        accepts_nothing=accepts_nothing,
    )


def _every(value: Json, options: Options, compile_: Compile) -> Matcher:
    inner = compile_(value, options)

    def complain(items: Sequence[Located], where: str) -> str:
        if not items:
            return f"{where} has no items, expected at least one"
        wrong = [text for at, item in items if (text := first_complaint(inner, item, at))]
        rest = len(wrong) - MOST_SHOWN
        return "; ".join(wrong[:MOST_SHOWN]) + (f"; and {rest} more" if rest > 0 else "")

    return _of_items(f"every item to be {all_expected(inner)}", complain)


def _some(value: Json, options: Options, compile_: Compile) -> Matcher:
    inner = compile_(value, options)
    expected = all_expected(inner)

    def complain(items: Sequence[Located], where: str) -> str:
        if any(not first_complaint(inner, item, at) for at, item in items):
            return ""
        found = show([item for _, item in items])
        return f"{where} has {found}, expected at least one item to be {expected}"

    return _of_items(f"at least one item to be {expected}", complain)


def _none(value: Json, options: Options, compile_: Compile) -> Matcher:
    inner = compile_(value, options)
    expected = all_expected(inner)

    def complain(items: Sequence[Located], _where: str) -> str:
        for at, item in items:
            if not first_complaint(inner, item, at):
                return f"{path_text(at)} is {show(item)}, expected no item to be {expected}"
        return ""

    return replace(
        _of_items(f"no item to be {expected}", complain),
        hint_for_nothing="to expect no items, write 'length: 0' or 'exists: false'",
    )


def _length(value: Json, options: Options, compile_: Compile) -> Matcher:
    inner = compile_(value, options)
    if not isinstance(value, Mapping) or value.keys() <= COMPARISONS.keys():
        require_possible(value, inner, is_count=True)
    expected = all_expected(inner)

    def wrong(number: int, unit: str, where: str) -> str:
        if not first_complaint(inner, number, ()):
            return ""
        return f"{where} has {counted(number, unit)}, expected {expected}"

    def complain(found: Json, at: Path) -> str:
        if isinstance(found, str | Mapping | list | tuple):
            unit = "character" if isinstance(found, str) else "item"
            return wrong(len(found), "key" if isinstance(found, Mapping) else unit, path_text(at))
        return f"{path_text(at)} is {describe(found)}, which has no length"

    return Matcher(
        expected=f"of length {expected}",
        complain=complain,
        complain_of_all=lambda items, where: wrong(len(items), "match", where).replace(
            "matchs", "matches"
        ),
        accepts_nothing=True,
    )


def _exists(value: Json, _options: Options, _compile: Compile) -> Matcher:
    wanted = flag_of("exists", value)

    def complain(items: Sequence[Located], where: str) -> str:
        if bool(items) == wanted:
            return ""
        found = show(items[0][1]) if items else "nothing"
        return f"{where} is {found}, expected {expected}"

    expected = "anything" if wanted else "nothing"
    return Matcher(
        expected=expected,
        complain=lambda found, at: complain([(at, found)], path_text(at)),
        complain_of_all=complain,
        accepts_nothing=not wanted,
        wants_nothing=not wanted,
    )


def _unique(value: Json, _options: Options, _compile: Compile) -> Matcher:
    wanted = flag_of("unique", value)

    def complain(items: Sequence[Located], where: str) -> str:
        seen: dict[str, Path] = {}
        for at, item in items:
            key = json.dumps(_with_one_form(item), sort_keys=True)
            if key in seen:
                if not wanted:
                    return ""
                both = f"{path_text(seen[key])} and {path_text(at)}"
                return f"{both} are both {show(item)}, expected different items"
            seen[key] = at
        return "" if wanted else f"the items of {where} are all different, expected two equal ones"

    return _of_items("only different items" if wanted else "two equal items", complain)


def _with_one_form(value: Json) -> Json:
    """The value with each whole number as an `int`: 1.0 becomes 1."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _with_one_form(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_with_one_form(item) for item in value]
    return value


def _sorted(value: Json, options: Options, _compile: Compile) -> Matcher:
    if value is not True and value not in ("ascending", "descending"):
        message = f"'sorted' takes true, ascending or descending, not {show(value)}"
        raise BadExpectation("wrong-value", message)
    is_descending = value == "descending"
    form = normalizer(ignore_case=options.ignore_case)

    def complain(items: Sequence[Located], where: str) -> str:
        values = [form(one) if isinstance(one, str) else one for _, one in items]
        if not (all(isinstance(one, str) for one in values) or all(map(is_number, values))):
            return f"{where} has {show(values)}, expected only numbers, or only texts"
        for index, ((before, one), (at, other)) in enumerate(pairwise(items)):
            first, second = values[index : index + 2]
            if (first < second) if is_descending else (second < first):  # type: ignore[operator]  # of one kind
                shown = f"{path_text(at)} is {show(other)} after {show(one)} at {path_text(before)}"
                return f"{shown}, expected {expected}"
        return ""

    expected = f"items in {'descending' if is_descending else 'ascending'} order"
    return _of_items(expected, complain, accepts_nothing=True)


ITEM_MATCHERS: Mapping[str, Builder] = {
    "every": _every,
    "some": _some,
    "none": _none,
    "length": _length,
    "exists": _exists,
    "unique": _unique,
    "sorted": _sorted,
}
