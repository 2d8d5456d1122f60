"""`--harness-update`: goldens are rewritten from recordings, and what was written is told."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

from harness.checks.golden_ledger import GoldenEntry, GoldenLedger
from harness.core.printable import printable

_WORKER_KEY = "harness_goldens"


class GoldenUpdates:
    """Rewrites goldens in one run, over all its processes."""

    def __init__(self, here: Path) -> None:
        """`here` is the folder that goldens are named from."""
        self._here = here.resolve()
        self.ledger = GoldenLedger(Path(tempfile.mkdtemp(prefix="harness-goldens-")))

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:  # noqa: ANN401  # xdist names no type
        """Let the processes of pytest-xdist share one ledger."""
        node.workerinput[_WORKER_KEY] = str(self.ledger.folder)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:  # noqa: ANN401  # as above
        """Tell what was written, with what differed."""
        terminalreporter.write_sep("-", "goldens (--harness-update)")
        entries = self.ledger.written()
        for entry in entries:
            for line in _told(entry, self._here):
                terminalreporter.write_line(printable(line))
        if not entries:
            terminalreporter.write_line("no golden was written")

    def pytest_unconfigure(self) -> None:
        """Remove the ledger."""
        shutil.rmtree(self.ledger.folder, ignore_errors=True)


def ledger_of(config: pytest.Config) -> GoldenLedger:
    """Takes the goldens that are rewritten in this run."""
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is not None:
        return GoldenLedger(Path(worker[_WORKER_KEY]))
    updates = GoldenUpdates(config.invocation_params.dir)
    config.pluginmanager.register(updates, "harness_golden_updates")
    return updates.ledger


def _told(entry: GoldenEntry, here: Path) -> list[str]:
    shown = Path(os.path.relpath(entry.golden, here)).as_posix()
    return [f"{entry.done} {shown} ({entry.who})", *(f"  {line}" for line in entry.lines)]
