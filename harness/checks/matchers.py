"""All matchers by name, and how a value in a scenario becomes matchers."""

from __future__ import annotations

from collections.abc import Mapping

from harness.checks.arguments import below, is_whole
from harness.checks.check import BadExpectation, Options
from harness.checks.item_matchers import ITEM_MATCHERS
from harness.checks.matcher import (
    Builder,
    Compile,
    Matcher,
    all_expected,
    first_complaint,
    require_limit,
    require_possible,
)
from harness.checks.placeholders import require_no_placeholder
from harness.checks.turn_matchers import TURN_MATCHERS
from harness.checks.value_matchers import COMPARISONS, VALUE_MATCHERS, equal_to
from harness.checks.verdict import Verdict, failed
from harness.core import Json, counted, describe, nearest_word, show, type_names
from harness.core.synonyms import meant, synonyms

_OF_ONE_TURN: Mapping[str, Builder] = {**VALUE_MATCHERS, **ITEM_MATCHERS}
MATCHERS: Mapping[str, Builder] = {**_OF_ONE_TURN, **TURN_MATCHERS}
OTHER_WORDS: Mapping[str, str] = {
    **synonyms(
        greater_than="gt",
        at_least="gte ge min minimum",
        less_than="lt",
        at_most="lte le max maximum",
        equals="eq is value const",
        matches="regex regexp pattern starts_with ends_with",
        one_of="in enum any_of options",
        length="size count",
        exists="present defined required",
        every="all each",
        some="any",
        contains="includes has",
        between="range",
    ),
    **dict.fromkeys(("ne", "neq", "not_equals", "not_contains"), "not"),
}
"""Names of other tools for the matchers."""


def compile_matchers(value: Json, options: Options) -> tuple[Matcher, ...]:
    """The matchers of a mapping, all of which must hold; any other value must be equal.

    Raises `BadExpectation`, such as `unknown-matcher` for a key that is not a matcher.
    """
    return _compile(value, options, _OF_ONE_TURN, compile_matchers)


def compile_at_path(value: Json, options: Options) -> tuple[Matcher, ...]:
    """The matchers directly below a path of `json`, which may also compare with an earlier turn."""
    return _compile(value, options, MATCHERS, compile_at_path, inner=compile_matchers)


def compile_count(value: Json, options: Options) -> tuple[Matcher, ...]:
    """The matchers for a number of things: a whole number, or a mapping of comparisons."""
    if not isinstance(value, Mapping) and not is_whole(value):
        message = f"expected a count, not {describe(value)}, {show(value)}"
        is_digits = isinstance(value, str) and value.strip().isdecimal()
        hint = "remove its quotes; for a variable, write ${name | int}" if is_digits else ""
        raise BadExpectation("wrong-value", message, hint)
    matchers = compile_comparisons(value)
    with below(*(tuple(value)[:1] if isinstance(value, Mapping) else ())):
        require_limit(matchers, options)
    return matchers


def is_lower_bound(wanted: Json) -> bool:
    """Whether a count or number has no upper limit."""
    return isinstance(wanted, Mapping) and wanted.keys() <= {"at_least", "greater_than"}


class Count:
    """The number of things of one kind that there must be."""

    __slots__ = ("_matchers", "_unit")

    def __init__(self, value: Json, unit: str, options: Options) -> None:
        self._matchers = compile_count(value, options)
        require_possible(value, self._matchers, is_count=True)
        self._unit = unit

    def failure(self, number: int, name: str) -> Verdict | None:
        """The verdict on a wrong number of things; None if it is right."""
        if not first_complaint(self._matchers, number, ()):
            return None
        expected = all_expected(self._matchers)
        return failed(
            f"{name} has {counted(number, self._unit)}, expected {expected}",
            expected=f"{expected} {self._unit}{'' if expected.split()[-1] == '1' else 's'}",
            actual=str(number),
        )


