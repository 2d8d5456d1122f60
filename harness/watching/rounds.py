"""What is played of a watched project, and what a round of it gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from harness.conversation import Outcome
from harness.core import value_class

RED = (Outcome.FAILED.value, Outcome.BROKEN.value)


@value_class(frozen=True, slots=True, kw_only=True)
class Selection:
    """What of a project is played."""

    paths: tuple[Path, ...] = ()
    """Scenario files and folders; empty for all scenarios."""
    providers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def has_file(self, file: Path) -> bool:
        """Whether a scenario file is among the paths."""
        return not self.paths or any(file.is_relative_to(path) for path in self.paths)


@value_class(frozen=True, slots=True, kw_only=True)
class RedEntry:
    """A scenario that failed or could not be judged, or a file that is wrong."""

    name: str
    """The id of the scenario, or the path of the file."""
    outcome: str
    """`failed`, `broken` or `wrong`."""
    screen: str
    """The lines that say why."""


@value_class(frozen=True, slots=True, kw_only=True)
class Round:
    """What was played after a change."""

    changed: tuple[str, ...] = ()
    """The changed files, as people see them."""
    played: int = 0
    seconds: float = 0.0
    counts: Mapping[str, int] = field(default_factory=dict)
    """The last outcome of every scenario of the selection, counted."""
    reds: tuple[RedEntry, ...] = ()
    """All that is red now; what was played or read in this round comes first."""
    fresh: int = 0
    """How many of them are of this round."""
