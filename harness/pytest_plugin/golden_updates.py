"""`--harness-update`: rewrites goldens from recordings, and lists what was written."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.checks.goldens import GoldenEntry, GoldenLedger
from harness.core import printable
from harness.pytest_plugin.scenario_session import ScenarioSession

_WORKER_KEY = "harness_goldens"


class GoldenUpdates:
    """Rewrites goldens in one run, over all its processes."""

    def __init__(self, config: pytest.Config, session: ScenarioSession) -> None:
        self._here = config.invocation_params.dir.resolve()
        worker: Mapping[str, str] = getattr(config, "workerinput", {})
        self._is_worker = bool(worker)
        folder = worker.get(_WORKER_KEY) or tempfile.mkdtemp(prefix="harness-goldens-")
        self.ledger = session.ledger = GoldenLedger(Path(folder))

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # noqa: ANN401  # xdist names no type
        """Let the processes of pytest-xdist share one ledger."""
        node.workerinput[_WORKER_KEY] = str(self.ledger.folder)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:  # noqa: ANN401  # as above
        """List what was written, with what differed."""
        terminalreporter.write_sep("-", "golden files (--harness-update)")
        entries = self.ledger.written()
        for entry in entries:
            for line in _lines(entry, self._here):
                terminalreporter.write_line(printable(line))
        if not entries:
            terminalreporter.write_line("no golden file was written")

    def pytest_unconfigure(self) -> None:
        """Remove the ledger."""
        if not self._is_worker:
            shutil.rmtree(self.ledger.folder, ignore_errors=True)


def _lines(entry: GoldenEntry, here: Path) -> list[str]:
    shown = Path(os.path.relpath(entry.golden, here)).as_posix()
    return [f"{entry.done} {shown} ({entry.who})", *(f"  {line}" for line in entry.lines)]
