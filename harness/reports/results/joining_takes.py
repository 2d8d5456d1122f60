"""Joins the takes of one scenario that several parts played, and judges them anew."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.conversation import Outcome
from harness.conversation.spending import Spent
from harness.core import Json
from harness.evaluation.takes import outcome_of_takes
from harness.reports.failure import counted_takes, lines_of_takes, required_takes
from harness.reports.results.results_writer import dump
from harness.scenario.repeats import all_of
from harness.statistics.intervals import wilson_interval

_OF_ALL = ("outcome", "codes", "repeat", "spent", "failure", "takes", "attempts", "index")
"""The keys that are made anew."""

Stored = Mapping[str, Any]


def joined_line(lines: Sequence[str]) -> str:
    """The line of a scenario, given those of the parts that have some of its takes."""
    records: list[dict[str, Any]] = list(map(json.loads, lines))
    # A part whose worker died, or that skipped the test, has no takes.
    without = [record for record in records if "takes" not in record]
    broken = [record for record in without if record["outcome"] == Outcome.BROKEN]
    return dump([*broken, *without][0] if without else joined_record(records))


def joined_record(records: Sequence[Stored]) -> dict[str, Json]:
    """The record of a scenario with the takes of all parts, by their numbers.

    All takes must pass: others are not divided.
    """
    takes = sorted((take for one in records for take in one["takes"]), key=lambda one: one["take"])
    outcomes = [Outcome(take["outcome"]) for take in takes]
    outcome = outcome_of_takes(outcomes, all_of(len(takes)))
    codes: dict[str, None] = {}
    for take in takes if outcome.is_bad else ():
        codes |= dict.fromkeys(take.get("codes", ()))
    record: dict[str, Any] = {
        **{name: value for name, value in records[0].items() if name not in _OF_ALL},
        "outcome": outcome.value,
        "codes": list(codes),
        "repeat": _repeat(outcomes),
        "spent": sum((Spent.from_json(one.get("spent", ())) for one in records), Spent()).json(),
        "failure": "\n".join(_screen(records, takes, outcome)) if outcome.is_bad else "",
        "takes": takes,
        "attempts": [attempt for one in records for attempt in one.get("attempts", ())],
    }
    return {name: value for name, value in record.items() if value not in ("", [])}


def shown_take(takes: Sequence[Stored], outcome: str) -> Stored:
    """The take that explains an outcome: the first that has it."""
    return next((take for take in takes if take["outcome"] == outcome), takes[0])


def _repeat(outcomes: Sequence[Outcome]) -> dict[str, Json]:
    passed, failed = outcomes.count(Outcome.PASSED), outcomes.count(Outcome.FAILED)
    repeat: dict[str, Json] = {"passed": passed, "told": passed + failed, "wanted": len(outcomes)}
    if passed + failed:
        interval = wilson_interval(passed, passed + failed)
        repeat["interval"] = [round(interval.low, 6), round(interval.high, 6)]
    return repeat


def _screen(records: Sequence[Stored], takes: Sequence[Stored], outcome: Outcome) -> Iterator[str]:
    """What the terminal shows of takes that one run plays."""
    divided = records[0]["repeat"]["divided"]
    outcomes = [take["outcome"] for take in takes]
    passed = outcomes.count(Outcome.PASSED)
    judged = passed + outcomes.count(Outcome.FAILED)
    verdict = counted_takes(passed, judged, outcomes.count(Outcome.SKIPPED), len(takes))
    yield f"{divided['place']}: {verdict}, {required_takes(len(takes), passed, judged)}"
    yield f"{divided['excerpt']} [repeat]"
    yield from lines_of_takes(
        [(take["take"], take["outcome"], take.get("codes", ())) for take in takes]
    )
    shown = shown_take(takes, outcome.value)
    yield from ("", f"take {shown['take']}", shown.get("failure", ""))
