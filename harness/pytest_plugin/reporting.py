"""Writes the results of a run into a folder, and the reports that are made of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.conversation import Outcome
from harness.core.errors import AuthoringError
from harness.core.typing import Json
from harness.evaluation import Takes
from harness.history.adding import HistoryReport
from harness.history.address import Address, address_in
from harness.play.result import ScenarioResult
from harness.project.plan import Play
from harness.pytest_plugin.waiving import UNEXPECTED
from harness.reports.building import ReportCrashed
from harness.reports.earlier import Earlier
from harness.reports.results import (
    Identity,
    NoResults,
    Record,
    ResultsWriter,
    RunHead,
    conversation_record,
    crashed_record,
    read_results,
    takes_record,
)
from harness.reports.results.merging import PARTS, Crashes, gather_parts
from harness.reports.results.previous import keep_previous
from harness.reports.results.writing import RESULTS
from harness.reports.standard import build_standard

if TYPE_CHECKING:
    from harness.pytest_plugin.scenario_session import ScenarioSession


class RunReports:
    """Results of one process of a run: alone, a worker of xdist, or the one that starts them.

    A pytest plugin of its own, registered where `--harness-reports` asks for it.
    """

    def __init__(
        self,
        config: pytest.Config,
        folder: Path,
        *,
        session: ScenarioSession,
        mode: str,
        project: str,
        history: Address | None = None,
    ) -> None:
        """Raises `pytest.UsageError` where the folder cannot be written."""
        self.made: list[Path] = []
        """Files that were written when the run ended."""
        self.problem = ""
        """Why a report could not be made; empty where all were."""
        self._folder = folder
        self._history = history
        self._session = session
        self._head = RunHead(mode=mode, project=project).json()
        self._errors: dict[str, Mapping[str, Json]] = {}
        self._order: dict[str, int] = {}
        self._crashed: dict[int, Crashes] = {}
        worker = getattr(config, "workerinput", {}).get("workerid", "")
        self._is_worker = bool(worker)
        path = folder / PARTS / f"{worker}.json" if worker else folder / RESULTS
        try:
            if not worker:
                shutil.rmtree(folder / PARTS, ignore_errors=True)
            folder.mkdir(parents=True, exist_ok=True)
            if not worker:
                keep_previous(path)
            self._writer = ResultsWriter(path, self._head)
        except OSError as error:
            message = f"--harness-reports: {path} cannot be written: {error.strerror}"
            raise pytest.UsageError(message) from error

    def add(
        self,
        item: pytest.Item,
        play: Play,
        result: ScenarioResult,
        earlier: Sequence[Earlier] = (),
    ) -> None:
        """Write down what came of a scenario, in its last attempt."""
        with self._written_anyway(item, _identity(item.nodeid, play), result):
            self.add_record(item, _after(earlier, self.record_of(item, play, result)))

    def record_of(self, item: pytest.Item, play: Play, result: ScenarioResult) -> Record:
        """What is written down of a scenario. Writes nothing."""
        return conversation_record(_identity(item.nodeid, play), result)

    def add_record(self, item: pytest.Item, record: Record) -> None:
        """Write down what was made of a scenario's result."""
        self._add(_expected(item, record), item.nodeid)

    def add_chats(
        self, item: pytest.Item, results: Sequence[ScenarioResult], earlier: Sequence[Earlier] = ()
    ) -> None:
        """Write down what came of the conversations of a Python test, in the order opened."""
        file = item.nodeid.partition("::")[0]
        for number, result in enumerate(results, 1):
            name = item.nodeid if number == 1 else f"{item.nodeid}#{number}"
            identity = Identity(id=name, file=file)
            with self._written_anyway(item, identity, result):
                record = _after(earlier, conversation_record(identity, result))
                self._add(_expected(item, record, is_scenario=False), item.nodeid)

    def add_takes(
        self, item: pytest.Item, play: Play, takes: Takes, earlier: Sequence[Earlier] = ()
    ) -> None:
        """Write down what came of a repeated scenario."""
        identity = _identity(item.nodeid, play)
        with self._written_anyway(item, identity, takes.results[0]):
            record = _after(earlier, takes_record(identity, takes))
            self._add(_expected(item, record), item.nodeid)

    def add_crash(
        self, nodeid: str, play: Play, result: ScenarioResult, again: Earlier | None
    ) -> None:
        """Write down that a worker died while it played a scenario, when all workers ended.

        `again` is given where another worker plays it again.
        """
        crashes = self._crashed.setdefault(self._order[nodeid], Crashes(earlier=[]))
        if again is not None:
            crashes.earlier.append(again)
        else:
            crashes.last = conversation_record(_identity(nodeid, play), result)

    @contextmanager
    def _written_anyway(
        self, item: pytest.Item, identity: Identity, result: ScenarioResult
    ) -> Iterator[None]:
        """Where a conversation cannot be written down as it was, write that down, and raise it."""
        try:
            yield
        except OSError:
            raise
        except Exception as error:
            self._add(crashed_record(identity, result, error), item.nodeid)
            raise

    @pytest.hookimpl
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note the order of the run, in which the workers' results are put together."""
        if self._is_worker:
            self._order = _order(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Note the same in the process that starts the workers."""
        self._order = self._order or _order(ids)

    @pytest.hookimpl
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what is wrong with a file."""
        if report.failed and not self._is_worker:
            self._errors[report.nodeid] = {"file": report.nodeid, "message": str(report.longrepr)}

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write down what was skipped, so not played."""
        told = dict(report.user_properties)
        if report.when == "setup" and report.skipped and "scenario" in told:
            self._add(_skipped(report, told), report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Close the results and make the other reports of them."""
        self._session.attempts.settle()
        try:
            self._gather_workers()
            self._writer.finish(
                errors=self._errors.values(),
                exit_status=int(exitstatus),
                classes={} if self._is_worker else self._session.classes.counts,
            )
            if not self._is_worker:
                results = read_results(self._folder / RESULTS)
                further = [HistoryReport(self._history, results.head)] if self._history else []
                self.made = [results.path, *build_standard(results, self._folder, *further)]
                self.problem = "".join(report.problem for report in further)
        except ReportCrashed as error:
            self.made = [self._folder / RESULTS, *error.made]
            self.problem = str(error)
        except (OSError, NoResults) as error:
            self.problem = str(error)

    def _add(self, record: dict[str, Json], nodeid: str) -> None:
        if self._is_worker:
            record["index"] = self._order[nodeid]
        self._writer.add(record)

    def _gather_workers(self) -> None:
        """Where xdist's workers played, put together what they wrote."""
        parts = [] if self._is_worker else sorted((self._folder / PARTS).glob("*.json"))
        if parts:
            self._writer.abandon()
            workers = [read_results(part) for part in parts]
            into = self._folder / RESULTS
            self._writer = gather_parts(workers, into, self._head, self._crashed)
            shutil.rmtree(self._folder / PARTS, ignore_errors=True)


def reports_of(config: pytest.Config, session: ScenarioSession) -> RunReports | None:
    """The reports that `--harness-reports` asks for. Raises `pytest.UsageError`."""
    folder = config.getoption("--harness-reports")
    if not folder or config.option.collectonly:
        return None
    here = config.invocation_params.dir
    configs = [suite.project.config for suite in session.suites]
    # A history is one for the session: that of the first project that names one.
    named = next((one for one in configs if one.history is not None), None)
    try:
        history = address_in(
            named,
            Path(here, folder),
            os.environ,
            given=config.getoption("--harness-history"),
            here=here,
        )
    except AuthoringError as error:
        raise pytest.UsageError(f"\n{error}") from error
    name = configs[0].root.name if len(configs) == 1 else config.rootpath.name
    return RunReports(
        config,
        Path(here, folder),
        mode=session.mode,
        project=name,
        history=history,
        session=session,
    )


def _order(ids: Iterable[str]) -> dict[str, int]:
    return {nodeid: index for index, nodeid in enumerate(ids)}


def _after(earlier: Sequence[Earlier], record: Record) -> Record:
    """The record of a last attempt, with the earlier ones."""
    if earlier:
        record["attempts"] = [attempt.json() for attempt in earlier]
    return record


def _identity(nodeid: str, play: Play) -> Identity:
    return Identity(id=nodeid, file=nodeid.partition("::")[0], row=play.row)


def _expected(
    item: pytest.Item, record: dict[str, Json], *, is_scenario: bool = True
) -> dict[str, Json]:
    """The record as pytest counts it, with the reason where it was expected to fail.

    One that failed as expected is SKIPPED; one that passed against a strict `xfail:` is FAILED.
    """
    mark = item.get_closest_marker("xfail")
    if mark is None:
        return record
    reason = str(mark.kwargs.get("reason", ""))
    if record["outcome"] == Outcome.FAILED:
        record["outcome"] = Outcome.SKIPPED.value
        record["expected_failure"] = reason
    elif record["outcome"] == Outcome.PASSED and mark.kwargs.get("strict") and is_scenario:
        record["outcome"] = Outcome.FAILED.value
        record["codes"] = [UNEXPECTED]
        record["failure"] = f"it was expected to fail, and passed: {reason} [unexpected-pass]"
    return record


def _skipped(report: pytest.TestReport, told: Mapping[str, Any]) -> dict[str, Json]:
    file, line, _ = report.location
    return {
        "id": report.nodeid,
        "scenario": told["scenario"],
        "provider": told["provider"],
        "file": file,
        "line": (line or 0) + 1,
        "outcome": Outcome.SKIPPED.value,
        "notes": [str(told.get("reason", ""))],
    }
