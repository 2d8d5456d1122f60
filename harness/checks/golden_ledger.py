"""What became of the goldens in a run that rewrites them, over all its processes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from harness.core.file_lock import FileLock
from harness.core.values import value_class


@value_class(frozen=True, slots=True, kw_only=True)
class GoldenEntry:
    """What became of one golden."""

    golden: str
    """Its whole path: the projects of a run may name theirs alike."""
    who: str
    """The play and turn that settled it."""
    done: str = ""
    """`created` or `rewritten`; empty where it stayed as it was."""
    lines: tuple[str, ...] = ()
    """What differed."""


class GoldenLedger:
    """A folder with one file for each golden that was settled. Safe for threads and processes."""

    def __init__(self, folder: Path) -> None:
        """The folder is there, and belongs to one run."""
        self.folder = folder

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody else of the run settle a golden meanwhile."""
        lock = FileLock(self.folder / "lock")
        lock.take(wait=True)
        try:
            yield
        finally:
            lock.release()

    def entry(self, golden: str) -> GoldenEntry | None:
        """What became of a golden; None where no play has settled it."""
        file = self._file(golden)
        return _read(file) if file.is_file() else None

    def note(self, entry: GoldenEntry) -> None:
        """Write down what became of a golden. To be called while it is locked."""
        self._file(entry.golden).write_text(json.dumps(asdict(entry)), encoding="utf-8")

    def written(self) -> list[GoldenEntry]:
        """The goldens that were created or rewritten, by path."""
        entries = [_read(file) for file in self.folder.glob("*.json")]
        return sorted((one for one in entries if one.done), key=lambda one: one.golden)

    def _file(self, golden: str) -> Path:
        name = hashlib.blake2s(golden.encode(), digest_size=16).hexdigest()
        return self.folder / f"{name}.json"


def _read(file: Path) -> GoldenEntry:
    told = json.loads(file.read_text(encoding="utf-8"))
    return GoldenEntry(**{**told, "lines": tuple(told["lines"])})
