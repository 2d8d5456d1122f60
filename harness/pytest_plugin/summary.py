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
MOST_DRIFTED = 50
"""Turns that drifted and are listed."""
MOST_LINES = 8
"""Lines of what differs in one of them."""


def write_summary(reporter: Any, suite: Suite) -> None:  # noqa: ANN401  # pytest names no public type
    """Write a table of providers, codes of failures, and notes. Nothing where nothing played."""
    tally = suite.tally if suite.tally.providers else _told_by_workers(reporter)
    providers = tally.providers
    if not providers:
        return
    reporter.write_sep("-", f"conversations ({suite.mode.value})")
    width = max(len("provider"), *(len(name) for name in providers))
    heads = "".join(f"{column:>9}" for column in (*COLUMNS, "turns", "checks"))
    reporter.write_line(f"{'provider':<{width}}{heads}")
    for name, one in sorted(providers.items()):
        counts = [one.outcomes[Outcome(column).value] for column in COLUMNS]
        cells = "".join(f"{count:>9}" for count in (*counts, one.turns, one.checks))
        is_green = counts[0] == one.conversations
        reporter.write_line(f"{name:<{width}}{cells}", green=is_green, red=not is_green)
    codes = sum((one.codes for one in providers.values()), Counter[str]())
    if codes:
        listed = ", ".join(f"{count} {code}" for code, count in codes.most_common())
        reporter.write_line(f"why: {listed}")
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
        if getattr(report, "when", "") == "setup" and "provider" in told:
            tally.add_counts(
                told["provider"],
                outcome=told["outcome"],
                turns=int(told["turns"]),
                checks=int(told["checks"]),
                codes=tuple(told.get("codes", "").split()),
            )
            places = told.get("drifted", "")
            tally.add_drifts(told.get("drift", "").split(), places.split("; ") if places else ())
    return tally
