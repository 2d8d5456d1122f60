"""What came of each conversation over several runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.history.rows import ConversationRow, RunRow

if TYPE_CHECKING:
    from harness.history.store import History


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A conversation in one run."""

    run: RunRow
    conversation: ConversationRow

    @property
    def place(self) -> tuple[str, int]:
        """Where its turns are: the run's id, and the conversation's number in it."""
        return self.run.run, self.conversation.number


Series = Mapping[str, Sequence[Seen]]
"""By a conversation's id, in the order in which the runs began."""


def read_series(history: History, runs: Iterable[RunRow], *, scenario: str = "") -> Series:
    """The verdicts of runs, of one scenario or of all. Raises `HistoryError`."""
    found: dict[str, list[Seen]] = {}
    for run in runs:
        for one in history.conversations(run.run, scenario=scenario):
            if not one.take:
                found.setdefault(one.id, []).append(Seen(run=run, conversation=one))
    return found