def compile_comparisons(value: Json) -> tuple[Matcher, ...]:
    """The matchers for a number: a number, or a mapping of comparisons."""
    return _compile(value, Options(), COMPARISONS, compile_matchers)


def _compile(
    value: Json,
    options: Options,
    known: Mapping[str, Builder],
    below_not: Compile,
    *,
    inner: Compile | None = None,
) -> tuple[Matcher, ...]:
    """`inner` compiles the values of other matchers than `not`; it defaults to `below_not`."""
    if not isinstance(value, Mapping):
        require_no_placeholder(value, f"{{equals: {value!r}}}")
        return (equal_to(value, options),)
    if not value:
        raise BadExpectation(
            "unknown-matcher", "the mapping is empty", "for an empty object, write {equals: {}}"
        )
    for name in value:
        if name not in known and name in TURN_MATCHERS:
            message = f"'{name}' is not allowed here"
            hint = "use it directly below a path of 'json'"
            raise BadExpectation("unknown-matcher", message, hint, (name,))
        if name not in known:
            near = meant(name, OTHER_WORDS) or nearest_word(name, known)
            hint = near or "for an object with these keys, write {equals: {…}}"
            raise BadExpectation("unknown-matcher", f"there is no matcher '{name}'", hint, (name,))
    found = []
    for name, argument in value.items():
        compile_ = below_not if name == "not" or inner is None else inner
        with below(name):
            found.append(known[name](argument, options, compile_))
    if len(value) > 1 and value.keys() <= COMPARISONS.keys():
        require_possible(value, found, is_count=False)
    return tuple(found)


_VARIABLE: Mapping[str, Json] = {"type": "string", "pattern": r"\$\{"}
_NUMBER: Mapping[str, Json] = {"anyOf": [{"type": "number"}, _VARIABLE]}
_INTEGER: Mapping[str, Json] = {"anyOf": [{"type": "integer"}, _VARIABLE]}
COUNT: Mapping[str, Json] = {
    "oneOf": [
        {"type": "integer", "minimum": 0},
        _VARIABLE,
        {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "properties": {
                "equals": _INTEGER,
                "less_than": _NUMBER,
                "greater_than": _NUMBER,
                "at_least": _NUMBER,
                "at_most": _NUMBER,
                "between": {"type": "array", "items": _NUMBER},
                "one_of": {"type": "array", "items": _INTEGER},
            },
        },
    ]
}
"""JSON Schema of a count."""

_DESCRIPTIONS = {
    "equals": "Equal to this value.",
    "less_than": "A number less than this.",
    "greater_than": "A number greater than this.",
    "at_least": "A number of at least this.",
    "at_most": "A number of at most this.",
    "between": "A number from the first to the second, inclusive.",
    "one_of": "Equal to one of these values.",
    "not": "The value or matcher below it does not match.",
    "contains": "A text that contains this text, or a list that contains this item.",
    "matches": "A text in which this regular expression matches.",
    "type": f"Of this JSON type: {', '.join(type_names)}.",
    "every": "There are items, and all match the value or matcher below it.",
    "some": "At least one item matches the value or matcher below it.",
    "none": "No item matches the value or matcher below it.",
    "length": "How many items, characters, keys or matches there are.",
    "exists": "Whether there is anything at the path.",
    "unique": "All items are different.",
    "sorted": "Numbers or texts in this order: true or ascending, or descending.",
    "same_as_turn": "Equal to the value at the same path in the reply to this earlier turn.",
}

VALUE_OR_MATCHER: Mapping[str, Json] = {
    "description": "A value that must be equal, or a mapping of matchers.",
    "anyOf": [
        {"type": ["string", "number", "boolean", "null", "array"]},
        # Unknown keys are named when the check is compiled, with the likely matcher.
        {
            "type": "object",
            "properties": {name: {"description": text} for name, text in _DESCRIPTIONS.items()},
        },
    ],
}
"""JSON Schema of the value of a path."""
