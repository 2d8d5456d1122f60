"""`latency`, `first_token` and `turns` of a whole conversation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from statistics import median, quantiles

from harness.checks.arguments import OptionalKeys
from harness.checks.check import PASS, Judge, Kind, Options, Subject, Verdict, failed, skipped
from harness.checks.latency import NO_TIME, UNDER, limit_of, time_of_first_token
from harness.checks.matchers import COUNT, Count
from harness.conversation import Turn
from harness.core import Json, format_duration

_Measure = Callable[[Turn], float | Verdict]


def _p95(times: Sequence[float]) -> float:
    """Between the two nearest of them, as a spreadsheet's PERCENTILE has it."""
    return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]


SUMMARIES: Mapping[str, tuple[str, Callable[[Sequence[float]], float]]] = {
    "median": ("the median", median),
    "p95": ("the 95th percentile", _p95),
    "total": ("the total", sum),
}
"""What may be expected of times together: its name in a sentence, and how it is told."""


def _times(value: Json, options: Options, *, name: str, measure: _Measure) -> Judge:
    parts = OptionalKeys(value, tuple(SUMMARIES))
    limits = {key: parts.make(key, partial(limit_of, name, options=options)) for key in SUMMARIES}
    words = _WORDS[name]

    def judge(subject: Subject) -> Verdict:
        transcript = subject.transcript
        times: list[float] = []
        turns = [one for one in transcript.turns if one.reply is not None] if transcript else []
        for turn in turns:
            seconds = measure(turn)
            if isinstance(seconds, Verdict):
                return replace(seconds, reason=f"turn {turn.number}: {seconds.reason}")
            times.append(seconds)
        if not times:
            return skipped("no turn was answered")
        found = {
            key: (limit, SUMMARIES[key][1](times))
            for key, limit in limits.items()
            if limit is not None
        }
        wrong = [key for key, (limit, seconds) in found.items() if seconds >= limit]
        if not wrong:
            return PASS
        limit, seconds = found[wrong[0]]
        recorded = " in the recording" if subject.is_recorded else ""
        return failed(
            f"{SUMMARIES[wrong[0]][0]} of {words} is {format_duration(seconds)}{recorded},"
            f" expected under {format_duration(limit)}",
            expected="\n".join(f"{key}: under {format_duration(found[key][0])}" for key in wrong),
            actual="\n".join(f"{key}: {format_duration(found[key][1])}" for key in wrong),
            difference=tuple(
                f"turn {turn.number}: {format_duration(seconds)}"
                for turn, seconds in zip(turns, times, strict=True)
            ),
        )

    return judge


_WORDS = {"latency": "the latencies", "first_token": "the times to the first byte"}


def _turns(value: Json, options: Options) -> Judge:
    count = Count(value, "turn", options)

    def judge(subject: Subject) -> Verdict:
        number = len(subject.transcript.turns) if subject.transcript is not None else 0
        return count.failure(number, subject.name) or PASS

    return judge


def _summaries(description: str) -> Json:
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {
            key: {**UNDER, "description": f"Of all turns, {words}."}
            for key, (words, _) in SUMMARIES.items()
        },
        "description": description,
        "examples": [{"median": {"under": "2s"}, "p95": {"under": "4s"}}],
    }


def _latency(turn: Turn) -> float | Verdict:
    seconds = turn.latency
    return NO_TIME if seconds is None else seconds


ALL_LATENCIES = Kind(
    name="latency",
    schema=_summaries("How long the replies took, over all turns."),
    compile=partial(_times, name="latency", measure=_latency),
    on="conversation",
    is_caseless=True,
)
ALL_FIRST_TOKENS = Kind(
    name="first_token",
    schema=_summaries("How long the first byte of each streamed reply took, over all turns."),
    compile=partial(_times, name="first_token", measure=time_of_first_token),
    on="conversation",
    is_caseless=True,
)
TURNS = Kind(
    name="turns",
    schema={
        **COUNT,
        "description": "How many messages of the user were answered or refused.",
        "examples": [{"at_most": 6}],
    },
    compile=_turns,
    on="conversation",
    is_caseless=True,
)
