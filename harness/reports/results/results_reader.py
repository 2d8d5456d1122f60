"""Reads results.json, even if the run that wrote it was killed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.reports.results.results_schema import VERSION

Stored = Mapping[str, Any]

_OPENING = '"conversations":[\n'


class NoResults(ValueError):
    """A file has no results that can be read; the text of the error is one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The contents of a file of results. Conversations are read when they are needed."""

    path: Path
    head: Stored
    """Run, mode, start and end of the run; everything but the conversations."""
    is_whole: bool
    """False if the run was killed, so that its last conversations are missing."""
    whole: Sequence[Stored] | None = None
    """The conversations, if the file does not have one on each line."""

    def lines(self) -> Iterator[str]:
        """Each conversation as JSON on one line, in order."""
        if self.whole is not None:
            yield from (json.dumps(one, separators=(",", ":")) for one in self.whole)
            return
        with self.path.open(encoding="utf-8") as file:
            next(file)
            for line in file:
                text = line.removeprefix(",").rstrip("\n")
                if text.startswith("]") or not line.endswith("\n"):
                    return
                yield text

    def __iter__(self) -> Iterator[Stored]:
        """The conversations in order, as stored; see `RESULTS_SCHEMA`."""
        return map(self.parsed, self.lines())

    def parsed(self, line: str) -> Stored:
        """A conversation from its line. Raises `NoResults`."""
        try:
            stored: Stored = json.loads(line)
        except ValueError as error:
            raise NoResults(f"{self.path}: a conversation is not JSON: {error}") from error
        return stored


def read_results(path: Path) -> Results:
    """Read a file of results. Raises `NoResults`."""
    try:
        with path.open(encoding="utf-8") as file:
            first = file.readline()
            last = _last_line(path)
    except FileNotFoundError as error:
        raise NoResults(f"{path}: there is no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise NoResults(f"{path}: the file cannot be read: {error}") from error
    if not first.endswith(_OPENING):
        # Another tool wrote or reformatted it.
        head = _parsed(path.read_text(encoding="utf-8"), path)
        whole = head.get("conversations")
        if not isinstance(whole, list):
            message = "there are no 'conversations', so this is not a results file"
            raise NoResults(f"{path}: {message}")
        return Results(path=path, head=_head(head, path), is_whole=True, whole=whole)
    head = _parsed(f'{first[: -len(_OPENING)]}"conversations":[]}}', path)
    tail = _tail(last)
    return Results(path=path, head=_head(head | (tail or {}), path), is_whole=tail is not None)


def id_of(line: str) -> str:
    """The id of a conversation; a line that this harness wrote begins with it."""
    if line.startswith('{"id":"'):
        return str(json.JSONDecoder().raw_decode(line, 6)[0])
    return str(json.loads(line)["id"])


def _head(head: Stored, path: Path) -> Stored:
    found = head.get("version", "no version")
    if found != VERSION:
        raise NoResults(f"{path}: expected version {VERSION} of the format, found {found}")
    return {name: value for name, value in head.items() if name != "conversations"}


def _parsed(text: str, path: Path) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise NoResults(f"{path}: this is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise NoResults(f"{path}: expected a mapping")
    return value


def _tail(last: str) -> dict[str, Any] | None:
    """What the last line says of the end of the run; None if the run was killed before its end."""
    try:
        tail: dict[str, Any] = json.loads(f"{{{last.removeprefix('],')}")
    except ValueError:
        return None
    return tail if last.startswith("],") else None


def _last_line(path: Path) -> str:
    """The last line, or the part after it that was cut off."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        length, tail = 1024, b""
        while b"\n" not in tail[:-1] and length < 4 * size:
            length *= 4
            file.seek(max(0, size - length))
            tail = file.read()
    return tail.rstrip(b"\n").rpartition(b"\n")[2].decode("utf-8", "replace")
