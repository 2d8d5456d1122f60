"""What was received so far, kept next to the cassette while it is being recorded."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import starmap
from pathlib import Path
from typing import Any

from harness.core import CassetteError, value_class
from harness.core.atomic_file import replacing
from harness.transport.cassette import CassetteHead, Interactions
from harness.transport.cassette.cassette import head_from, head_to_json
from harness.transport.cassette.plain_interaction import (
    OF_ANOTHER_KIND,
    PlainInteraction,
    request_of,
    require_kinds,
    response_of,
)

FORMAT = 2
"""Each line ends in a checksum over itself and the one before. Lines of format 1 have none, and
are read as they are."""
_WITH_WORDS_HIDDEN = {"settled", "unsettled"}
"""Keys that an earlier version wrote while secrets were still to be captured."""
_SUM = re.compile(r', "sum": "([0-9a-f]{16})"\}\Z')
AGAIN = "fix that and record it again; the old recording is unchanged"


class Journal:
    """A file of JSON lines: a head, then a line for each interaction as soon as it ended.

    Lines with what the cassette's head will say may stand anywhere; the last one counts.
    """

    def __init__(self, path: Path, recorded_at: str) -> None:
        """Start a new one; the leftover of a killed run is kept as `.<name>.journal.old`."""
        self._path = journal_path(path)
        with _explaining(self._path, "written", "cassette-target", AGAIN):
            if self._path.exists():
                self._path.replace(older_journal(path))
            self._file = self._path.open("x", encoding="utf-8")
        self._is_empty = True
        self._heads: list[dict[str, Any]] = []
        self._sum = ""
        """Of the last line."""
        try:
            self._head({"journal": FORMAT, "process": os.getpid(), "recorded_at": recorded_at})
        except CassetteError:
            self.close()
            raise

    def write_head(self, head: CassetteHead) -> None:
        """Write what the cassette's head will say; without it nothing can be recovered."""
        self._head({"head": head_to_json(head)})

    def rewrite(self, interactions: Iterable[tuple[PlainInteraction, str]]) -> None:
        """Put these interactions in the place of all that were written; in one step.

        Raises `CassetteError`; the journal is then as it was.
        """
        text, last = "", ""
        for line in (*self._heads, *starmap(_line, interactions)):
            written, last = _written(line, last)
            text += written
        with _explaining(self._path, "written", "cassette-not-written"):
            # Named as an unfinished cassette is, which a later recording removes.
            with replacing(self._path) as unfinished:
                unfinished.write_text(text, encoding="utf-8")
                # Closed first: Windows replaces no file that is open.
                self._file.close()
            self._sum = last
            self._file = self._path.open("a", encoding="utf-8")

    def add(self, interaction: PlainInteraction, broken: str = "") -> None:
        """Write an interaction; `broken` is why its answer ended early."""
        self._is_empty = False
        self._line(_line(interaction, broken))

    def remove(self) -> None:
        """The cassette holds it all now, or nothing is to be kept."""
        with _explaining(self._path, "removed", "cassette-target"):
            self.close()
            self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Write no further, and leave what is there; if nothing was received, leave nothing."""
        if self._file.closed:
            return
        # An error of writing was raised when it was tried.
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
    """What a killed run had received."""

    path: Path
    recorded_at: str
    """ISO 8601, UTC."""
    interactions: Interactions
    """Those that ended; of the last line, a half-written one is left out."""
    broken: tuple[str, ...] = ()
    """Why answers ended early."""
    last: PlainInteraction | None = None
    """The interaction at the end of the conversation, where the network broke it off."""
    head: CassetteHead | None = None
    """What the cassette's head would say; None where the run was killed before it was known."""
    damaged: int = 0
    """The number of the first line, from 1, that is not as it was written; 0 where there is none.
    It and the lines behind it are left out. A last line that was cut is none."""

    @property
    def is_empty(self) -> bool:
        """No interaction was written, and no line is damaged."""
        return not (self.interactions or self.broken or self.last or self.damaged)

    @property
    def up_to_the_break(self) -> Interactions:
        """Those that ended, and the one that broke off."""
        return Interactions([*self.interactions.plain, *([self.last] if self.last else [])])

    def named(self, path: str) -> str:
        """What it holds, its file as people see it."""
        count = len(self.interactions)
        what = "interaction" if count == 1 else "interactions"
        return f"{path} contains {count} {what} of an interrupted recording ({self.recorded_at})"


