"""`like`: a part of the payload, with placeholders for what varies."""

from __future__ import annotations

from harness.checks.check import PASS, BadExpectation, Judge, Kind, Options, Verdict, failed
from harness.checks.json_paths import without_payload
from harness.checks.shape import Mismatch, Shape, shape_of
from harness.checks.subject import Subject
from harness.core.source import shorten
from harness.core.typing import Json

MOST_TOLD = 12
"""Places that differ and are told one by one."""
LONGEST_LINE = 200


def _compile(value: Json, options: Options) -> Judge:
    if value in ({}, "<any>"):
        message = "every payload is like this"
        raise BadExpectation("matches-everything", message, "say what must be there")
    shape = shape_of(value, options)

    def judge(subject: Subject) -> Verdict:
        if not subject.has_payload:
            return without_payload(subject)
        if shape.fits(subject.payload):
            return PASS
        return _failure(shape, subject)

    return judge


def _failure(shape: Shape, subject: Subject) -> Verdict:
    departures = list(shape.departures(subject.payload, ()))
    told = departures[:MOST_TOLD]
    rest = len(departures) - len(told)
    more = f" (and {len(departures) - 1} more)" if len(departures) > 1 else ""
    lines = [_line(one) for one in told]
    lines += [f"… and {rest} more"] if rest > 0 else []
    return failed(
        f"{told[0].message}{more}",
        expected="\n".join(f"{one.where}: {one.expected}" for one in told),
        actual="\n".join(f"{one.where}: {one.actual}" for one in told),
        difference=tuple(lines) if more else tuple(one.hint for one in told if one.hint),
    )


def _line(departure: Mismatch) -> str:
    hint = f"; {departure.hint}" if departure.hint else ""
    return shorten(f"{departure.message}{hint}", LONGEST_LINE)


LIKE = Kind(
    name="like",
    schema={
        "type": ["object", "array", "string", "number", "boolean", "null"],
        "description": (
            "A part of the payload: keys that must be there, with values or placeholders such as"
            " <uuid> or <number 1..5>; other keys may stand beside them."
        ),
        "examples": [
            {"response": {"id": "<uuid>", "total": "<number 1..5>"}},
            {"events": {"<unordered>": [{"kind": "text"}, {"kind": "<string>"}]}},
        ],
    },
    compile=_compile,
    on="payload",
)
