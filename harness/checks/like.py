"""`like`: a part of the payload, with placeholders for what varies."""

from __future__ import annotations

from collections.abc import Mapping

from harness.checks.arguments import below, each, each_key, unlike
from harness.checks.check import (
    PASS,
    BadExpectation,
    Judge,
    Kind,
    Options,
    Subject,
    Verdict,
    failed,
)
from harness.checks.json_paths import without_payload
from harness.checks.like_shapes import Items, Leaf, List, Object, Shape
from harness.checks.matchers import compile_matchers
from harness.checks.placeholders import placeholder_name, placeholder_of, require_alone
from harness.checks.value_matchers import equal_to
from harness.core import Json, nearest_word, shorten

MOST_TOLD = 12
"""Places that differ and are told one by one."""
LONGEST_LINE = 200


def _compile(value: Json, options: Options) -> Judge:
    if value in ({}, "<any>"):
        message = "every payload matches this"
        raise BadExpectation("matches-everything", message, "write what must be there")
    shape = _shape_of(value, options)

    def judge(subject: Subject) -> Verdict:
        if not subject.has_payload:
            return without_payload(subject)
        if shape.fits(subject.payload):
            return PASS
        return _failure(shape, subject)

    return judge


UNORDERED, EVERY, SOME = "<unordered>", "<every>", "<some>"
_LISTS = (UNORDERED, EVERY, SOME)


def _shape_of(value: Json, options: Options) -> Shape:
    if isinstance(value, Mapping):
        return _of_mapping(value, options)
    if isinstance(value, list | tuple):
        return List(items=each(value, lambda one: _shape_of(one, options)), is_ordered=True)
    placeholder = placeholder_of(value) if isinstance(value, str) else None
    if placeholder is not None:
        return Leaf(placeholder, ())
    if isinstance(value, str):
        require_alone(value)
    return Leaf(None, (equal_to(value, options),))


def _of_mapping(value: Mapping[str, Json], options: Options) -> Shape:
    mark = next(filter(placeholder_name, value), "")
    if not mark:
        return Object(each_key(value, lambda one: _shape_of(one, options)))
    if len(value) > 1:
        message = f"'{mark}' must be the only key of its mapping"
        others = ", ".join(f"'{key}'" for key in value if key != mark)
        hint = f"remove {others}"
        raise BadExpectation("wrong-value", message, hint, (mark,), is_of_key=True)
    inner = value[mark]
    if mark not in _LISTS:
        return _placeholder_with_matchers(mark, inner, options)
    with below(mark):
        if mark != UNORDERED:
            return Items(item=_shape_of(inner, options), is_some=mark == SOME)
        if not isinstance(inner, list | tuple):
            raise unlike(inner, "a list")
        return List(items=each(inner, lambda one: _shape_of(one, options)), is_ordered=False)


def _placeholder_with_matchers(mark: str, value: Json, options: Options) -> Shape:
    try:
        placeholder = placeholder_of(mark)
    except BadExpectation as error:
        hint = nearest_word(mark, _LISTS) or error.hint
        raise BadExpectation(error.code, error.message, hint, (mark,), is_of_key=True) from error
    with below(mark):
        return Leaf(placeholder, compile_matchers(value, options))


def _failure(shape: Shape, subject: Subject) -> Verdict:
    departures = list(shape.departures(subject.payload, ()))
    told = departures[:MOST_TOLD]
    rest = len(departures) - len(told)
    more = f" (and {len(departures) - 1} more)" if len(departures) > 1 else ""
    lines = [shorten("; ".join((one.message, *one.difference)), LONGEST_LINE) for one in told]
    lines += [f"… and {rest} more"] if rest > 0 else []
    return failed(
        f"{told[0].message}{more}",
        expected="\n".join(one.expected for one in told),
        actual="\n".join(one.actual for one in told),
        difference=tuple(lines) if more else told[0].difference,
    )


LIKE = Kind(
    name="like",
    schema={
        "type": ["object", "array", "string", "number", "boolean", "null"],
        "description": (
            "A part of the payload: keys that must be there, with values or placeholders such as"
            " <uuid> or <number 1..5>; other keys are allowed."
        ),
        "examples": [
            {"response": {"id": "<uuid>", "total": "<number 1..5>"}},
            {"events": {"<unordered>": [{"kind": "text"}, {"kind": "<string>"}]}},
        ],
    },
    compile=_compile,
    on="payload",
)
