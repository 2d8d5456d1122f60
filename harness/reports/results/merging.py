"""Merges several files of results into one: those of xdist's workers, or of CI's shards."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO

from harness.core import Json
from harness.reports.classes import class_of
from harness.reports.results.joining_takes import joined_line
from harness.reports.results.merging_parts import (
    has_parts,
    in_order_of_parts,
    lines_of_parts,
    require_parts,
)
from harness.reports.results.record import Record
from harness.reports.results.results_reader import Results, id_of
from harness.reports.results.results_writer import ResultsWriter, dump
from harness.reports.run_events import EarlierAttempt
from harness.reports.run_origin import ORIGIN_KEYS

PARTS = ".parts"
"""The folder next to results.json into which xdist's workers write until the run ends."""


@dataclass(slots=True, kw_only=True)
class Crashes:
    """How the workers died that played a conversation."""

    earlier: list[EarlierAttempt]
    """The attempts after which it was played again, oldest first."""
    last: Record | None = None
    """Its record, if it was not played again."""

    def join(self, lines: Sequence[str]) -> Iterator[str]:
        """The line of the conversation, given what workers wrote; nothing if no worker ended it.

        A worker that died may have written the line before it could report.
        """
        record: dict[str, Any] | None = self.last or (json.loads(lines[-1]) if lines else None)
        if record is not None:
            attempts: list[Json] = [attempt.json() for attempt in self.earlier]
            if self.last is None:
                attempts += record.get("attempts", ())
            yield dump({**record, **({"attempts": attempts} if attempts else {})})


def merge(parts: Sequence[Results], into: Path) -> int:
    """Write the conversations of all parts into one file; returns how many there are.

    A conversation that several parts contain is taken from the last of them, at the position of
    the first: so a run of what had failed corrects the results of the run before. Those of `--part`
    are merged in the order of their plan. Raises `ConfigurationError` if one of them is missing,
    doubled, cut or of another plan.
    """
    if into.resolve() in {part.path.resolve() for part in parts}:
        raise ValueError(f"{into} is one of the files to merge")
    if has_parts(parts):
        return _merge_parts(parts, into)
    lines: dict[str, str] = {}
    classes = Counter[str]()
    for part in parts:
        classes.update(_classes(part))
        for line in part.lines():
            name = id_of(line)
            if name in lines:
                classes[_class_of(lines[name])] -= 1
            lines[name] = line
    writer = ResultsWriter(into, _head(parts))
    for line in lines.values():
        writer.add_line(line)
    _finish(writer, parts, classes)
    return len(lines)


def _merge_parts(parts: Sequence[Results], into: Path) -> int:
    require_parts(parts)
    ordered = in_order_of_parts(parts)
    count = 0
    classes = sum((Counter(_classes(part)) for part in ordered), Counter[str]())
    writer = ResultsWriter(into, _head(ordered))
    for lines in lines_of_parts(ordered):
        line = lines[0]
        if len(lines) > 1:
            line = joined_line(lines)
            classes.subtract(map(_class_of, lines))
            classes[_class_of(line)] += 1
        writer.add_line(_without_index(line))
        count += 1
    del classes[""]
    _finish(writer, ordered, classes)
    return count


def _finish(writer: ResultsWriter, parts: Sequence[Results], classes: Counter[str]) -> None:
    if all(part.is_whole for part in parts):
        errors = {json.dumps(one): one for part in parts for one in part.head.get("errors", ())}
        statuses = [part.head["exit_status"] for part in parts if "exit_status" in part.head]
        notes = dict.fromkeys(note for part in parts for note in part.head.get("notes", ()))
        writer.finish(
            errors=errors.values(),
            notes=notes,
            exit_status=max(statuses, default=None),
            classes=+classes,
        )
    else:
        writer.abandon()


def _classes(part: Results) -> Mapping[str, int]:
    """How many tests of a part are red, by class."""
    classes: Mapping[str, int] = part.head.get("classes", {})
    return classes


def _class_of(line: str) -> str:
    """The class of red that a conversation is of; empty if it is not red."""
    record = json.loads(line)
    return class_of(record["outcome"], record.get("codes", ()))


def _without_index(line: str) -> str:
    """A line without its position among those of one part, which it ends with under xdist."""
    before, key, after = line.rpartition(',"index":')
    return f"{before}}}" if key and after[:-1].isdecimal() else line


def gather_parts(
    workers: Sequence[Results],
    into: Path,
    head: Mapping[str, Json] | None = None,
    crashed: Mapping[int, Crashes] | None = None,
) -> ResultsWriter:
    """Merge the files of one run's workers into one, which is not closed yet."""
    writer = ResultsWriter(into, head or _head(workers))
    for line in gather(workers, crashed):
        writer.add_line(line)
    return writer


def gather(
    workers: Sequence[Results], crashed: Mapping[int, Crashes] | None = None
) -> Iterator[str]:
    """The lines of all workers of one run, in the order in which pytest collected them.

    `crashed` is what no worker could write, by its position in that order. Only the position of
    each line is in memory.
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
    """The line of each conversation, with its offset in bytes."""
    offset = len(file.readline())
    while (line := file.readline()).endswith(b"}\n") and not line.startswith(b"]"):
        yield offset, line
        offset += len(line)


def _index(line: bytes) -> int:
    """The position of a conversation in the run, which its line ends with."""
    return int(line.rpartition(b'"index":')[2].rstrip(b"}\n"))


def _head(parts: Sequence[Results]) -> dict[str, Json]:
    """The head of the first part, with the earliest start and without how it ended.

    Where a run comes from is left out if the parts come from different places.
    """
    ends = ("errors", "notes", "ended", "exit_status", "classes", "part", "plan")
    head = {name: value for name, value in parts[0].head.items() if name not in ends}
    for name in ORIGIN_KEYS:
        if any(part.head.get(name) != head.get(name) for part in parts):
            head.pop(name, None)
    if any(part.head.get("changed") for part in parts) and "commit" in head:
        head["changed"] = True
    return head | {"started": min(part.head["started"] for part in parts)}
