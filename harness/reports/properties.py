"""What a scenario's result says in JUnit's properties."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.conversation import Outcome
from harness.play.result import ScenarioResult

if TYPE_CHECKING:
    from harness.evaluation import Takes

Properties = list[tuple[str, object]]


def properties_of(result: ScenarioResult) -> Properties:
    """Name and value: provider, outcome, turns, seconds, drift, and codes of what went wrong.

    `skipped_checks` is JSON, how many checks were skipped by name and reason; left out where none.
    """
    return [*_told_of((result,), result.outcome), *_codes(result.codes)]


def properties_of_chat(number: int, result: ScenarioResult, *, is_waived: bool) -> Properties:
    """The same of a conversation of a Python test, after its number in the test, from 1.

    `waived` says that the test was expected to fail, and did.
    """
    waived: Properties = [("waived", "true")] if is_waived else []
    return [("conversation", str(number)), *properties_of(result), *waived]


def properties_of_takes(takes: Takes) -> Properties:
    """The same of all takes together, and how many there are, passed and failed.

    `pass_rate` is that of the takes that could be told; it is left out where there are none.
    """
    properties = _told_of(takes.results, takes.outcome)
    properties += [
        ("takes", str(len(takes.results))),
        ("takes_passed", str(takes.passed)),
        ("takes_failed", str(takes.failed)),
    ]
    if takes.skipped:
        properties.append(("takes_skipped", str(takes.skipped)))
    if takes.pass_rate is not None:
        properties.append(("pass_rate", f"{takes.pass_rate:.3f}"))
    return [*properties, *_codes(takes.codes)]


def _told_of(results: Sequence[ScenarioResult], outcome: Outcome) -> Properties:
    turns = [turn for result in results for turn in result.transcript.turns]
    known = [turn.latency for turn in turns if turn.latency is not None]
    properties: Properties = [
        ("scenario", results[0].scenario.id),
        ("provider", results[0].transcript.provider),
        ("outcome", outcome.value),
        ("turns", str(len(turns))),
        ("checks", str(sum(len(result.checks) for result in results))),
    ]
    if known:
        properties.append(("latency_seconds", f"{sum(known):.6f}"))
    compared = [turn for result in results for turn in result.compared]
    if compared:
        drifted = [turn for turn in compared if turn.drift.differences]
        properties.append(("drift", " ".join(turn.drift.kind for turn in compared)))
        properties.append(("drifted", "; ".join(str(turn) for turn in drifted)))
    skips = Counter(skip for result in results for skip in result.skips)
    if skips:
        # As JSON, because a reason may hold any character.
        properties.append(("skipped_checks", json.dumps(skips)))
    return properties


def _codes(codes: Sequence[str]) -> Properties:
    return [("codes", " ".join(codes))] if codes else []
