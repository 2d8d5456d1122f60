"""A lock on a file: between threads and between processes, on every system."""

from __future__ import annotations

import contextlib
import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import BaseFileLock


class FileLock:
    """Held from `take` to `release`; the system gives it back when its process dies.

    Where a system has no such locks, the file itself is the lock, and one that a killed process
    left is recognised by the number of that process.
    """

    def __init__(self, path: Path) -> None:
        """`path` is the file that is locked; its folder must be there."""
        self.path = path
        self._lock = _lock_on(path)

    def take(self, *, wait: bool) -> bool:
        """Take the lock; False where somebody else has it and this is not to wait.

        Raises `OSError` where the file cannot be opened.
        """
        from filelock import Timeout  # noqa: PLC0415  # as in `_lock_on`

        # It would make a missing folder, which nobody asked for.
        if not self.path.parent.is_dir():
            raise FileNotFoundError(2, os.strerror(2), str(self.path))
        try:
            self._lock.acquire(timeout=-1 if wait else 0)
        except Timeout:
            return False
        return True

    def sign(self) -> None:
        """Write the number of this process into the file, where the lock leaves it to its user.

        Raises `OSError`, such as for a disk that is full.
        """
        from filelock import SoftFileLock  # noqa: PLC0415  # as in `_lock_on`

        if not isinstance(self._lock, SoftFileLock):
            # Windows lets nobody write into a locked file; it is for people only.
            with contextlib.suppress(PermissionError):
                self.path.write_text(str(os.getpid()), encoding="ascii")

    def release(self, *, remove: bool = False) -> None:
        """Give the lock back; `remove` its file as well. May be called twice."""
        if remove and self._lock.is_locked:
            # While it is held, so that nobody's new lock is removed. Windows removes no open file.
            with contextlib.suppress(OSError):
                self.path.unlink()
        self._lock.release()


def signed_by(path: Path) -> str:
    """The process that signed a lock file; empty where that cannot be read."""
    try:
        first = path.read_text(encoding="ascii", errors="replace").partition("\n")[0].strip()
    except OSError:
        return ""
    return first if first.isdigit() else ""


def _lock_on(path: Path) -> BaseFileLock:
    # Late: a replay locks nothing.
    with warnings.catch_warnings():
        # It warns of systems that have no locks on files; docs/recordings.md tells of them.
        warnings.simplefilter("ignore", UserWarning)
        import filelock  # noqa: PLC0415

    return filelock.FileLock(path, mode=0o644, thread_local=False)
