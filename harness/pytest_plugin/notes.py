"""The notes in a session's closing lines, from all its processes; nothing of it failed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from harness.core import printable

_WORKER_KEY = "harness_notes"


class Notes:
    """Collects notes and writes them at the end. A pytest plugin of its own.

    Not warnings of Python: those are errors in a project with `filterwarnings = error`.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._lines: dict[str, None] = {}
        self._strays: dict[str, dict[str, None]] = {}
        self._further: list[Callable[[], Iterable[str]]] = []
        self._of_providers: Callable[[], Iterable[str]] = tuple
        self._of_workers: dict[str, None] = {}
        self._are_due = False

    def add(self, line: str) -> None:
        """Add a note, once."""
        self._lines[line] = None

    def hand_over(self, further: Callable[[], Iterable[str]]) -> None:
        """In a worker, hand further notes at the end to the process that started it."""
        self._further.append(further)

    def watch_providers(self, notes: Callable[[], Iterable[str]]) -> None:
        """Set how the notes about the providers that this process used are asked for."""
        self._of_providers = notes

    @property
    def of_providers(self) -> tuple[str, ...]:
        """The notes about providers, of this process and of its workers, each once."""
        return tuple(dict.fromkeys((*self._of_providers(), *self._of_workers)))

    def add_stray(self, file: str, reason: str) -> None:
        """Note that a file looks like a scenario and was not collected."""
        top = self._config.rootpath
        path = Path(file)
        shown = path.relative_to(top).as_posix() if path.is_relative_to(top) else file
        self._strays.setdefault(reason, {})[shown] = None

    @pytest.hookimpl
    def pytest_sessionfinish(self) -> None:
        """Hand the notes to the process that started this one, if any."""
        self._are_due = True
        output: dict[str, Any] | None = getattr(self._config, "workeroutput", None)
        if output is not None:
            lines = [*self._lines, *(line for notes in self._further for line in notes())]
            strays = {reason: list(files) for reason, files in self._strays.items()}
            output[_WORKER_KEY] = [lines, strays, list(self.of_providers)]

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:  # noqa: ANN401  # xdist names no type
        """Take the notes of a worker of pytest-xdist; one that died has none."""
        output = getattr(node, "workeroutput", {}).get(_WORKER_KEY, ((), {}, ()))
        lines, strays, of_providers = output
        self._of_workers |= dict.fromkeys(of_providers)
        self._lines |= dict.fromkeys(lines)
        for reason, files in strays.items():
            self._strays[reason] = self._strays.get(reason, {}) | dict.fromkeys(files)

    # Behind the table of conversations.
    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:  # noqa: ANN401  # pytest names no public type
        """Write the notes."""
        self._are_due = False
        for line in self._lines:
            terminalreporter.write_line(f"note: {printable(line)}")
        for reason, files in self._strays.items():
            first, *others = files
            note = f"{first} looks like a scenario and was not collected: {reason}"
            if others:
                known = f"{len(files)} files look like scenarios and were not collected"
                note = f"{known}: {reason}; the first is {first}"
            terminalreporter.write_line(f"note: {note}", yellow=True)

    @pytest.hookimpl
    def pytest_unconfigure(self) -> None:
        """Write them if pytest ends without a summary: a signal other than Ctrl-C ended it."""
        # A worker of xdist has none.
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None and self._are_due and not self._config.option.no_summary:
            self.pytest_terminal_summary(reporter)


NOTES: pytest.StashKey[Notes] = pytest.StashKey()


def notes_of(config: pytest.Config) -> Notes:
    """The notes of a session."""
    notes = config.stash.get(NOTES, None)
    if notes is None:
        notes = config.stash[NOTES] = Notes(config)
        config.pluginmanager.register(notes, _WORKER_KEY)
    return notes
