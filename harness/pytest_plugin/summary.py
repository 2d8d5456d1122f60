"""The closing lines of a run: what was played, by provider, and why some of it is red."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import Any

from harness.conversation import Outcome
from harness.engine.drift.drift import Drift
from harness.pytest_plugin.suite import Suite
from harness.reports.tally import Tally

COLUMNS = ("passed", "failed", "broken")
SKIPPED = "skipped"
"""A column where there are any; it holds what failed as expected, too."""
MOST_DRIFTED = 50
"""Turns that drifted and are listed."""
MOST_LINES = 8
"""Lines of what differs in one of them."""


def write_summary(reporter: Any, suite: Suite) -> None:  # noqa: ANN401  # pytest names no public type
    """Write a table of providers, codes of failures, and notes. Nothing where nothing played."""
    tally = suite.tally if suite.tally.providers else _told_by_workers(reporter)
    if {"skipped", "xfailed"} & {*reporter.stats}:
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
        plural = "s" if tally.repeated > 1 else ""
        took = ", ".join(f"{tally.takes[one]} {one}" for one in COLUMNS if tally.takes[one])
        reporter.write_line(f"takes of {tally.repeated} scenario{plural}: {took}")
    _write_drift(reporter, tally)
    for note in tally.notes:
        reporter.write_line(f"note: {note}")


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
            )
            if "takes" in told:
                passed, failed = int(told["takes_passed"]), int(told["takes_failed"])
                broken = int(told["takes"]) - passed - failed
                tally.add_take_counts(passed=passed, failed=failed, broken=broken)
            places = told.get("drifted", "")
            tally.add_drifts(told.get("drift", "").split(), places.split("; ") if places else ())
    return tally
