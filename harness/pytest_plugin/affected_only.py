"""`--harness-affected`: plays only what changed files can touch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.core import AuthoringError, counted, printable
from harness.project.file_graph import FileGraph, Touched, needs_of
from harness.project.git_changes import Changes, changes_since
from harness.project.touching import touched_by, watched_folders
from harness.pytest_plugin.notes import notes_of
from harness.pytest_plugin.scenario_items import ScenarioItem
from harness.pytest_plugin.scenario_session import ScenarioSession
from harness.pytest_plugin.suite import Suite

OPTION = "--harness-affected"
MOST_NAMED = 3
"""Changed files that are named."""
_CHANGES = "harness_changes"
_ALL_LEFT_OUT = "harness_all_left_out"


class AffectedOnly:
    """Deselects the scenarios that no changed file can touch. A pytest plugin of its own.

    Python tests stay, because the files that they read are not known.
    """

    def __init__(self, config: pytest.Config, session: ScenarioSession) -> None:
        """Raises `UsageError` if git cannot say what has changed."""
        self._config = config
        self._session = session
        self._revision = str(config.getoption(OPTION))
        self._known: dict[str, Changes] = {
            root: Changes.from_json(kept)
            for root, kept in getattr(config, "workerinput", {}).get(_CHANGES, {}).items()
        }
        """The changes of each project, by its folder."""
        self._line = ""
        self._is_all_left_out = False
        for suite in session.suites:
            self._changes(suite)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # noqa: ANN401  # xdist names no type
        """Give a worker of xdist the same changes, so that all choose the same scenarios."""
        node.workerinput[_CHANGES] = {root: one.as_json() for root, one in self._known.items()}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Deselect what no changed file can touch."""
        scenarios = [item for item in items if isinstance(item, ScenarioItem)]
        chosen: set[pytest.Item] = set()
        reasons: list[Path] = []
        for suite in self._session.suites:
            own = [item for item in scenarios if item.suite is suite]
            if own:
                touched = self._touched(suite, own)
                chosen.update(item for item in own if touched.includes(item.play))
                reasons += [touched.because] if touched.because is not None else []
        left_out = [item for item in scenarios if item not in chosen]
        self._line = self._summary(len(chosen), len(scenarios), reasons)
        if hasattr(self._config, "workerinput"):
            notes_of(self._config).add(self._line)
        if left_out:
            self._config.hook.pytest_deselected(items=left_out)
            items[:] = [one for one in items if one not in set(left_out)]
            self._is_all_left_out = not items

    @pytest.hookimpl
    def pytest_report_collectionfinish(self) -> str:
        """Say how many scenarios are affected, and by what."""
        return printable(self._line)

    # Before xdist, whose workers hand over what is in `workeroutput`.
    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """A run without an affected scenario passes."""
        output: dict[str, Any] | None = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[_ALL_LEFT_OUT] = self._is_all_left_out
        if self._is_all_left_out and exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            session.exitstatus = pytest.ExitCode.OK

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:  # noqa: ANN401  # as above
        """Take from a worker of xdist whether it left out everything."""
        self._is_all_left_out |= getattr(node, "workeroutput", {}).get(_ALL_LEFT_OUT, False)

    def _touched(self, suite: Suite, items: Sequence[ScenarioItem]) -> Touched:
        changes = self._changes(suite)
        if not changes.files:
            return Touched()
        files = dict.fromkeys(item.play.file for item in items)
        graph = FileGraph(needs_of(suite.project, file) for file in files)
        outputs = tuple(self._outputs())
        return touched_by(changes.files, suite.project, graph, changes.before, outputs)

    def _outputs(self) -> Iterator[Path]:
        folder = self._config.getoption("--harness-reports")
        if folder:
            yield Path(self._config.invocation_params.dir, folder).resolve()

    def _changes(self, suite: Suite) -> Changes:
        config = suite.project.config
        found = self._known.get(str(config.root))
        if found is None:
            try:
                found = changes_since(self._revision, config.root, watched_folders(suite.project))
            except AuthoringError as error:
                raise pytest.UsageError(str(error)) from error
            self._known[str(config.root)] = found
        return found

    def _summary(self, chosen: int, count: int, reasons: Sequence[Path]) -> str:
        files = sorted({file for changes in self._known.values() for file in changes.files})
        since = f"since {self._revision}"
        if not files:
            return f"affected: no file has changed {since}, so none of {count} scenarios is played"
        changed = f"{counted(len(files), 'changed file')} {since}"
        line = f"affected: {chosen} of {count} scenarios can be touched by {changed}"
        if reasons:
            return f"{line}; {self._shown(reasons[0])} can touch all of its project"
        shown = [self._shown(file) for file in files[:MOST_NAMED]]
        more = f" and {len(files) - MOST_NAMED} more" if len(files) > MOST_NAMED else ""
        return f"{line}: {', '.join(shown)}{more}"

    def _shown(self, file: Path) -> str:
        here = self._config.invocation_params.dir
        return file.relative_to(here).as_posix() if file.is_relative_to(here) else file.name
