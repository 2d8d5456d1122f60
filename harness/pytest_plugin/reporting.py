"""Writes the results of a run into a folder, and the reports that are made of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pytest

from harness.core import AuthoringError, Json
from harness.history.adding import HistoryReport
from harness.history.address import Address, address_in
from harness.project_file import HISTORY_VARIABLE
from harness.pytest_plugin.notes import notes_of
from harness.pytest_plugin.nothing_played import NOTHING_PLAYED
from harness.pytest_plugin.origin import origin_of
from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.pytest_plugin.suite import Suite
from harness.reports.build import ReportCrashed, build_all
from harness.reports.results import (
    RESULTS,
    NoResults,
    Record,
    ResultsWriter,
    expected_record,
    read_results,
    record_of,
    run_head,
    skipped_record,
)
from harness.reports.results.merging import PARTS, Crashes, gather_parts
from harness.reports.results.previous import keep_previous, restore_previous
from harness.reports.run_events import (
    Event,
    FileUnread,
    Identity,
    ReportsMade,
    ScenarioFinished,
    ScenarioSkipped,
    WorkerDied,
)
from harness.reports.run_origin import RunOrigin


class RunReports:
    """Results of one process of a run: alone, a worker of xdist, or the one that starts them.

    A pytest plugin of its own, registered where `--harness-reports` asks for it.
    """

    def __init__(self, config: pytest.Config, session: ScenarioSession) -> None:
        """Raises `pytest.UsageError` if the folder or the history cannot be used."""
        folder = Path(config.invocation_params.dir, config.getoption("--harness-reports"))
        configs = [suite.project.config for suite in session.suites]
        project = configs[0].root.name if len(configs) == 1 else config.rootpath.name
        self._folder = folder
        # A part is not a run: the merged results are added to the history.
        self._history = _history_of(config, session.suites, folder) if not session.part else None
        self._session = session
        self._notes = notes_of(config)
        self._errors: dict[str, Mapping[str, Json]] = {}
        self._order: dict[str, int] = {}
        self._crashed: dict[int, Crashes] = {}
        worker = getattr(config, "workerinput", {}).get("workerid", "")
        # The head is that of the process which starts the workers.
        origin = RunOrigin() if worker else origin_of(config, session)
        self._part = session.part
        self._head = run_head(session.mode.value, project, origin)
        if self._part is not None:
            self._head["part"] = self._part.number.json()
        self._is_worker = bool(worker)
        path = folder / PARTS / f"{worker}.json" if worker else folder / RESULTS
        self._is_kept = False
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not worker:
                shutil.rmtree(folder / PARTS, ignore_errors=True)
                self._is_kept = keep_previous(path)
            self._writer = ResultsWriter(path, self._head)
        except OSError as error:
            message = f"--harness-reports: {path} cannot be written: {error.strerror}"
            raise pytest.UsageError(message) from error
        session.record_of = record_of

    def listen(self, event: Event) -> None:
        """Write what finished or was skipped, and remember what is written at the end."""
        match event:
            case ScenarioFinished(record=record) if record is not None:
                self._add(_completed(record, event), event.id)
            case ScenarioSkipped():
                self._add(skipped_record(event), event.id)
            case FileUnread(file=file, message=message):
                self._errors[file] = {"file": file, "message": message}
            case WorkerDied():
                # Written when all workers ended: another one may write it, too.
                crashes = self._crashed.setdefault(self._order[event.id], Crashes(earlier=[]))
                if event.again is not None:
                    crashes.earlier.append(event.again)
                else:
                    identity = Identity(id=event.id, row=event.play.row)
                    crashes.last = record_of(identity, event.result)
            case _:
                pass

    @pytest.hookimpl
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note the order of the run, in which the workers' results are put together."""
        if self._is_worker:
            self._order = _order(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Note the order in the process that starts the workers."""
        self._order = self._order or _order(ids)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Close the results and make the other reports from them."""
        self._session.attempts.settle()
        made: Sequence[Path] = ()
        problem = ""
        if self._part is not None and self._part.is_empty:
            exitstatus = pytest.ExitCode.OK
        try:
            if self._is_kept and exitstatus in NOTHING_PLAYED and not self._errors:
                # Such as a path with a typing error.
                self._writer.abandon()
                shutil.rmtree(self._folder / PARTS, ignore_errors=True)
                restore_previous(self._folder / RESULTS)
                return
            self._gather_workers()
            self._writer.finish(
                errors=self._errors.values(),
                notes=self._notes.of_providers,
                exit_status=int(exitstatus),
                classes={} if self._is_worker else self._session.red_tests.counts,
                plan=self._part.plan_json if self._part else None,
            )
            if not self._is_worker:
                results = read_results(self._folder / RESULTS)
                further = [HistoryReport(self._history, results.head)] if self._history else []
                made = [results.path, *build_all(results, self._folder, *further)]
                problem = "".join(report.problem for report in further)
        except ReportCrashed as error:
            made = [self._folder / RESULTS, *error.made]
            problem = str(error)
        except (OSError, NoResults) as error:
            problem = str(error)
        self._session.emit(ReportsMade(paths=tuple(made), problem=problem))

    def _add(self, record: Record, nodeid: str) -> None:
        if self._is_worker:
            record["index"] = self._order[nodeid]
        self._writer.add(record)

    def _gather_workers(self) -> None:
        """Merge what xdist's workers wrote, if there are any."""
        parts = [] if self._is_worker else sorted((self._folder / PARTS).glob("*.json"))
        if parts:
            self._writer.abandon()
            self._writer = gather_parts(
                [read_results(part) for part in parts],
                self._folder / RESULTS,
                self._head,
                self._crashed,
            )
            shutil.rmtree(self._folder / PARTS, ignore_errors=True)


def _history_of(config: pytest.Config, suites: Iterable[Suite], folder: Path) -> Address | None:
    """The history of the run: that of the first project that names one, if no option does."""
    projects = [suite.project for suite in suites]
    naming = [project for project in projects if project.config.history is not None]
    naming += [project for project in projects if HISTORY_VARIABLE in project.environment]
    named = naming[0].config if naming else None
    environment = naming[0].environment if naming else os.environ
    given, here = config.getoption("--harness-history") or "", config.invocation_params.dir
    try:
        return address_in(named, folder, environment, given=given, here=here)
    except AuthoringError as error:
        raise pytest.UsageError(f"\n{error}") from error


def _order(ids: Iterable[str]) -> dict[str, int]:
    return {nodeid: index for index, nodeid in enumerate(ids)}


def _completed(record: Record, event: ScenarioFinished) -> Record:
    """The record with earlier attempts, and as pytest counts it where it was expected to fail."""
    record = dict(record)
    if event.earlier:
        record["attempts"] = [attempt.json() for attempt in event.earlier]
    if event.expected is None:
        return record
    # One of a Python test may pass where another one is what failed.
    is_strict = event.expected.is_strict and not event.number
    return expected_record(record, event.expected.reason, is_strict=is_strict)
