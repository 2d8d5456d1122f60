"""Makes one file of results of several: of xdist's workers, of CI's shards."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO

from harness.core import Json
from harness.reports.classes import class_of
from harness.reports.results.record import Record
from harness.reports.results.results_reader import Results, id_of
from harness.reports.results.results_writer import ResultsWriter, dump
from harness.reports.run_events import EarlierAttempt

PARTS = ".parts"
"""The folder beside results.json of what xdist's workers write, until the run ends."""


@dataclass(slots=True, kw_only=True)
class Crashes:
    """What there is to tell of a conversation whose workers died while it was played."""

    earlier: list[EarlierAttempt]
    """Those after which it was played again, oldest first."""
    last: Record | None = None
    """The one after which it was not."""

    def join(self, lines: Sequence[str]) -> Iterator[str]:
        """The line of the conversation, of what workers wrote of it; none where nobody ended it.

        A worker that died may have written it before it could report.
        """
        record: dict[str, Any] | None = self.last or (json.loads(lines[-1]) if lines else None)
        if record is not None:
            attempts: list[Json] = [one.json() for one in self.earlier]
            if self.last is None:
                attempts += record.get("attempts", ())
            yield dump({**record, **({"attempts": attempts} if attempts else {})})


def merge(parts: Sequence[Results], into: Path, *, head: Mapping[str, Json] | None = None) -> int:
    """Write the conversations of all parts into one file; gives how many there are.

    A conversation that stands in several parts is taken from the last of them, at the place of
    the first: so a run of what had failed mends the results of the run before. `head` is that of
    the first part where it is not given.
    """
    if into.resolve() in {part.path.resolve() for part in parts}:
        raise ValueError(f"{into} is one of the files to merge")
    last: dict[str, int] = {}
    for index, part in enumerate(parts):
        for line in part.lines():
            last[id_of(line)] = index
    writer = ResultsWriter(into, head or _head(parts))
    lines: dict[str, str] = {}
    superseded: list[str] = []
    for index, part in enumerate(parts):
        for line in part.lines():
            name = id_of(line)
            lines.setdefault(name, "")
            if last[name] == index:
                lines[name] = line
            else:
                superseded.append(line)
    for line in lines.values():
        writer.add_line(line)
    errors = {json.dumps(one): one for part in parts for one in part.head.get("errors", ())}
    statuses = [part.head["exit_status"] for part in parts if "exit_status" in part.head]
    if all(part.is_whole for part in parts):
        writer.finish(
            errors=errors.values(),
            exit_status=max(statuses, default=None),
            classes=_classes(parts, superseded),
        )
    else:
        writer.abandon()
    return len(lines)


def _classes(parts: Sequence[Results], superseded: Iterable[str]) -> Counter[str]:
    """How many tests are red, without the conversations that a later part contains again."""
    classes = Counter[str]()
    for part in parts:
        classes.update(part.head.get("classes", {}))
    for line in superseded:
        record = json.loads(line)
        classes[class_of(record["outcome"], record.get("codes", ()))] -= 1
    return +classes


def gather_parts(
    workers: Sequence[Results],
    into: Path,
    head: Mapping[str, Json] | None = None,
    crashed: Mapping[int, Crashes] | None = None,
) -> ResultsWriter:
    """Write what the workers of one run wrote into one file, which is not closed yet."""
    writer = ResultsWriter(into, head or _head(workers))
    for line in gather(workers, crashed):
        writer.add_line(line)
    return writer


def gather(
    workers: Sequence[Results], crashed: Mapping[int, Crashes] | None = None
) -> Iterator[str]:
    """The lines of all workers of one run, in the order in which pytest collected.

    `crashed` is what no worker could write, by its place in that order. Only where each line
    stands is kept in memory.
    """
    crashed = crashed or {}
    with ExitStack() as stack:
        files = [stack.enter_context(worker.path.open("rb")) for worker in workers]

        def line_at(number: int, offset: int) -> str:
            files[number].seek(offset)
            return files[number].readline().decode().removeprefix(",").rstrip("\n")

        places = [
            (_index(line), number, offset)
            for number, file in enumerate(files)
            for offset, line in _lines(file)
        ]
        places += [(index, len(files), 0) for index in crashed]
        for index, group in groupby(sorted(places), key=itemgetter(0)):
            lines = [line_at(number, offset) for _, number, offset in group if number < len(files)]
            yield from crashed[index].join(lines) if index in crashed else lines


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Each conversation's line with its offset."""
    offset = len(file.readline())
    while (line := file.readline()).endswith(b"}\n") and not line.startswith(b"]"):
        yield offset, line
        offset += len(line)


def _index(line: bytes) -> int:
    """A conversation's place in the run; it stands last in its line."""
    return int(line.rpartition(b'"index":')[2].rstrip(b"}\n"))


def _head(parts: Sequence[Results]) -> dict[str, Json]:
    head: dict[str, Any] = dict(parts[0].head)
    for name in ("errors", "ended", "exit_status", "classes"):
        head.pop(name, None)
    head["started"] = min(part.head["started"] for part in parts)
    return head
