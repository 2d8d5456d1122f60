"""Makes all reports of a run from its results alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from harness.reports.results import Results


class Report(Protocol):
    """One report in the making. It sees every conversation once, in order."""

    def add(self, conversation: Mapping[str, Any], line: str, /) -> None:
        """Take up a conversation, as `RESULTS_SCHEMA` describes it; `line` is its JSON."""

    def finish(self) -> Sequence[Path]:
        """Write the report. Gives the files, which are then whole. Raises OSError."""


def build(results: Results, reports: Iterable[Report]) -> list[Path]:
    """Feed the conversations to all reports in one reading. Raises `NoResults` and OSError."""
    made = list(reports)
    for line in results.lines():
        conversation = results.parsed(line)
        for report in made:
            report.add(conversation, line)
    return [path for report in made for path in report.finish()]
