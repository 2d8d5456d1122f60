"""The page of `harness trust`: the scenarios with their figures, findings, and skips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from harness.core import counted, on_one_line, shorten
from harness.core.sections import Section
from harness.evaluation.trust.scenario_trust import ScenarioTrust
from harness.evaluation.trust.vacuity import KIND_OF

LONGEST = 300
"""Characters of a message or of a reason."""
_HEADS = (
    "scenario",
    "trust",
    "from",
    "less",
    "checks",
    "ran",
    "can fail",
    "ever failed",
    "unseen fields",
    "recorded",
)


def trust_page(
    measured: Sequence[ScenarioTrust],
    *,
    now: datetime,
    shown: Callable[[Path], str],
    most: int | None = None,
) -> list[Section]:
    """The page: scenarios with the lowest figures and findings of the most points first.

    `now` has a time zone, `shown` is how a file is named, and `most` how many scenarios, findings
    and skips are listed at most; None for all.
    """
    ordered = sorted(measured, key=_lowest)
    return [
        Section(title=_title(measured), lines=list(_totals(measured))),
        Section(
            title="scenarios",
            heads=_HEADS,
            rows=[_row(one, now) for one in ordered[:most]],
            lines=_left_out(ordered, most),
        ),
        *_findings(measured, most),
        *_skips(measured, shown, most),
    ]


def _lowest(one: ScenarioTrust) -> tuple[float, str]:
    return (float("inf") if one.figure is None else one.figure), one.scenario


def _title(measured: Sequence[ScenarioTrust]) -> str:
    conversations = sum(len(one.plays) for one in measured)
    findings = sum(len(one.findings) for one in measured)
    return (
        f"{counted(len(measured), 'scenario')}, {counted(conversations, 'conversation')},"
        f" {counted(findings, 'finding')}"
    )


def _totals(measured: Sequence[ScenarioTrust]) -> Iterator[str]:
    figures = [one.figure for one in measured if one.figure is not None]
    if figures:
        lowest = f"lowest {min(figures)}, on average {sum(figures) // len(figures)}"
        without = len(measured) - len(figures)
        yield f"trust: {lowest}" + (f"; {without} without a figure" if without else "")
    known, ran, can_fail = (
        sum(len(getattr(one, name)) for one in measured) for name in ("known", "ran", "can_fail")
    )
    failed = [one.ever_failed for one in measured if one.ever_failed is not None]
    ever = (
        f"{sum(map(len, failed))} ever failed" if failed else "whether any ever failed is unknown"
    )
    yield f"checks: {known}, {ran} ran, {can_fail} can fail, {ever}"
    fields, unseen = (
        sum(len(getattr(one, name)) for one in measured) for name in ("fields", "unseen")
    )
    if fields:
        yield f"fields of payloads: {fields}, no check looks at {unseen}"
    codes = Counter(finding.code for one in measured for finding in one.findings)
    if codes:
        yield "findings: " + ", ".join(f"{code} {count}" for code, count in codes.most_common())


def _row(one: ScenarioTrust, now: datetime) -> tuple[str, ...]:
    name, base = one.base
    less = sum(one.deductions.values())
    return (
        one.scenario,
        "-" if one.figure is None else str(one.figure),
        "" if base is None else f"{name} {int(base)} %",
        f"-{less}" if less else "",
        str(len(one.known)),
        str(len(one.ran)),
        str(len(one.can_fail)),
        "" if one.ever_failed is None else str(len(one.ever_failed)),
        f"{len(one.unseen)} of {len(one.fields)}" if one.fields else "",
        age(one.oldest, now),
    )


def age(recorded_at: str, now: datetime) -> str:
    """How long ago something was recorded, in days; empty if that is not known."""
    try:
        days = (now - datetime.fromisoformat(recorded_at)) // timedelta(days=1)
    except (ValueError, TypeError):
        # Python raises TypeError for a time without a zone.
        return ""
    return "today" if days < 1 else f"{counted(days, 'day')} ago"


def _left_out(listed: Sequence[object], most: int | None) -> list[str]:
    more = 0 if most is None else len(listed) - most
    return [f"and {more} more; trust.html and trust.json list all"] if more > 0 else []


def _findings(measured: Sequence[ScenarioTrust], most: int | None) -> Iterator[Section]:
    found = [finding for one in measured for finding in one.findings]
    found.sort(key=lambda one: -KIND_OF[one.code].points)
    rows = [
        (
            # Without the column, which is of no use to a reader.
            one.where.rpartition(":")[0],
            one.code,
            f"-{KIND_OF[one.code].points}",
            _shown(f"{one.subject}: {one.message}" if one.subject else one.message),
            _shown(one.hint),
        )
        for one in found[:most]
    ]
    if rows:
        heads = ("place", "finding", "points", "what", "next step")
        yield Section(title="findings", heads=heads, rows=rows, lines=_left_out(found, most))


def _skips(
    measured: Sequence[ScenarioTrust], shown: Callable[[Path], str], most: int | None
) -> Iterator[Section]:
    lines = [f"{shown(one.file)}: {_shown(reason)}" for one in measured for reason in one.skips]
    if lines:
        yield Section(
            title="skipped, or expected to fail",
            lines=[*lines[:most], *_left_out(lines, most)],
        )


def _shown(text: str) -> str:
    return shorten(on_one_line(text), LONGEST)
