"""`latency`: how long the reply took."""

from __future__ import annotations

from collections.abc import Mapping

from harness.checks.check import (
    PASS,
    BadExpectation,
    Judge,
    Kind,
    Options,
    Verdict,
    failed,
    skipped,
)
from harness.checks.subject import Subject
from harness.durations import DURATION_PATTERN, format_duration, parse_duration
from harness.json_schema.wording import show
from harness.typing import Json

_NO_TIME = skipped("no time was recorded for this turn")


def _compile(value: Json, _options: Options) -> Judge:
    if not isinstance(value, Mapping) or set(value) != {"under"}:
        raise BadExpectation("wrong-value", "'latency' takes {under: 2s}")
    try:
        limit = parse_duration(str(value["under"]))
    except ValueError as error:
        message = f"{show(value['under'])} is no duration"
        raise BadExpectation("wrong-value", message, "such as 500ms, 2s, 1m", ("under",)) from error

    def judge(subject: Subject) -> Verdict:
        if subject.latency is None:
            return _NO_TIME
        if subject.latency < limit:
            return PASS
        found = format_duration(subject.latency)
        recorded = " in the recording" if subject.is_recorded else ""
        return failed(
            f"{subject.name} took {found}{recorded}, expected under {format_duration(limit)}",
            expected=f"under {format_duration(limit)}",
            actual=found,
        )

    return judge


LATENCY = Kind(
    name="latency",
    schema={
        "type": "object",
        "required": ["under"],
        "additionalProperties": False,
        "properties": {
            "under": {
                "type": "string",
                "pattern": DURATION_PATTERN,
                "description": "A duration with its unit: 500ms, 2s, 1m.",
            }
        },
        "description": "The time from sending the message to the end of the reply.",
        "examples": [{"under": "2s"}],
    },
    compile=_compile,
)
