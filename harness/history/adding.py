"""Adds a run to its history while its reports are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.history.address import Address, HistoryError
from harness.history.history_rows import (
    CheckOutcomes,
    ConversationRow,
    checks_of,
    outcomes_of,
    rows_of,
    run_row,
)


class HistoryReport:
    """One of the reports of a run: see `Report` in harness/reports/build.py.

    A run that played nothing is not added.
    """

    def __init__(self, address: Address, head: Mapping[str, Any]) -> None:
        """`head` is that of the results."""
        self.problem = ""
        """Why the run could not be added; empty where it was. It keeps no other report back."""
        self._address = address
        self._head = head
        self._rows: list[ConversationRow] = []
        self._checks = CheckOutcomes()

    def add(self, conversation: Mapping[str, Any], _line: str) -> None:
        """Take up a conversation, as `RESULTS_SCHEMA` describes it."""
        self._rows.extend(rows_of(conversation, len(self._rows)))
        self._checks.update(checks_of(conversation))

    def finish(self) -> Sequence[Path]:
        """Add the run, or put it in the place of what was added of it before."""
        if not self._rows:
            return ()
        # Late: SQLAlchemy takes 200 ms to import.
        from harness.history.store import History  # noqa: PLC0415

        try:
            with History(self._address, writes=True) as history:
                run = run_row(self._head, outcomes_of(self._rows))
                history.add(run, self._rows, self._checks)
        except HistoryError as error:
            self.problem = str(error)
            return ()
        return (self._address.file,) if self._address.file else ()
