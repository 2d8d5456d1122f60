"""The closing lines of a run: what was played, by provider, and why some of it is red."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from harness.conversation import Outcome
from harness.counted import counted
from harness.durations import format_duration
from harness.engine.drift.drift import Drift
from harness.pytest_plugin.suite import Suite
from harness.reports.tally import Tally
from harness.source import shorten

COLUMNS = ("passed", "failed", "broken")
SKIPPED = "skipped"
"""A column where there are any; it holds what failed as expected, too."""
MOST_REASONS = 5
"""Reasons of skipped checks that are listed, the commonest first."""
MOST_DRIFTED = 50
"""Turns that drifted and are listed."""
MOST_LINES = 8
"""Lines of what differs in one of them."""


def write_summary(reporter: Any, suite: Suite) -> None:  # noqa: ANN401  # pytest names no public type
    """Write a table of providers, codes of failures, and notes. Nothing where nothing played."""
    tally = suite.tally if suite.tally.providers else _told_by_workers(reporter)
    if {"skipped", "xfailed", "failed"} & {*reporter.stats}:
        from harness.pytest_plugin.waiving import count_waived  # noqa: PLC0415  # few runs do

        count_waived(reporter, tally)
    providers = tally.providers
    if not providers:
        return
    reporter.write_sep("-", f"conversations ({suite.mode.value})")
    width = max(len("provider"), *(len(name) for name in providers))
    columns: tuple[str, ...] = COLUMNS
    if any(one.outcomes[SKIPPED] for one in providers.values()):
        columns = (*COLUMNS, SKIPPED)
    heads = "".join(f"{column:>9}" for column in (*columns, "turns", "checks"))
    reporter.write_line(f"{'provider':<{width}}{heads}")
    for name, one in sorted(providers.items()):
        counts = [one.outcomes[Outcome(column).value] for column in columns]
        cells = "".join(f"{count:>9}" for count in (*counts, one.turns, one.checks))
        is_green = counts[0] + one.outcomes[SKIPPED] == one.conversations
        reporter.write_line(f"{name:<{width}}{cells}", green=is_green, red=not is_green)
    codes = sum((one.codes for one in providers.values()), Counter[str]())
    if codes:
        listed = ", ".join(f"{count} {code}" for code, count in codes.most_common())
        reporter.write_line(f"why: {listed}")
    if tally.repeated:
        kinds = (*COLUMNS, SKIPPED)
        took = ", ".join(f"{tally.takes[one]} {one}" for one in kinds if tally.takes[one])
        reporter.write_line(f"takes of {counted(tally.repeated, 'scenario')}: {took}")
    _write_skips(reporter, tally)
    _write_drift(reporter, tally)
    _write_latencies(reporter, tally)
    for note in tally.notes:
        reporter.write_line(f"note: {note}")
    if suite.reports is not None and suite.reports.problem:
        reporter.write_line(f"note: {suite.reports.problem}", yellow=True)


def _write_skips(reporter: Any, tally: Tally) -> None:  # noqa: ANN401  # as above
    """How many checks were skipped, and why."""
    if not tally.skips:
        return
    count = tally.skips.total()
    reporter.write_line(f"{count} check{'s were' if count > 1 else ' was'} skipped")
    for reason, times in tally.skips.most_common(MOST_REASONS):
        reporter.write_line(f"  {times} {shorten(reason)}")
    hidden = len(tally.skips) - MOST_REASONS
    if hidden > 0:
        reporter.write_line(f"  and for {hidden} more reasons, which the reports name")


def _write_drift(reporter: Any, tally: Tally) -> None:  # noqa: ANN401  # as above
    """How many turns differ from their recordings, and each of them."""
    if not tally.drifts:
        return
    counts = [(tally.drifts[kind.value], kind.value) for kind in reversed(Drift)]
    listed = ", ".join(f"{count} {kind}" for count, kind in counts if count)
    reporter.write_line(f"turns against their recordings: {listed}")
    for place, lines in tally.drifted[:MOST_DRIFTED]:
        reporter.write_line(place)
        shown = lines if len(lines) <= MOST_LINES else (*lines[: MOST_LINES - 1], "…")
        for line in shown:
            reporter.write_line(f"  {line}")
    hidden = len(tally.drifted) - MOST_DRIFTED
    if hidden > 0:
        reporter.write_line(f"and {hidden} more turns, which the reports name")


def _add_chats(tally: Tally, properties: Sequence[tuple[str, Any]]) -> None:
    """Count the conversations of a Python test, whose properties stand one after another."""
    found: list[dict[str, Any]] = []
    for name, value in properties:
        if name == "conversation":
            found.append({})
        if found:
            found[-1][name] = value
    for told in found:
        is_waived = "waived" in told
        tally.add_counts(
            told["provider"],
            outcome=SKIPPED if is_waived else told["outcome"],
            turns=int(told["turns"]),
            checks=int(told["checks"]),
            codes=() if is_waived else tuple(told.get("codes", "").split()),
            skips=_skips(told),
        )


def _write_latencies(reporter: Any, tally: Tally) -> None:  # noqa: ANN401  # as above
    """How long the replies took, by provider."""
    for name, one in sorted(tally.providers.items()):
        if not one.latencies:
            continue
        # Late: a replay measures nothing.
        from harness.checks.conversation_kinds import SUMMARIES  # noqa: PLC0415

        told = {key: SUMMARIES[key][1](one.latencies) for key in ("median", "p95")}
        shown = ", ".join(f"{key} {format_duration(seconds)}" for key, seconds in told.items())
        reporter.write_line(f"replies of {name}: {shown}")


def _told_by_workers(reporter: Any) -> Tally:  # noqa: ANN401  # as above
    """Counts from the properties of reports: with xdist, other processes play."""
    tally = Tally()
    for report in chain.from_iterable(reporter.stats.values()):
        told = dict(getattr(report, "user_properties", ()))
        if getattr(report, "when", "") == "setup" and "turns" in told:
            tally.add_counts(
                told["provider"],
                outcome=told["outcome"],
                turns=int(told["turns"]),
                checks=int(told["checks"]),
                codes=tuple(told.get("codes", "").split()),
                skips=_skips(told),
            )
            if "takes" in told:
                kinds = (Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED)
                takes = {kind.value: int(told.get(f"takes_{kind}", 0)) for kind in kinds}
                broken = int(told["takes"]) - sum(takes.values())
                tally.add_take_counts({**takes, Outcome.BROKEN.value: broken})
            places = told.get("drifted", "")
            tally.add_drifts(told.get("drift", "").split(), places.split("; ") if places else ())
        elif getattr(report, "when", "") == "teardown" and "conversation" in told:
            _add_chats(tally, report.user_properties)
    return tally


def _skips(told: Mapping[str, Any]) -> list[str]:
    """Names and reasons of skipped checks, each as often as it was skipped."""
    return list(Counter(json.loads(told.get("skipped_checks", "{}"))).elements())
