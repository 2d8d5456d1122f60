"""The page of `harness trust`: the scenarios with their figures, findings, and skips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from harness.core import counted, on_one_line
from harness.core.sections import Section
from harness.evaluation.trust.scenario_trust import ScenarioTrust
from harness.evaluation.trust.vacuity import KIND_OF

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
    """The page, the scenarios with the lowest figures first.

    `now` has a time zone, `shown` is how a file is named, and `most` how many scenarios are listed.
    """
    ordered = sorted(measured, key=_lowest)
    listed = ordered if most is None else ordered[:most]
    return [
        Section(title=_title(measured), lines=list(_totals(measured))),
        Section(
            title="scenarios",
            heads=_HEADS,
            rows=[_row(one, now) for one in listed],
            lines=_left_out(len(ordered) - len(listed)),
        ),
        *_findings(measured),
        *_skips(measured, shown),
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


def _left_out(count: int) -> list[str]:
    return [f"and {count} more with higher figures; the reports have all"] if count else []


def _findings(measured: Sequence[ScenarioTrust]) -> Iterator[Section]:
    rows = [
        (
            # Without the column, which is of no use to a reader.
            finding.where.rpartition(":")[0],
            finding.code,
            f"-{KIND_OF[finding.code].points}",
            ": ".join(filter(None, (finding.subject, on_one_line(finding.message)))),
            on_one_line(finding.hint),
        )
        for one in measured
        for finding in one.findings
    ]
    if rows:
        heads = ("place", "finding", "points", "what", "next step")
        yield Section(title="findings", heads=heads, rows=rows)


def _skips(measured: Sequence[ScenarioTrust], shown: Callable[[Path], str]) -> Iterator[Section]:
    lines = [
        f"{shown(one.file)}: {on_one_line(reason)}" for one in measured for reason in one.skips
    ]
    if lines:
        yield Section(title="skipped, or expected to fail", lines=lines)
