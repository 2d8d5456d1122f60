"""A conversation in lines of text, as the terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from harness.core import on_one_line, shorten
from harness.play.result import CheckResult, ScenarioResult
from harness.reports.labelled_lines import said

if TYPE_CHECKING:
    from harness.evaluation import Takes

LABEL = 11
LONGEST = 160
"""Characters of a message that are shown."""
RED = "✗"

Line = tuple[str, bool]
"""A line, and whether it tells of something red."""


def conversation_lines(result: ScenarioResult | Takes) -> Iterator[Line]:
    """What was said turn by turn, with what is wrong below the turn in which it is.

    Of several takes a line for each, and the conversation of the one that explains the outcome.
    """
    if not isinstance(result, ScenarioResult):
        # Late: only a repeated scenario loads intervals and statistics.
        from harness.reports.takes_screen import takes_listed  # noqa: PLC0415

        for row in takes_listed(result):
            yield f"  {row}", False
        yield f"    take {result.shown}", False
        result = result.results[result.shown - 1]
    transcript = result.transcript
    bad: dict[int, list[CheckResult]] = {}
    for check in result.checks:
        if check.outcome.is_bad:
            bad.setdefault(check.turn, []).append(check)
    for turn in transcript.turns:
        for label, text in said(turn):
            yield f"    {label:<{LABEL}}{_line(text)}", False
        for check in bad.pop(turn.number, ()):
            yield _wrong(check)
    for check in (check for checks in bad.values() for check in checks):
        yield _wrong(check)
    if transcript.stop is not None:
        error = transcript.stop.error
        yield f"    {RED} {_line(error.message)} [{error.code}]", True


def _wrong(check: CheckResult) -> Line:
    place = f" {check.place}" if check.place is not None else ""
    return f"    {RED} {check.name}: {_line(check.message)}{place}", True


def _line(text: str) -> str:
    return shorten(on_one_line(text), LONGEST)
