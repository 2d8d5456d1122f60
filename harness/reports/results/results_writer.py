"""Writes results.json during a run: a line for each conversation."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import harness
from harness.core import Json
from harness.reports.results.results_schema import VERSION
from harness.reports.run_origin import RunOrigin

NO_ORIGIN = RunOrigin()

RESULTS = "results.json"
"""In the folder of a run's reports."""


def now() -> str:
    """The current time, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def run_head(mode: str, project: str = "", origin: RunOrigin = NO_ORIGIN) -> dict[str, Json]:
    """The head of a new run's results. `project` is the name of the project's folder."""
    return {
        "version": VERSION,
        "harness": harness.__version__,
        "run": uuid.uuid4().hex[:12],
        "started": now(),
        "mode": mode,
        "project": project,
        **origin.json(),
    }


class ResultsWriter:
    """Writes one file. What was added is on disk even if the process is killed.

    Raises `OSError` if the file cannot be written.
    """

    def __init__(self, path: Path, head: Mapping[str, Json]) -> None:
        """`head` is that of a new run, see `run_head`, or of another file of results."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._is_first = True
        self._file: TextIO = path.open("w", encoding="utf-8", newline="\n")
        self._file.write(f'{dump(head)[:-1]},"conversations":[\n')
        self._file.flush()

    def add(self, record: Mapping[str, Json]) -> None:
        """Add a conversation."""
        self.add_line(dump(record))

    def add_line(self, line: str) -> None:
        """Add a conversation that is already JSON on one line."""
        self._file.write(line if self._is_first else f",{line}")
        self._file.write("\n")
        # So that it is on disk if the run is killed.
        self._file.flush()
        self._is_first = False

    def finish(
        self,
        *,
        errors: Iterable[Mapping[str, Json]] = (),
        notes: Iterable[str] = (),
        exit_status: int | None = None,
        classes: Mapping[str, int] | None = None,
        plan: Mapping[str, Json] | None = None,
    ) -> None:
        """Complete and close the file.

        `classes` are numbers of red tests; `plan` is that of a part.
        """
        tail: dict[str, Json] = {"errors": list(errors), "ended": now()}
        if about_run := list(notes):
            tail["notes"] = about_run
        if exit_status is not None:
            tail["exit_status"] = exit_status
        if classes:
            tail["classes"] = dict(classes)
        if plan:
            tail["plan"] = dict(plan)
        self._file.write(f"],{dump(tail)[1:]}\n")
        self._file.close()

    def abandon(self) -> None:
        """Close the file without its end, as if the run had been killed."""
        self._file.close()


def dump(value: Mapping[str, Json] | Sequence[Json]) -> str:
    """JSON on one line."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
