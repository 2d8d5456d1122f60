"""Reads results.json, also where the run that wrote it was killed."""

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
    """A file holds no results that can be read; its text is one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What a file of results holds. Conversations are read when they are asked for."""

    path: Path
    head: Stored
    """Without conversations: run, mode, started, and what stands behind them."""
    is_whole: bool
    """False where the run was killed, so that more was to come."""
    whole: Sequence[Stored] | None = None
    """The conversations, where the file was not written line by line."""

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
        return _whole(path)
    head = _parsed(f'{first[: -len(_OPENING)]}"conversations":[]}}', path)
    is_whole = last.startswith("],")
    tail = _parsed(f"{{{last[2:]}", path) if is_whole else {}
    return Results(path=path, head=_held(head | tail, path), is_whole=is_whole)


def id_of(line: str) -> str:
    """The id of a conversation; where we wrote it, it stands first in its line."""
    if line.startswith('{"id":"'):
        return str(json.JSONDecoder().raw_decode(line, 6)[0])
    return str(json.loads(line)["id"])


def _whole(path: Path) -> Results:
    """A file that another tool wrote or reformatted."""
    value = _parsed(path.read_text(encoding="utf-8"), path)
    conversations = value.pop("conversations", None)
    if not isinstance(conversations, list):
        raise NoResults(f"{path}: there are no 'conversations', so this is not a results file")
    return Results(path=path, head=_held(value, path), is_whole=True, whole=conversations)


def _held(head: dict[str, Any], path: Path) -> Stored:
    if head.get("version") != VERSION:
        found = head.get("version", "no version")
        raise NoResults(f"{path}: expected version {VERSION} of the format, found {found}")
    head.pop("conversations", None)
    return head


def _parsed(text: str, path: Path) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise NoResults(f"{path}: this is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise NoResults(f"{path}: expected a mapping")
    return value


def _last_line(path: Path) -> str:
    """The last line that is whole, or the rest behind it; of a long line, its end."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        length, tail = 4096, b""
        while True:
            file.seek(max(0, size - length))
            tail = file.read()
            if b"\n" in tail[:-1] or length >= size:
                break
            length *= 4
    return tail.rstrip(b"\n").rpartition(b"\n")[2].decode("utf-8", "replace")
