"""Watches the folders that a project uses, also when they become others."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from harness.watching.file_events import FileEvents
from harness.watching.watched_project import WatchedProject


class Watching:
    """Watches the files of a project."""

    def __init__(self, project: WatchedProject) -> None:
        self._project = project
        self._folders = (project.below, project.directly)
        self._events = FileEvents(*self._folders)

    def __enter__(self) -> Self:
        """Nothing is to be done."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End watching."""
        self._events.stop()

    def wait(self, seconds: float) -> set[Path]:
        """The files that changed; empty if nothing has changed in so many seconds."""
        folders = (self._project.below, self._project.directly)
        if folders != self._folders:
            before, self._folders = self._events, folders
            self._events = FileEvents(*folders)
            before.stop()
            if changed := before.wait(0):
                return changed
        return self._events.wait(seconds)
