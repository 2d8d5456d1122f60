"""Writes report.html of a run's results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.conversation import Outcome
from harness.core import Json
from harness.evaluation import wilson_interval
from harness.reports.html.large_texts import LARGEST_CONVERSATION, without_large_texts
from harness.reports.html.page_file import PackedBlocks, Packer, PageParts, write_page
from harness.reports.html.row import row_of
from harness.reports.results import Results
from harness.reports.results.results_writer import dump

REPORT = "report.html"
SCRIPTS = (
    *("dom", "store", "theme", "json", "charts"),
    *("overview", "list", "exchanges", "checks", "chat"),
)
"""In the order in which the page has them; `main` follows them."""
_PAGE = PageParts(template="page.html.jinja", scripts=(*SCRIPTS, "main"), styles=("style",))
_HEAD = (
    "project",
    "mode",
    "started",
    "ended",
    "commit",
    "branch",
    "changed",
    "command",
    "run",
    "harness",
    "errors",
    "notes",
)


class HtmlReport:
    """Makes FOLDER/report.html. Conversations are packed as they come, and wait on the disk."""

    def __init__(self, folder: Path, results: Results) -> None:
        """Raises `OSError`."""
        self._path = folder / REPORT
        self._head = {name: results.head[name] for name in _HEAD if results.head.get(name)}
        self._outcomes: dict[str, Counter[str]] = {}
        self._rows = Packer()
        self._blocks = PackedBlocks(self._path)

    def add(self, conversation: Mapping[str, Any], line: str) -> None:
        """Pack a conversation."""
        row = row_of(conversation)
        outcomes = self._outcomes.setdefault(conversation["provider"], Counter())
        outcomes[str(row["outcome"])] += 1
        self._rows.add(dump(row))
        is_large = len(line) > LARGEST_CONVERSATION
        self._blocks.add(dump(without_large_texts(conversation)) if is_large else line)

    def finish(self) -> Sequence[Path]:
        """Write the page."""
        write_page(
            self._path,
            _PAGE,
            title=self._head.get("project", ""),
            head={"head": self._head, "rates": rates(self._outcomes)},
            rows=self._rows,
            blocks=self._blocks,
        )
        self._blocks.remove()
        return [self._path]


def rates(outcomes: Mapping[str, Counter[str]]) -> list[Json]:
    """By provider: passed, told (passed or failed), and the interval of the pass rate."""
    rows: list[Json] = []
    for provider, counts in sorted(outcomes.items()):
        passed = counts[Outcome.PASSED.value]
        judged = passed + counts[Outcome.FAILED.value]
        low, high = (round(rate, 4) for rate in wilson_interval(passed, judged))
        rows.append(
            {"provider": provider, "passed": passed, "told": judged, "low": low, "high": high}
        )
    return rows
