"""Writes summary.md of a run's results."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.reports.markdown.page import headline, summary
from harness.reports.markdown.red import RedConversations
from harness.reports.results import Results
from harness.reports.results.previous import previous_outcomes

SUMMARY = "summary.md"
STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
LARGEST_STEP = 1024 * 1024
"""Bytes of a step's summary; GitHub shows none of a larger one."""


class MarkdownReport:
    """Makes FOLDER/summary.md, and adds it to GitHub's summary of the step where there is one."""

    def __init__(
        self, folder: Path, results: Results, environment: Mapping[str, str] = os.environ
    ) -> None:
        self._path = folder / SUMMARY
        self._results = results
        self._step = environment.get(STEP_SUMMARY, "")
        self._red = RedConversations(previous_outcomes(results.path))

    def add(self, conversation: Mapping[str, Any], _line: str) -> None:
        """Take up a conversation."""
        self._red.add(conversation)

    def finish(self) -> Sequence[Path]:
        """Write the summary."""
        text = summary(self._red, self._results.head, is_whole=self._results.is_whole)
        self._path.write_text(text, encoding="utf-8", errors="replace")
        if self._step:
            self._add_to_step(text)
        return [self._path]

    def _add_to_step(self, text: str) -> None:
        """Add the summary, or where there is no room for it, its first line."""
        with Path(self._step).open("ab") as file:
            room = LARGEST_STEP - file.tell()
            short = f"## {headline(self._red)}\n\nThere is no room here for more; see {SUMMARY}.\n"
            for shown in (text, short):
                # What stands there may end without a line end, which would spoil the heading.
                added = f"\n{shown}\n".encode("utf-8", "replace")
                if len(added) <= room:
                    file.write(added)
                    return
