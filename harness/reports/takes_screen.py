"""One screen that says why a repeated scenario failed or broke."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from harness.core import counted
from harness.evaluation import Takes
from harness.reports.failure import LABEL, failure_screen

MOST_LISTED = 20
"""Takes that have a line of their own."""


def takes_screen(takes: Takes) -> str:
    """How many takes passed, a line for each, and the screen of the first that explains it."""
    lines = [*_head(takes), *takes_listed(takes)]
    if takes.outcome.is_bad:
        screen = failure_screen(takes.results[takes.shown - 1])
        lines += ["", f"take {takes.shown}", screen]
    return "\n".join(lines)


def judged_line(takes: Takes) -> str:
    """`3 of 5 takes passed, 4 required (95 % interval 0.23 to 0.88)`."""
    if not takes.judged:
        return f"none of {len(takes.results)} takes could be judged, {takes.wanted} must pass"
    line = f"{takes.passed} of {counted(takes.judged, 'take')} passed"
    if takes.broken:
        line += f" and {takes.broken} could not be judged"
    if takes.skipped:
        line += f" and {takes.skipped} skipped"
    return f"{line}, {takes.wanted} required (95 % interval {takes.interval})"


def takes_listed(takes: Takes) -> Iterator[str]:
    """A line for each take: its number, its outcome, and codes of what went wrong."""
    for number, result in enumerate(takes.results[:MOST_LISTED], 1):
        codes = ", ".join(result.codes)
        yield f"  {f'take {number}':<{LABEL}}{result.outcome.value:<{LABEL}}{codes}".rstrip()
    hidden = Counter(result.outcome.value for result in takes.results[MOST_LISTED:])
    if hidden:
        counts = ", ".join(f"{count} {outcome}" for outcome, count in hidden.items())
        yield f"  … {counted(hidden.total(), 'more take')}: {counts}"


def _head(takes: Takes) -> Iterator[str]:
    scenario = takes.scenario
    place = scenario.repeat.place if scenario.repeat else scenario.place
    yield f"{place}: {judged_line(takes)}"
    yield f"{takes.results[0].excerpt(place)} [repeat]"
