"""What collection needs of scenario files, read by several processes if it is not cached."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.core import AuthoringError, Json
from harness.parallel.workers import Workers, further_processes
from harness.project.loading import entry_from, entry_json, entry_of, kept_entry
from harness.project.plan import Entry
from harness.project.project import Project
from harness.pytest_plugin.options import wanted_processes
from harness.scenario import is_scenario_file


class Entries:
    """The entries of a run's scenario files.

    The first file that was not read before decides: where there are many, other processes read
    them ahead from there on. A file that is wrong is read again here, so that pytest reports what
    is wrong when it collects the file.
    """

    def __init__(self, project: Project, config: pytest.Config) -> None:
        self._project = project
        self._config = config
        self._workers: Workers[Path, list[Json]] | None = None
        self._is_decided = False

    def of(self, file: Path) -> Entry:
        """The entry of a file. Raises as `entry_of` does."""
        if not self._is_decided:
            kept = kept_entry(self._project, file)
            if kept is not None:
                return entry_from(kept)
            self._is_decided = True
            self._share()
        read = self._workers.result(file) if self._workers is not None else None
        return entry_from(read) if read is not None else entry_of(self._project, file)

    def stop(self) -> None:
        """Leave what is still to be read to this process."""
        if self._workers is not None:
            self._workers.stop()
            self._workers = None

    def _share(self) -> None:
        if self._project.has_own_checks:
            # Reading a scenario compiles its checks, which is code of the project.
            return
        files = sorted(self._asked_for())
        processes = further_processes(len(files), wanted_processes(self._config))
        if not processes:
            return
        # Late: a small run shares nothing, and starts without multiprocessing.
        from harness.parallel.process_workers import ProcessWorkers  # noqa: PLC0415

        self._workers = ProcessWorkers(
            self._read, files, processes=processes, begin=self._begin, end=self._project.cache.close
        )

    def _begin(self) -> None:
        self._project.cache.reopen()
        # They are not played in this process.
        self._project.room_for_early = 0

    def _read(self, file: Path) -> list[Json] | None:
        try:
            return entry_json(self._project, file)
        except AuthoringError:
            return None

    def _asked_for(self) -> Iterator[Path]:
        """The scenario files of the folders that pytest was called with."""
        folder = self._project.config.scenarios
        for argument in self._config.args:
            asked = Path(self._config.invocation_params.dir, argument)
            within = folder if folder.is_relative_to(asked) else asked
            if not within.is_relative_to(folder) or not within.is_dir():
                continue
            for file in within.rglob("*.y*ml"):
                if is_scenario_file(file, folder):
                    yield file
