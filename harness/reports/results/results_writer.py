"""Writes results.json while a run goes on: a line for each conversation."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import harness
from harness.core import Json
from harness.reports.results.results_schema import VERSION

_COMMITS = ("GITHUB_SHA", "CI_COMMIT_SHA", "BUILD_SOURCEVERSION", "GIT_COMMIT")
_BRANCHES = ("GITHUB_REF_NAME", "CI_COMMIT_REF_NAME", "BUILD_SOURCEBRANCHNAME", "GIT_BRANCH")

RESULTS = "results.json"
"""In the folder of a run's reports."""


def now() -> str:
    """The time, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHead:
    """What is known of a run when it begins."""

    mode: str
    project: str = ""
    """Name of the project's folder."""
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    started: str = field(default_factory=now)

    def json(self, environment: Mapping[str, str] = os.environ) -> dict[str, Json]:
        """As it stands in the file, with commit and branch where CI tells them."""
        head: dict[str, Json] = {
            "version": VERSION,
            "harness": harness.__version__,
            "run": self.run,
            "started": self.started,
            "mode": self.mode,
            "project": self.project,
        }
        for name, variables in (("commit", _COMMITS), ("branch", _BRANCHES)):
            value = next((environment[one] for one in variables if environment.get(one)), "")
            if value:
                head[name] = value
        return head


class ResultsWriter:
    """Writes one file. What was added is on disk when the process is killed.

    Raises OSError where the file cannot be written.
    """

    def __init__(self, path: Path, head: Mapping[str, Json]) -> None:
        """`head` is what `RunHead.json` or another file's head says."""
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
        """Add a conversation that is JSON on one line already."""
        self._file.write(line if self._is_first else f",{line}")
        self._file.write("\n")
        # So that what was played is there when the run is killed.
        self._file.flush()
        self._is_first = False

    def finish(
        self,
        *,
        errors: Iterable[Mapping[str, Json]] = (),
        exit_status: int | None = None,
        classes: Mapping[str, int] | None = None,
    ) -> None:
        """Close the file as a whole one. `classes` are numbers of red tests."""
        tail: dict[str, Json] = {"errors": list(errors), "ended": now()}
        if exit_status is not None:
            tail["exit_status"] = exit_status
        if classes:
            tail["classes"] = dict(classes)
        self._file.write(f"],{dump(tail)[1:]}\n")
        self._file.close()

    def abandon(self) -> None:
        """Close the file as it is; readers take what stands in it."""
        self._file.close()


def dump(value: Mapping[str, Json] | Sequence[Json]) -> str:
    """JSON on one line."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
