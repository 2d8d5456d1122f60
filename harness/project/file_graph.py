"""Which files each scenario depends on, and which plays a changed file can touch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

from harness.core import AuthoringError, value_class
from harness.project.loading import entry_json
from harness.project.named_files import NamedFiles
from harness.project.plan import Play
from harness.project.project import Project

Before = Callable[[Path], bytes | None]
"""What a file contained before its change; None if it did not exist."""


@value_class(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a scenario file depends on, besides itself."""

    file: Path
    id: str = ""
    tags: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    """Those that it names; empty for the project's default."""
    rows: tuple[str, ...] = ()
    parts: frozenset[str] = frozenset()
    """The files that it includes or takes rows from; relative to the project."""
    named: NamedFiles = field(default_factory=NamedFiles)
    is_known: bool = True
    """False if the file cannot be read, so that nothing else is known of it."""


@value_class(frozen=True, slots=True, kw_only=True)
class Touched:
    """The plays that changed files can touch."""

    because: Path | None = None
    """A file that can touch every play; None if there is none."""
    files: frozenset[Path] = frozenset()
    """Scenario files of which every play is touched."""
    providers: frozenset[str] = frozenset()
    """Providers of which every play is touched."""
    recordings: frozenset[tuple[Path, str, str | None]] = frozenset()
    """Scenario file, provider and row; None for all rows of the file."""

    def includes(self, play: Play) -> bool:
        """Whether a play may have another result than before the changes."""
        if self.because is not None or play.file in self.files or play.provider in self.providers:
            return True
        return any((play.file, play.provider, row) in self.recordings for row in (play.row, None))


def needs_of(project: Project, file: Path) -> Needs:
    """What a scenario file depends on. A file that cannot be read is not `is_known`."""
    try:
        return _needs(file, entry_json(project, file))
    except AuthoringError:
        return Needs(file=file, is_known=False)


def _needs(file: Path, kept: Sequence[Any]) -> Needs:
    scenario, _, tags, providers, rows, _, _, _, named, files = kept
    return Needs(
        file=file,
        id=scenario,
        tags=tuple(tags),
        providers=tuple(providers),
        rows=tuple(rows),
        parts=frozenset(shown for shown, _ in files),
        named=NamedFiles.from_json(named),
    )
