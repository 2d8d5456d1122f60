"""The closing lines of a run: what was played, by provider, and why some of it is red."""

from __future__ import annotations

from itertools import chain
from typing import Any

from harness.conversation import Outcome
from harness.pytest_plugin.suite import Suite
from harness.reports.tally import Tally

COLUMNS = ("passed", "failed", "broken")


def write_summary(reporter: Any, suite: Suite) -> None:  # noqa: ANN401  # pytest names no public type
    """Write a table of providers, codes of failures, and notes. Nothing where nothing played."""
    providers = suite.tally.providers or _told_by_workers(reporter).providers
    if not providers:
        return
    reporter.write_sep("-", f"conversations ({suite.mode.value})")
    width = max(len("provider"), *(len(name) for name in providers))
    heads = "".join(f"{column:>9}" for column in (*COLUMNS, "turns", "checks"))
    reporter.write_line(f"{'provider':<{width}}{heads}")
    for name, tally in sorted(providers.items()):
        counts = [tally.outcomes[Outcome(column).value] for column in COLUMNS]
        cells = "".join(f"{count:>9}" for count in (*counts, tally.turns, tally.checks))
        is_green = counts[0] == tally.conversations
        reporter.write_line(f"{name:<{width}}{cells}", green=is_green, red=not is_green)
    codes = sum((tally.codes for tally in providers.values()), type(tally.codes)())
    if codes:
        listed = ", ".join(f"{count} {code}" for code, count in codes.most_common())
        reporter.write_line(f"why: {listed}")
    for note in suite.tally.notes:
        reporter.write_line(f"note: {note}")


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
    return tally
