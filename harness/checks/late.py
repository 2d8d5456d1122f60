"""`within`: how long a check waits for messages behind the reply, and what it says of that."""

from __future__ import annotations

from collections.abc import Mapping

from harness.checks.check import BadExpectation, Verdict, failed
from harness.checks.subject import Subject
from harness.conversation import Turn
from harness.conversation.outcome import Outcome
from harness.core.durations import DURATION_PATTERN, format_duration, parse_duration
from harness.core.typing import Json
from harness.formats.json_schema.wording import show

WITHIN: Mapping[str, Json] = {
    "type": "string",
    "pattern": DURATION_PATTERN,
    "description": "How long after the reply further messages may come: 500ms, 2s, 1m.",
}
"""JSON Schema of what stands behind `within`."""
_CLOCK = 0.001
"""Seconds; what lies closer together is the same time."""


def seconds_of(value: Json) -> float:
    """The seconds behind `within`. Raises `BadExpectation`."""
    try:
        found = parse_duration(str(value))
    except ValueError as error:
        message = f"{show(value)} is no duration"
        raise BadExpectation("wrong-value", message, "such as 500ms, 2s, 1m") from error
    if not found:
        message = "nothing comes within no time"
        raise BadExpectation("wrong-value", message, "such as 500ms, 2s, 1m")
    return found


def with_waiting(verdict: Verdict, subject: Subject, within: float | None) -> Verdict:
    """A failure, with how long was waited and what came; any other verdict as it is."""
    finding = verdict.finding
    if within is None or verdict.outcome is not Outcome.FAILED or finding is None:
        return verdict
    turn = subject.turn
    looks = turn.looks if turn is not None else ()
    if turn is None or not looks:
        lines = (*finding.difference, "further messages were not looked for")
        return _again(verdict, finding.message, lines)
    late = [number for number, one in enumerate(subject.messages, 1) if one.is_late]
    came = "no further message came"
    if late:
        numbers = ", ".join(map(str, late))
        came = f"message{'s' if late[1:] else ''} {numbers} came late, and no other"
    times = sum(one.request.origin.step == looks[0].request.origin.step for one in looks)
    lines = (
        *finding.difference,
        f"looked for further messages {_times(times)}",
        *_cut(turn, within),
    )
    return _again(verdict, f"{finding.message}; {came} within {format_duration(within)}", lines)


def _again(verdict: Verdict, message: str, lines: tuple[str, ...]) -> Verdict:
    finding = verdict.finding
    assert finding is not None  # noqa: S101  # asked by the caller
    return failed(message, expected=finding.expected, actual=finding.actual, difference=lines)


def _cut(turn: Turn, within: float) -> tuple[str, ...]:
    """That a recording ends before the time was over."""
    reply = turn.answer.response if turn.answer is not None else None
    last = turn.looks[-1].response
    if reply is None or last is None or last.seconds is None:
        return ()
    waited = last.ended - reply.ended
    if waited > within - _CLOCK:
        return ()
    ended = format_duration(waited)
    return (f"the recording ends {ended} after the reply; --harness-mode=refresh waits longer",)


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
