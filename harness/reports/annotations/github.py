"""Findings as GitHub's workflow commands, which GitHub shows on the lines of a pull request.

Source: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.core import counted
from harness.reports.report_findings import Level, ReportFinding

MOST_ERRORS = 10
"""Errors of one step that GitHub shows."""
_TITLES = {Level.UNREAD: "not read", Level.BROKEN: "BROKEN", Level.FAILED: "FAILED"}


def workflow_commands(findings: Sequence[ReportFinding], *, left_out: int = 0) -> list[str]:
    """A command for each of the worst findings, and a notice with the number of the others.

    Findings with the same place and code are one: a matrix or several providers fail together.
    `left_out` are findings that are not given.
    """
    grouped: dict[tuple[str, int, int | None, str], list[ReportFinding]] = {}
    for one in findings:
        grouped.setdefault((one.file, one.line, one.column, one.code), []).append(one)
    # Sorting is stable, so equally bad ones stay in the order of the run.
    worst = sorted(grouped.values(), key=lambda group: (group[0].level, -len(group)))
    commands = [_error(group) for group in worst[:MOST_ERRORS]]
    hidden = sum(map(len, worst[MOST_ERRORS:])) + left_out
    if hidden:
        notice = f"{counted(hidden, 'more finding')}: see summary.md or report.html of this run"
        commands.append(f"::notice::{_data(notice)}")
    return commands


def _error(group: Sequence[ReportFinding]) -> str:
    first = group[0]
    properties = {
        "file": first.file,
        "line": str(first.line),
        "col": str(first.column) if first.column else "",
        "title": f"{_TITLES[first.level]} [{first.code}]",
    }
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    within = f"\nin {first.conversation}" if first.conversation else ""
    more = f"\nand in {len(group) - 1} more" if len(group) > 1 else ""
    return f"::error {listed}::{_data(f'{first.text}{within}{more}')}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
