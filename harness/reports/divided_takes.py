"""A scenario whose takes several parts played, for the reports that each of them wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.core import value_class


@value_class(frozen=True, slots=True, kw_only=True)
class DividedTakes:
    """A scenario whose takes several parts played."""

    record: Mapping[str, Any]
    """Of the merged results."""
    owner: int
    """The part, from 0, with the take that explains the outcome."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """File, id, provider and row."""
        record = self.record
        return record["file"], record["scenario"], record["provider"], record.get("row", "")
