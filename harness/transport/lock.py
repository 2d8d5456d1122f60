"""One writer of a cassette at a time."""

from __future__ import annotations

import os
import time
from pathlib import Path

from harness.core import CassetteError, CassetteLocked
from harness.core.file_lock import FileLock, signed_by

OWNER_LOOKS = 100
OWNER_PAUSE = 0.005
"""Seconds between two looks at who holds a lock."""


class WriterLock:
    """Holds `.<name>.lock` beside a cassette, with the process's number in it.

    The lock is given back when its process dies, however it dies: a lock file that was left
    behind locks nothing. It also holds between threads of one process.
    """

    def __init__(self, path: Path, display: str = "") -> None:
        """Raises `CassetteError` where another writer holds it, naming its process."""
        shown = display or str(path)
        self._lock = FileLock(_beside(path))
        try:
            is_taken = self._lock.take(wait=False)
            if is_taken:
                self._lock.sign()
        except OSError as error:
            self.release()
            reason = f"{shown} cannot be locked: {error.strerror}"
            hint = "fix that and record it again; the old recording is unchanged"
            raise CassetteError("cassette-target", reason, hint) from error
        if not is_taken:
            raise CassetteLocked(
                "cassette-locked",
                f"{shown} is being recorded by {_owner(self._lock.path)}",
                "only one run can record it at a time",
            )

    def release(self) -> None:
        """Give the lock back. May be called twice."""
        self._lock.release(remove=True)


def is_being_written(path: Path) -> bool:
    """Whether somebody holds the lock of a cassette."""
    lock = FileLock(_beside(path))
    # Most have no lock file, and taking the lock would make one.
    if not lock.path.is_file():
        return False
    try:
        is_taken = lock.take(wait=False)
    except OSError:
        return False
    lock.release()
    return not is_taken


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.lock")


def _owner(path: Path) -> str:
    """Who holds a lock file, in words.

    It has the lock a moment before its number stands in the file, so an empty one is read again.
    """
    for _ in range(OWNER_LOOKS):
        owner = signed_by(path)
        if owner:
            return "this process" if owner == str(os.getpid()) else f"process {owner}"
        time.sleep(OWNER_PAUSE)
    return "another process"
