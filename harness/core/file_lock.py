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
    """Held from `take` to `release`; the system releases it when its process ends.

    On a system without such locks, the file itself is the lock, and one that a killed process
    left is recognised by the number of that process.
    """

    def __init__(self, path: Path) -> None:
        """`path` is the file that is locked; its folder must exist."""
        self.path = path
        self._lock = _lock_on(path)

    def take(self, *, wait: bool) -> bool:
        """Take the lock; False if another one has it and `wait` is false.

        Raises `OSError` if the file cannot be opened.
        """
        from filelock import Timeout  # noqa: PLC0415  # as in `_lock_on`

        # filelock would create a missing folder.
        if not self.path.parent.is_dir():
            raise FileNotFoundError(2, os.strerror(2), str(self.path))
        try:
            self._lock.acquire(timeout=-1 if wait else 0)
        except Timeout:
            return False
        return True

    def sign(self) -> None:
        """Write the number of this process into the file, unless filelock itself does.

        Raises `OSError`, such as for a full disk.
        """
        from filelock import SoftFileLock  # noqa: PLC0415  # as in `_lock_on`

        if not isinstance(self._lock, SoftFileLock):
            # Windows allows no writing into a locked file. The number is only for people.
            with contextlib.suppress(PermissionError):
                self.path.write_text(str(os.getpid()), encoding="ascii")

    def release(self, *, remove: bool = False) -> None:
        """Release the lock, and `remove` its file. Can be called twice."""
        if remove and self._lock.is_locked:
            # While it is held, so that no new lock is removed. Windows removes no open file.
            with contextlib.suppress(OSError):
                self.path.unlink()
        self._lock.release()


def signed_by(path: Path) -> str:
    """The number of the process that signed a lock file; empty if it cannot be read."""
    try:
        first = path.read_text(encoding="ascii", errors="replace").partition("\n")[0].strip()
    except OSError:
        return ""
    return first if first.isdigit() else ""


def _lock_on(path: Path) -> BaseFileLock:
    # Late: a replay locks nothing.
    with warnings.catch_warnings():
        # It warns about systems without locks on files; docs/recordings.md describes them.
        warnings.simplefilter("ignore", UserWarning)
        import filelock  # noqa: PLC0415

    return filelock.FileLock(path, mode=0o644, thread_local=False)
