"""`latency`, `first_token` and `turns` of a whole conversation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from statistics import median, quantiles

from harness.checks.arguments import OptionalKeys, keys_schema
from harness.checks.check import Judge, Kind, Options, Subject
from harness.checks.latency import UNDER, Measure, limit_of, time_of_first_token, time_of_reply
from harness.checks.matchers import COUNT, Count
from harness.checks.verdict import PASS, Verdict, failed, skipped
from harness.core import Json, format_duration


def _p95(times: Sequence[float]) -> float:
    """Interpolated between the two nearest, as PERCENTILE of a spreadsheet does."""
    return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]


SUMMARIES: Mapping[str, tuple[str, Callable[[Sequence[float]], float]]] = {
    "median": ("the median", median),
    "p95": ("the 95th percentile", _p95),
    "total": ("the total", sum),
}
"""Figures of several times by key: the name in a sentence, and how it is calculated."""


def _times(name: str, words: str, measure: Measure, value: Json, options: Options) -> Judge:
    parts = OptionalKeys(value, tuple(SUMMARIES))
    made = {key: parts.make(key, partial(limit_of, name, options=options)) for key in SUMMARIES}
    limits = {key: limit for key, limit in made.items() if limit is not None}

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
        found = {key: SUMMARIES[key][1](times) for key in limits}
        wrong = [key for key, seconds in found.items() if seconds >= limits[key]]
        if not wrong:
            return PASS
        first = wrong[0]
        recorded = " in the recording" if subject.is_recorded else ""
        return failed(
            f"{SUMMARIES[first][0]} of {words} is {format_duration(found[first])}{recorded},"
            f" expected under {format_duration(limits[first])}",
            expected="\n".join(f"{key}: under {format_duration(limits[key])}" for key in wrong),
            actual="\n".join(f"{key}: {format_duration(found[key])}" for key in wrong),
            difference=tuple(
                f"turn {turn.number}: {format_duration(seconds)}"
                for turn, seconds in zip(turns, times, strict=True)
            ),
        )

    return judge


def _turns(value: Json, options: Options) -> Judge:
    count = Count(value, "turn", options)

    def judge(subject: Subject) -> Verdict:
        turns = subject.transcript.turns if subject.transcript is not None else ()
        return count.failure(len(turns), subject.name) or PASS

    return judge


def _summaries(description: str) -> Json:
    return {
        **keys_schema(
            {
                key: {**UNDER, "description": f"Of all turns, {words}."}
                for key, (words, _) in SUMMARIES.items()
            }
        ),
        "description": description,
        "examples": [{"median": {"under": "2s"}, "p95": {"under": "4s"}}],
    }


ALL_LATENCIES = Kind(
    name="latency",
    schema=_summaries("How long the replies took, over all turns."),
    compile=partial(_times, "latency", "the latencies", time_of_reply),
    on="conversation",
    is_caseless=True,
)
ALL_FIRST_TOKENS = Kind(
    name="first_token",
    schema=_summaries("How long the first byte of each streamed reply took, over all turns."),
    compile=partial(_times, "first_token", "the times to the first byte", time_of_first_token),
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
