"""Waits for changes of files."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from queue import Empty, Queue

import watchfiles

POLL = 300
"""Milliseconds between two looks at a file system that reports no changes itself."""


class _Sources(watchfiles.DefaultFilter):
    """Leaves out hidden files, and what watchfiles leaves out, such as backups of editors."""

    def __call__(self, change: watchfiles.Change, path: str) -> bool:
        name = Path(path).name
        return (not name.startswith(".") or name == ".env") and super().__call__(change, path)


class FileEvents:
    """The changes of files in some folders, from its beginning to `stop`.

    Changes that come within 50 ms of each other, such as those of `git checkout`, are reported
    together. Set the environment variable WATCHFILES_FORCE_POLLING to 1 for a network file system.
    """

    def __init__(self, below: Iterable[Path], directly: Iterable[Path]) -> None:
        """Watch the folders `below` with all folders in them, and the files `directly` in others.

        Folders that do not exist are left out.
        """
        whole = {folder for folder in below if folder.is_dir()}
        deep = {one for one in whole if not any(up in whole for up in one.parents)}
        flat = {
            one
            for one in directly
            if one.is_dir() and not any(up in deep for up in (one, *one.parents))
        }
        self._found: Queue[set[Path]] = Queue()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._watch, args=(folders, is_deep), daemon=True)
            for folders, is_deep in ((deep, True), (flat, False))
            if folders
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End watching."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait(self, seconds: float) -> set[Path]:
        """The files that changed; empty if nothing has changed in so many seconds."""
        try:
            changed = self._found.get(timeout=seconds)
        except Empty:
            return set()
        while not self._found.empty():
            changed |= self._found.get()
        return changed

    def _watch(self, folders: set[Path], is_deep: bool) -> None:  # noqa: FBT001  # called by a thread
        for changes in watchfiles.watch(
            *folders,
            watch_filter=_Sources(),
            stop_event=self._stop,
            recursive=is_deep,
            poll_delay_ms=POLL,
            raise_interrupt=False,
        ):
            self._found.put({Path(path) for _, path in changes})
