"""The journal: a file next to a cassette with what its recording has received so far."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import starmap
from pathlib import Path
from typing import Any

from harness.core import CassetteError, counted, value_class
from harness.core.atomic_file import replacing
from harness.transport.cassette import (
    AGAIN,
    OF_ANOTHER_KIND,
    CassetteHead,
    Interactions,
    PlainInteraction,
    head_from,
    head_to_json,
    request_of,
    require_kinds,
    response_of,
)
from harness.transport.cassette.frames import PlainFrame, require_frame

FORMAT = 2
"""Each line ends in a checksum of itself and the one before it. Lines of format 1 have none."""
_WITH_WORDS_HIDDEN = {"settled", "unsettled"}
"""Keys that an earlier version wrote while secrets were still to be captured."""
_SUM = re.compile(r', "sum": "([0-9a-f]{16})"\}\Z')


class Journal:
    """A file of JSON lines: a head, then a line for each interaction as soon as it ended.

    What is sent and received on a WebSocket follows in lines of its own. Lines with the head of
    the cassette may be anywhere; the last one counts.
    """

    def __init__(self, path: Path, recorded_at: str) -> None:
        """Start a new journal; that of a killed run is renamed to `.<name>.journal.old`."""
        self._path = journal_path(path)
        with _explaining(self._path, "written", "cassette-target", AGAIN):
            if self._path.exists():
                self._path.replace(older_journal(path))
            self._file = self._path.open("x", encoding="utf-8")
        self._is_empty = True
        self._heads: list[dict[str, Any]] = []
        self._sum = ""
        """The checksum of the last line."""
        try:
            self._head({"journal": FORMAT, "process": os.getpid(), "recorded_at": recorded_at})
        except CassetteError:
            self.close()
            raise

    def write_head(self, head: CassetteHead) -> None:
        """Write the head that the cassette will have; without it nothing can be recovered."""
        self._head({"head": head_to_json(head)})

    def rewrite(self, interactions: Iterable[tuple[PlainInteraction, str]]) -> None:
        """Replace all interactions that were written, in one step.

        Raises `CassetteError`; the journal is then unchanged.
        """
        text, last = "", ""
        for line in (*self._heads, *starmap(_line, interactions)):
            written, last = _written(line, last)
            text += written
        with _explaining(self._path, "written", "cassette-not-written"):
            # Named like an unfinished cassette, which a later recording removes.
            with replacing(self._path) as unfinished:
                unfinished.write_text(text, encoding="utf-8")
                # Closed first: Windows does not replace an open file.
                self._file.close()
            self._sum = last
            self._file = self._path.open("a", encoding="utf-8")

    def add(self, interaction: PlainInteraction, broken: str = "") -> None:
        """Write an interaction; `broken` is why its answer ended early."""
        self._is_empty = False
        self._line(_line(interaction, broken))

    def add_frames(self, place: int, frames: Sequence[PlainFrame]) -> None:
        """Write what was sent and received on a WebSocket since its interaction was written.

        `place` is that of the interaction among all that were written, from 0.
        """
        self._line({"frames": [*frames], "of": place})

    def remove(self) -> None:
        """Remove the file: the cassette is complete, or the recording is discarded."""
        with _explaining(self._path, "removed", "cassette-target"):
            self.close()
            self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Stop writing and leave the file; remove it if nothing was received."""
        if self._file.closed:
            return
        # An error in writing was raised by the method that wrote.
        with contextlib.suppress(OSError):
            self._file.close()
        if self._is_empty:
            with contextlib.suppress(OSError):
                self._path.unlink()

    def _head(self, content: dict[str, Any]) -> None:
        self._heads.append(content)
        self._line(content)

    def _line(self, content: dict[str, Any]) -> None:
        text, self._sum = _written(content, self._sum)
        with _explaining(self._path, "written", "cassette-not-written", AGAIN):
            self._file.write(text)
            self._file.flush()


@value_class(frozen=True, slots=True, kw_only=True)
class Leftover:
    """The journal of a killed run, as it was read."""

    path: Path
    recorded_at: str
    """ISO 8601, UTC."""
    interactions: Interactions
    """Those that ended. A last line that is cut is left out."""
    broken: tuple[str, ...] = ()
    """Why answers ended early."""
    last: PlainInteraction | None = None
    """The last interaction, where the network interrupted it."""
    head: CassetteHead | None = None
    """The head of the cassette; None where the run was killed before it was known."""
    damaged: int = 0
    """The number, from 1, of the first line that was changed after it was written; 0 for none.
    It and the lines after it are left out. A last line that is cut is not damaged."""

    @property
    def is_empty(self) -> bool:
        """Whether no interaction was written, and no line is damaged."""
        return not (self.interactions or self.broken or self.last or self.damaged)

    @property
    def up_to_the_break(self) -> Interactions:
        """The interactions that ended, and the last one where it was interrupted."""
        return Interactions([*self.interactions.plain, *([self.last] if self.last else [])])

    def named(self, path: str) -> str:
        """A sentence about its content; `path` is its file as people see it."""
        received = counted(len(self.interactions), "interaction")
        return f"{path} contains {received} of an interrupted recording ({self.recorded_at})"


