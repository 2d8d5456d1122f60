"""What was heard so far, kept beside the cassette while it is being recorded."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import CassetteError
from harness.wire.cassette import CassetteHead, Interactions
from harness.wire.cassette.cassette import head_to_json
from harness.wire.cassette.rows import Row
from harness.wire.lock import holder

FORMAT = 1


class Journal:
    """A file of JSON lines: a head, then a line for each interaction as soon as it ended.

    Lines with what the cassette's head will say may stand anywhere; the last one counts.
    """

    def __init__(self, path: Path, recorded_at: str) -> None:
        """Start a new one; the leftover of a killed run is kept as `.<name>.journal.old`."""
        self._path = journal_path(path)
        try:
            if self._path.exists():
                self._path.replace(self._path.with_name(f"{self._path.name}.old"))
            self._file = self._path.open("x", encoding="utf-8")
        except OSError as error:
            reason = f"the journal {self._path} cannot be written: {error.strerror}"
            raise CassetteError("cassette-target", reason) from error
        self._is_empty = True
        self._line({"journal": FORMAT, "process": os.getpid(), "recorded_at": recorded_at})

    def tell(self, head: CassetteHead) -> None:
        """Write what the cassette's head will say; without it nothing can be recovered."""
        self._line({"head": head_to_json(head)})

    def add(self, row: Row, broken: str = "") -> None:
        """Write an interaction; `broken` says why its answer ended early."""
        self._is_empty = False
        self._line({"row": row, "broken": broken} if broken else {"row": row})

    def remove(self) -> None:
        """The cassette holds it all now, or nothing is to be kept."""
        try:
            self.close()
            self._path.unlink(missing_ok=True)
        except OSError as error:
            reason = f"the journal {self._path} cannot be removed: {error.strerror}"
            raise CassetteError("cassette-target", reason) from error

    def close(self) -> None:
        """Write no further, and leave what is there; where nothing was heard, leave nothing."""
        if self._file.closed:
            return
        self._file.close()
        if self._is_empty:
            self._path.unlink(missing_ok=True)

    def _line(self, content: dict[str, Any]) -> None:
        try:
            self._file.write(json.dumps(content, ensure_ascii=False) + "\n")
            self._file.flush()
        except OSError as error:
            reason = f"the journal {self._path} cannot be written: {error.strerror}"
            raise CassetteError("cassette-not-written", reason) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """What a killed run had heard."""

    path: Path
    process: int
    recorded_at: str
    """ISO 8601, UTC."""
    interactions: Interactions
    """Those that ended; of the last line, a half-written one is left out."""
    broken: tuple[str, ...] = ()
    """Why answers ended early."""
    head: CassetteHead | None = None
    """What the cassette's head would say; None where the run was killed before it was known."""

    def __str__(self) -> str:
        count = len(self.interactions)
        what = "interaction" if count == 1 else "interactions"
        return (
            f"{self.path} holds {count} {what} of a recording that broke off ({self.recorded_at})"
        )


def journal_path(path: Path) -> Path:
    """Where a cassette's journal lies."""
    return path.with_name(f".{path.name}.journal")


def leftover_journal(path: Path) -> Leftover | None:
    """The journal that a killed run left beside a cassette; None where there is none.

    The journal of a run that is still recording is none.
    """
    return None if holder(path) else read_journal(path)


def read_journal(path: Path) -> Leftover | None:
    """The journal beside a cassette, for whoever holds the lock; None where there is none."""
    journal = journal_path(path)
    return read_leftover(journal) if journal.is_file() else None


def read_leftover(journal: Path) -> Leftover:
    """What a journal holds, up to its first line that is damaged."""
    lines = []
    for line in journal.read_text(encoding="utf-8", errors="replace").split("\n"):
        if not line:
            continue
        try:
            lines.append(json.loads(line))
        except ValueError:
            break
    first: dict[str, Any] = lines[0] if lines else {}
    heads = [one["head"] for one in lines[1:] if "head" in one]
    heard = [one for one in lines[1:] if "row" in one]
    return Leftover(
        path=journal,
        process=first.get("process", 0),
        recorded_at=first.get("recorded_at", ""),
        interactions=Interactions([one["row"] for one in heard if "broken" not in one]),
        broken=tuple(one["broken"] for one in heard if "broken" in one),
        head=CassetteHead(**heads[-1]) if heads else None,
    )
