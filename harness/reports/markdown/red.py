"""What is red in a run, and what changed since the previous run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.conversation import Outcome
from harness.conversation.spending import NOTHING_SPENT, Spent
from harness.reports.report_findings import RED, ReportFinding, findings_of, is_red
from harness.reports.results.previous import outcome_of
from harness.reports.simulated_users import faults_of_record

MOST_RED = 300
"""Red conversations that are listed: so many newly red ones, and so many others."""
MOST_FAILURES = 60
"""Those of them that are listed with the text of their failure."""

NEWLY_RED = "newly red"
STILL_RED = "red before"
FIRST_PLAYED = "not played before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Red:
    """A red conversation."""

    id: str
    outcome: str
    since: str
    """How it compares with the previous run; empty if there was none."""
    finding: ReportFinding
    """The first."""
    more: int
    """Further findings."""
    failure: str
    """What the terminal shows; empty if there are many red ones."""


class RedConversations:
    """Collects red conversations and counts the others."""

    def __init__(self, before: Mapping[str, str]) -> None:
        """`before` are the outcomes of the previous run, by id."""
        self.outcomes: Counter[str] = Counter()
        self.providers: dict[str, Counter[str]] = {}
        self.user_faults: Counter[str] = Counter()
        """Conversations that broke because of their simulated user, by code."""
        self.spent = NOTHING_SPENT
        """What all conversations cost."""
        self.since: Counter[str] = Counter()
        """How many red conversations compare in which way with the previous run."""
        self.repaired: list[str] = []
        """Ids of the conversations that were red before and passed."""
        self.missing = len(before)
        """Conversations of the previous run that were not played."""
        self.is_compared = bool(before)
        self._before = before
        self._first: list[Red] = []
        self._then: list[Red] = []

    def add(self, conversation: Mapping[str, Any]) -> None:
        """Add a conversation."""
        name, outcome = conversation["id"], outcome_of(conversation)
        before = self._before.get(name)
        self.missing -= before is not None
        self.spent += Spent.of_record(conversation)
        self.user_faults.update(faults_of_record(conversation))
        self.outcomes[outcome] += 1
        self.providers.setdefault(conversation["provider"], Counter())[outcome] += 1
        if is_red(conversation):
            self._add_red(conversation, before)
        elif before in RED and outcome == Outcome.PASSED:
            self.repaired.append(name)

    def __iter__(self) -> Iterator[Red]:
        """The listed ones: newly red ones first, then the others, each in the order of the run."""
        yield from self._first
        yield from self._then

    @property
    def count(self) -> int:
        """How many are red, listed or not."""
        return sum(self.since.values())

    def _add_red(self, conversation: Mapping[str, Any], before: str | None) -> None:
        since = self._since(before)
        self.since[since] += 1
        listed = self._then if since == STILL_RED else self._first
        if len(listed) == MOST_RED:
            return
        first, *others = findings_of(conversation)
        has_failure = len(listed) < MOST_FAILURES
        listed.append(
            Red(
                id=conversation["id"],
                outcome=conversation["outcome"],
                since=since,
                finding=first,
                more=len(others),
                failure=conversation.get("failure", "") if has_failure else "",
            )
        )

    def _since(self, before: str | None) -> str:
        if not self.is_compared:
            return ""
        if before is None:
            return FIRST_PLAYED
        return STILL_RED if before in RED else NEWLY_RED
