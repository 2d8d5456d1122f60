"""Writes report.html of a run's results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.conversation import Outcome
from harness.conversation.spending import NOTHING_SPENT, Spent
from harness.core import Json
from harness.reports.html.large_texts import LARGEST_CONVERSATION, without_large_texts
from harness.reports.html.page_file import PackedBlocks, Packer, PageParts, write_page
from harness.reports.html.row import KNOWN, row_of
from harness.reports.results import Results
from harness.reports.results.results_writer import dump
from harness.reports.simulated_users import faults_of_record, faults_text
from harness.reports.spent_text import spent_table
from harness.statistics.intervals import TakeCounts, pooled_interval

REPORT = "report.html"
SCRIPTS = (
    *("dom", "store", "theme", "json", "charts"),
    *("overview", "list", "exchanges", "checks", "quotes", "judges", "chat"),
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
Outcomes = dict[str, dict[str, Counter[str]]]
"""How many conversations have which outcome, by provider and scenario."""


class HtmlReport:
    """Makes FOLDER/report.html. Conversations are packed as they come, and wait on the disk."""

    def __init__(self, folder: Path, results: Results) -> None:
        """Raises `OSError`."""
        self._path = folder / REPORT
        self._head = {name: results.head[name] for name in _HEAD if results.head.get(name)}
        self._outcomes: Outcomes = {}
        self._spent = NOTHING_SPENT
        self._user_faults: Counter[str] = Counter()
        self._rows = Packer()
        self._blocks = PackedBlocks(self._path)

    def add(self, conversation: Mapping[str, Any], line: str) -> None:
        """Pack a conversation."""
        row = row_of(conversation)
        scenarios = self._outcomes.setdefault(conversation["provider"], {})
        outcomes = scenarios.setdefault(conversation["scenario"], Counter())
        outcomes[str(row["outcome"])] += 1
        self._spent += Spent.of_record(conversation)
        self._user_faults.update(faults_of_record(conversation))
        self._rows.add(dump(row))
        is_large = len(line) > LARGEST_CONVERSATION
        self._blocks.add(dump(without_large_texts(conversation)) if is_large else line)

    def finish(self) -> Sequence[Path]:
        """Write the page."""
        costs = {"costs": spent_table(self._spent)} if self._spent else {}
        faults = faults_text(self._user_faults)
        users = {"user_faults": faults} if faults else {}
        write_page(
            self._path,
            _PAGE,
            title=self._head.get("project", ""),
            head={"head": {**self._head, **costs, **users}, "rates": rates(self._outcomes)},
            rows=self._rows,
            blocks=self._blocks,
        )
        self._blocks.remove()
        return [self._path]


def rates(outcomes: Outcomes) -> list[Json]:
    """By provider: passed, told (passed or failed), and the interval of the pass rate.

    The conversations of one scenario, such as the rows of a matrix, resemble each other.
    """
    rows: list[Json] = []
    for provider, scenarios in sorted(outcomes.items()):
        counts = [
            TakeCounts(passed, passed + some[Outcome.FAILED.value] + some[KNOWN])
            for some in scenarios.values()
            for passed in [some[Outcome.PASSED.value]]
        ]
        low, high = (round(rate, 4) for rate in pooled_interval(counts))
        passed, judged = (sum(column) for column in zip(*counts, strict=True))
        rows.append(
            {"provider": provider, "passed": passed, "told": judged, "low": low, "high": high}
        )
    return rows
