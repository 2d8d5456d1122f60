"""Which files each scenario depends on, and which plays a changed file can touch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, KeysView, Sequence
from dataclasses import field
from itertools import chain
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


class FileGraph:
    """The needs of scenario files, found by what a changed file may have in common with them.

    A file can have several: those before a change, and those after it.
    """

    def __init__(self, needs: Iterable[Needs] = ()) -> None:
        self._of: dict[Path, list[Needs]] = {}
        self._found: defaultdict[tuple[str, str], dict[int, Needs]] = defaultdict(dict)
        for one in needs:
            self.add(one)

    def __iter__(self) -> Iterator[Needs]:
        """All needs."""
        return chain.from_iterable(self._of.values())

    def __contains__(self, file: Path) -> bool:
        """Whether a file is a scenario."""
        return file in self._of

    @property
    def files(self) -> KeysView[Path]:
        """The scenario files."""
        return self._of.keys()

    @property
    def parts(self) -> Iterator[str]:
        """The files that scenarios include or take rows from; relative to the project."""
        return (name for (what, name), found in self._found.items() if what == _PART and found)

    def add(self, needs: Needs) -> None:
        """Add the needs of a file."""
        self._of.setdefault(needs.file, []).append(needs)
        for key in _keys(needs):
            self._found[key][id(needs)] = needs

    def discard(self, needs: Needs) -> None:
        """Remove what was added."""
        left = [one for one in self._of.pop(needs.file) if one is not needs]
        if left:
            self._of[needs.file] = left
        for key in _keys(needs):
            del self._found[key][id(needs)]

    def of(self, file: Path) -> Sequence[Needs]:
        """Those of one scenario file; empty if it is none."""
        return self._of.get(file, ())

    def unknown(self) -> Iterable[Needs]:
        """Those of files that cannot be read."""
        return self._at(_UNKNOWN, "")

    def with_id(self, scenario: str) -> Iterable[Needs]:
        """Those of scenarios with an id, ignoring case."""
        return self._at(_ID, scenario.casefold())

    def with_part(self, shown: str) -> Iterable[Needs]:
        """Those of scenarios that include a file or take rows from it."""
        return self._at(_PART, shown)

    def naming(self, name: str) -> Iterable[Needs]:
        """Those of scenarios that may read a schema or golden file of a name, in any folder."""
        return (*self._at(_NAME, name), *self._at(_ANY_NAME, ""))

    def _at(self, what: str, name: str) -> Iterable[Needs]:
        return self._found[what, name].values() if (what, name) in self._found else ()


_ID, _PART, _NAME, _ANY_NAME, _UNKNOWN = "id", "part", "name", "any name", "unknown"


def _keys(needs: Needs) -> Iterator[tuple[str, str]]:
    yield _ID, needs.id.casefold()
    yield from ((_PART, shown) for shown in needs.parts)
    yield from {(_NAME, name.rpartition("/")[2]): None for name in needs.named.names}
    if needs.named.is_any:
        yield _ANY_NAME, ""
    if not needs.is_known:
        yield _UNKNOWN, ""


def needs_of(project: Project, file: Path) -> Needs:
    """What a scenario file depends on. A file that cannot be read is not `is_known`."""
    try:
        return needs_from(file, entry_json(project, file))
    except AuthoringError:
        return Needs(file=file, is_known=False)


def needs_from(file: Path, kept: Sequence[Any]) -> Needs:
    """What a scenario file depends on, from its `entry_json`."""
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