def journal_path(path: Path) -> Path:
    """Where a cassette's journal lies."""
    return path.with_name(f".{path.name}.journal")


def journals_below(folder: Path) -> Sequence[Path]:
    """Every journal of a cassette in a folder or below, by name."""
    return sorted(folder.rglob(journal_path(Path("*")).name))


def older_journal(path: Path) -> Path:
    """Where the journal of an earlier run is kept while a cassette is recorded again."""
    journal = journal_path(path)
    return journal.with_name(f"{journal.name}.old")


def remove_older(path: Path) -> None:
    """Remove what an earlier run left: the whole conversation is recorded now.

    Raises `CassetteError` where it cannot be removed.
    """
    older = older_journal(path)
    with _explaining(older, "removed", "cassette-target"):
        older.unlink(missing_ok=True)


def read_journal(path: Path) -> Leftover | None:
    """The journal beside a cassette, for whoever holds the lock; None where there is none."""
    journal = journal_path(path)
    return read_leftover(journal) if journal.is_file() else None


def read_leftover(journal: Path) -> Leftover:
    """What a journal holds, up to its first line that is damaged."""
    lines: list[dict[str, Any]] = []
    damaged, last = 0, ""
    *whole, cut = journal.read_text(encoding="utf-8", errors="replace").split("\n")
    for number, line in enumerate((*whole, cut), 1):
        if not line:
            continue
        try:
            content = _read(json.loads(line))
            last = _checked(line, last, is_first_format=_is_first_format((*lines, content)[0]))
        except OF_ANOTHER_KIND:
            damaged = number if number <= len(whole) else 0
            break
        lines.append(content)
    first: dict[str, Any] = lines[0] if lines else {}
    heads = [head_from(one["head"]) for one in lines[1:] if "head" in one]
    entries = [line for line in lines[1:] if "row" in line]
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
        message = f"the journal {journal} cannot be {what}: {error.strerror}"
        raise CassetteError(code, message, hint) from error


def _written(content: dict[str, Any], before: str) -> tuple[str, str]:
    """A line of the file, and its checksum; `before` is that of the line before."""
    text = json.dumps(content, ensure_ascii=False)[:-1]
    checksum = _checksum(text, before)
    return f'{text}, "sum": "{checksum}"}}\n', checksum


def _checked(line: str, before: str, *, is_first_format: bool) -> str:
    """The checksum of a line that was read; empty where the format has none.

    Raises ValueError where the line is not as it was written, or the one before is missing.
    """
    found = _SUM.search(line)
    if found is None and is_first_format:
        return ""
    if found is None or found[1] != _checksum(line[: found.start()], before):
        raise ValueError("the line was changed after it was written")
    return found[1]


def _checksum(text: str, before: str) -> str:
    return hashlib.blake2b(f"{before}{text}".encode(), digest_size=8).hexdigest()


def _is_first_format(first: Mapping[str, Any]) -> bool:
    return bool(first.get("journal", 1) == 1)


def _read(line: dict[str, Any]) -> dict[str, Any]:
    """A line, once it is sure that it can be used. Raises one of `OF_ANOTHER_KIND`."""
    if line.keys() & _WITH_WORDS_HIDDEN:
        raise ValueError("it holds interactions with words hidden")
    if "head" in line:
        head_from(line["head"])
    if "row" in line:
        require_kinds(line["row"])
        request_of(line["row"])
        response_of(line["row"])
    if not isinstance(line.get("broken", ""), str):
        raise TypeError("'broken' is not a text")
    return line


def _line(interaction: PlainInteraction, broken: str) -> dict[str, Any]:
    return {"row": interaction, "broken": broken} if broken else {"row": interaction}
