"""`latency` and `first_token`: how long the reply took, and its first byte."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from harness.checks.arguments import DURATION, below, duration_of
from harness.checks.check import BadExpectation, Judge, Kind, Options, Subject
from harness.checks.verdict import PASS, Verdict, failed, not_told
from harness.conversation import Turn
from harness.core import Json, format_duration

LONGEST_LIKELY = 600.0
"""Seconds that a reply may take; a limit of more is doubtful."""
NO_TIME = not_told("no time was recorded for this turn")
NO_STREAM = not_told("the answer is not a stream, so it has no separate first byte")


Measure = Callable[[Turn | None], float | Verdict]
"""Seconds of a turn, or the verdict that they are not known."""


def limit_of(name: str, value: Json, options: Options) -> float:
    """The seconds of `{under: 2s}`. Raises `BadExpectation`."""
    if not isinstance(value, Mapping) or set(value) != {"under"}:
        raise BadExpectation("wrong-value", f"'{name}' takes {{under: 2s}}")
    with below("under"):
        limit = duration_of(value["under"])
    if limit > LONGEST_LIKELY:
        options.doubt(f"no reply takes {format_duration(limit)}", "set the intended limit")
    return limit


def time_of_reply(turn: Turn | None) -> float | Verdict:
    """Seconds to the end of a reply, or why they are not known."""
    return NO_TIME if turn is None or turn.latency is None else turn.latency


def time_of_first_token(turn: Turn | None) -> float | Verdict:
    """Seconds to the first byte of a streamed reply, or why they are not known."""
    answer = turn.answer.response if turn is not None and turn.answer is not None else None
    if answer is not None and not answer.chunks:
        return NO_STREAM
    return NO_TIME if turn is None or turn.first_token is None else turn.first_token


def _compile(name: str, measure: Measure, sentence: str, value: Json, options: Options) -> Judge:
    limit = limit_of(name, value, options)
    expected = f"under {format_duration(limit)}"

    def judge(subject: Subject) -> Verdict:
        seconds = measure(subject.turn)
        if isinstance(seconds, Verdict):
            return seconds
        if seconds < limit:
            return PASS
        found = format_duration(seconds)
        recorded = " in the recording" if subject.is_recorded else ""
        message = f"{sentence.format(subject.name, found)}{recorded}, expected {expected}"
        return failed(message, expected=expected, actual=found)

    return judge


UNDER: Mapping[str, Json] = {
    "type": "object",
    "required": ["under"],
    "additionalProperties": False,
    "properties": {
        "under": {**DURATION, "description": "A duration with its unit: 500ms, 2s, 1m."}
    },
}
"""JSON Schema of an upper bound of a time."""


def _limit_instead(value: Json, text: str) -> str:
    if isinstance(value, dict | list) or value is None:
        return "write {under: 2s}"
    text = text.lstrip("<= ")
    return f"write {{under: {text}}}" if isinstance(value, str) else f"write {{under: {text}s}}"


LATENCY = Kind(
    name="latency",
    schema={
        **UNDER,
        "description": "The time from sending the message to the end of the reply.",
        "examples": [{"under": "2s"}],
    },
    compile=partial(_compile, "latency", time_of_reply, "{} took {}"),
    on="answer",
    is_caseless=True,
    instead=_limit_instead,
    other_words="response_time duration max_latency",
)
FIRST_TOKEN = Kind(
    name="first_token",
    schema={
        **UNDER,
        "description": "The time from sending the message to the first byte of a streamed reply.",
        "examples": [{"under": "500ms"}],
    },
    compile=partial(
        _compile, "first_token", time_of_first_token, "the first byte of {} came after {}"
    ),
    on="answer",
    is_caseless=True,
    needs="stream",
    lacks="does not read a stream",
    instead=_limit_instead,
)