def journal_path(path: Path) -> Path:
    """The path of a cassette's journal."""
    return path.with_name(f".{path.name}.journal")


def journals_below(folder: Path) -> Sequence[Path]:
    """Every journal of a cassette in a folder or below, by name."""
    return sorted(folder.rglob(journal_path(Path("*")).name))


def older_journal(path: Path) -> Path:
    """The path of an earlier run's journal while a cassette is recorded again."""
    journal = journal_path(path)
    return journal.with_name(f"{journal.name}.old")


def remove_older(path: Path) -> None:
    """Remove the journal of an earlier run: the whole conversation is recorded now.

    Raises `CassetteError` where it cannot be removed.
    """
    older = older_journal(path)
    with _explaining(older, "removed", "cassette-target"):
        older.unlink(missing_ok=True)


def read_journal(path: Path) -> Leftover | None:
    """Read the journal of a cassette; None where there is none. The caller holds its lock."""
    journal = journal_path(path)
    return read_leftover(journal) if journal.is_file() else None


def read_leftover(journal: Path) -> Leftover:
    """Read a journal, up to its first damaged line."""
    lines: list[dict[str, Any]] = []
    damaged, last = 0, ""
    *whole, cut = journal.read_text(encoding="utf-8", errors="replace").split("\n")
    for number, line in enumerate((*whole, cut), 1):
        if not line:
            continue
        try:
            content = _read(json.loads(line))
            is_first_format = (*lines, content)[0].get("journal", 1) == 1
            last = _checked(line, last, is_first_format=is_first_format)
        except OF_ANOTHER_KIND:
            damaged = number if number <= len(whole) else 0
            break
        lines.append(content)
    first: dict[str, Any] = lines[0] if lines else {}
    heads = [head_from(one["head"]) for one in lines[1:] if "head" in one]
    entries = [line for line in lines[1:] if "row" in line]
    for more in lines[1:]:
        if "frames" in more and more["of"] < len(entries):
            entries[more["of"]]["row"].setdefault("frames", []).extend(more["frames"])
    return Leftover(
        path=journal,
        recorded_at=str(first.get("recorded_at", "")),
        interactions=Interactions([one["row"] for one in entries if "broken" not in one]),
        broken=tuple(one["broken"] for one in entries if "broken" in one),
        last=entries[-1]["row"] if entries and "broken" in entries[-1]["row"] else None,
        head=heads[-1] if heads else None,
        damaged=damaged,
    )


@contextlib.contextmanager
def _explaining(journal: Path, what: str, code: str, hint: str = "") -> Iterator[None]:
    """Raise `CassetteError` where a journal cannot be written or removed."""
    try:
        yield
    except OSError as error:
        raise CassetteError(
            code, f"the journal {journal} cannot be {what}: {error.strerror}", hint
        ) from error


def _written(content: dict[str, Any], before: str) -> tuple[str, str]:
    """A line of the file, and its checksum; `before` is that of the line before."""
    text = json.dumps(content, ensure_ascii=False)[:-1]
    checksum = _checksum(text, before)
    return f'{text}, "sum": "{checksum}"}}\n', checksum


def _checked(line: str, before: str, *, is_first_format: bool) -> str:
    """The checksum of a line that was read; empty where its format has none.

    Raises `ValueError` where the line was changed, or the one before it is missing.
    """
    found = _SUM.search(line)
    if found is None and is_first_format:
        return ""
    if found is None or found[1] != _checksum(line[: found.start()], before):
        raise ValueError("the line was changed after it was written")
    return found[1]


def _checksum(text: str, before: str) -> str:
    return hashlib.blake2b(f"{before}{text}".encode(), digest_size=8).hexdigest()


def _read(line: dict[str, Any]) -> dict[str, Any]:
    """A line whose values have the right types. Raises one of `OF_ANOTHER_KIND`."""
    if line.keys() & _WITH_WORDS_HIDDEN:
        raise ValueError("it holds interactions with words hidden")
    if "head" in line:
        head_from(line["head"])
    if "row" in line:
        require_kinds(line["row"])
        request_of(line["row"])
        response_of(line["row"])
    if "frames" in line:
        if type(line["of"]) is not int or line["of"] < 0:
            raise TypeError("'of' is not a place")
        for frame in line["frames"]:
            require_frame(frame)
    if not isinstance(line.get("broken", ""), str):
        raise TypeError("'broken' is not a text")
    return line


def _line(interaction: PlainInteraction, broken: str) -> dict[str, Any]:
    return {"row": interaction, "broken": broken} if broken else {"row": interaction}
