"""`like`: a part of the payload, with placeholders for what varies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.checks.arguments import below, each, each_key, unlike
from harness.checks.check import BadExpectation, Judge, Kind, Options, Subject
from harness.checks.json_paths import without_payload
from harness.checks.like_shapes import Departure, Items, Leaf, List, Object, Shape
from harness.checks.matcher import all_expected
from harness.checks.matchers import compile_matchers
from harness.checks.placeholders import ANY, placeholder_name, placeholder_of
from harness.checks.value_matchers import equal_to
from harness.checks.verdict import PASS, Verdict, failed
from harness.core import Json, nearest_word, shorten
from harness.formats.json_path import path_text

MOST_SHOWN = 12
"""Places that differ and are shown one by one."""
LONGEST_LINE = 200


def _compile(value: Json, options: Options) -> Judge:
    if value in ({}, _ANYTHING):
        message = "every payload matches this"
        raise BadExpectation("matches-everything", message, "write what must be there")
    shape = _shape_of(value, options)

    def judge(subject: Subject) -> Verdict:
        if not subject.has_payload:
            return without_payload(subject)
        departures = list(shape.departures(subject.payload, ()))
        return _failure(departures) if departures else PASS

    return judge


UNORDERED, EVERY, SOME = "<unordered>", "<every>", "<some>"
_LISTS = (UNORDERED, EVERY, SOME)
_ANYTHING = "<any>"


def _shape_of(value: Json, options: Options) -> Shape:
    if isinstance(value, Mapping):
        return _of_mapping(value, options)
    if isinstance(value, list | tuple):
        return List(items=each(value, lambda element: _shape_of(element, options)), is_ordered=True)
    matcher = placeholder_of(value) or equal_to(value, options)
    return Leaf(matcher.expected, (matcher,))


def _of_mapping(value: Mapping[str, Json], options: Options) -> Shape:
    mark = next(filter(placeholder_name, value), "")
    if not mark:
        return Object(each_key(value, lambda element: _shape_of(element, options)))
    if len(value) > 1:
        message = f"'{mark}' must be the only key of its mapping"
        others = ", ".join(f"'{key}'" for key in value if key != mark)
        raise BadExpectation("wrong-value", message, f"remove {others}", (mark,), is_of_key=True)
    inner = value[mark]
    if mark not in _LISTS:
        return _placeholder_with_matchers(mark, inner, options)
    with below(mark):
        if mark != UNORDERED:
            return Items(item=_shape_of(inner, options), is_some=mark == SOME)
        if not isinstance(inner, list | tuple):
            raise unlike(inner, "a list")
        return List(
            items=each(inner, lambda element: _shape_of(element, options)), is_ordered=False
        )


def _placeholder_with_matchers(mark: str, value: Json, options: Options) -> Shape:
    try:
        placeholder = placeholder_of(mark)
    except BadExpectation as error:
        hint = nearest_word(mark, _LISTS) or error.hint
        raise BadExpectation(error.code, error.message, hint, (mark,), is_of_key=True) from error
    with below(mark):
        matchers = compile_matchers(value, options)
    expected = all_expected(matchers)
    if placeholder is None or placeholder is ANY:
        return Leaf(expected, matchers)
    return Leaf(f"{placeholder.expected}, {expected}", (placeholder, *matchers))


def _failure(departures: Sequence[Departure]) -> Verdict:
    shown = [describe() for describe in departures[:MOST_SHOWN]]
    rest = len(departures) - len(shown)
    more = f" (and {len(departures) - 1} more)" if len(departures) > 1 else ""
    lines = [
        shorten("; ".join((departure.message, *departure.difference)), LONGEST_LINE)
        for departure in shown
    ]
    lines += [f"… and {rest} more"] if rest > 0 else []
    return failed(
        f"{shown[0].message}{more}",
        expected="\n".join(departure.expected for departure in shown),
        actual="\n".join(departure.actual for departure in shown),
        difference=tuple(lines) if more else shown[0].difference,
    )


def _decides(value: Json, at: str = "$") -> Iterator[str]:
    """The paths of the values that may be anything; the items of a list have one path."""
    if value == _ANYTHING:
        yield at
    elif isinstance(value, Mapping):
        for key, one in value.items():
            if key not in _LISTS:
                yield from _decides(one, f"{at}{path_text((key,))[1:]}")
            elif key == UNORDERED:
                yield from _decides(one, at)
            else:
                yield from _decides(one, f"{at}[*]")
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _decides(one, f"{at}[*]")


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
    decides=_decides,
)
