"""What is red in a run, and what changed since the run before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.conversation import Outcome
from harness.reports.report_findings import ReportFinding, findings_of, is_red
from harness.reports.results.previous import EXPECTED

MOST_KEPT = 300
"""Red conversations that are kept, newly red ones and others each."""
MOST_FAILURES = 60
"""The same with the text of the failure."""
_RED = (Outcome.FAILED, Outcome.BROKEN)

NEWLY_RED = "newly red"
STILL_RED = "red before"
FIRST_PLAYED = "not played before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Red:
    """A red conversation."""

    id: str
    outcome: str
    since: str
    """How it stands to the run before; empty where there was none."""
    finding: ReportFinding
    """The first."""
    more: int
    """Findings beside the first."""
    failure: str
    """What the terminal shows; empty where there are many red ones."""


class RedConversations:
    """Gathers red conversations and counts the others."""

    def __init__(self, before: Mapping[str, str]) -> None:
        """`before` are the outcomes of the run before, by id."""
        self.outcomes: Counter[str] = Counter()
        self.providers: dict[str, Counter[str]] = {}
        self.since: Counter[str] = Counter()
        """Red conversations by how they stand to the run before."""
        self.repaired: list[str] = []
        """Ids of what was red before and passed."""
        self.missing = len(before)
        """Conversations of the run before that were not played."""
        self.is_compared = bool(before)
        self._before = before
        self._first: list[Red] = []
        self._then: list[Red] = []

    def add(self, conversation: Mapping[str, Any]) -> None:
        """Take up a conversation."""
        name, outcome = conversation["id"], conversation["outcome"]
        if "expected_failure" in conversation:
            outcome = EXPECTED
        before = self._before.get(name)
        if before is not None:
            self.missing -= 1
        self.outcomes[outcome] += 1
        self.providers.setdefault(conversation["provider"], Counter())[outcome] += 1
        if is_red(conversation):
            self._add_red(conversation, before)
        elif before in _RED and outcome == Outcome.PASSED:
            self.repaired.append(name)

    def __iter__(self) -> Iterator[Red]:
        """Those that are kept: newly red ones first, then the others, each in the run's order."""
        yield from self._first
        yield from self._then

    @property
    def count(self) -> int:
        """All red ones."""
        return sum(self.since.values())

    def _add_red(self, conversation: Mapping[str, Any], before: str | None) -> None:
        since = self._since(before)
        self.since[since] += 1
        kept = self._then if since == STILL_RED else self._first
        if len(kept) == MOST_KEPT:
            return
        first, *others = findings_of(conversation)
        keeps_failure = len(kept) < MOST_FAILURES
        kept.append(
            Red(
                id=conversation["id"],
                outcome=conversation["outcome"],
                since=since,
                finding=first,
                more=len(others),
                failure=conversation.get("failure", "") if keeps_failure else "",
            )
        )

    def _since(self, before: str | None) -> str:
        if not self.is_compared:
            return ""
        if before is None:
            return FIRST_PLAYED
        return STILL_RED if before in _RED else NEWLY_RED
