"""What goes wrong with a history."""

from __future__ import annotations

from dataclasses import dataclass

from harness.core.errors import HarnessError


@dataclass(eq=False)
class HistoryError(HarnessError):
    """A history cannot be read or written, or does not hold what is asked for."""

    code: str
    where: str
    """The history as people see it, without user and password."""
    message: str
    """One sentence without a full stop."""
    hint: str = ""

    def __str__(self) -> str:
        hint = f"; {self.hint}" if self.hint else ""
        return f"{self.where}: {self.message}{hint} [{self.code}]"
