"""Allows one writer of a cassette at a time."""

from __future__ import annotations

import os
import time
from pathlib import Path

from harness.core import CassetteError, CassetteLocked
from harness.core.file_lock import FileLock, signed_by
from harness.transport.cassette import AGAIN

OWNER_LOOKS = 100
OWNER_PAUSE = 0.005
"""Seconds between two looks at the owner of a lock."""


class WriterLock:
    """Holds `.<name>.lock` next to a cassette, with the number of its process in it.

    The system releases the lock when its process dies: a lock file that was left locks nothing.
    The lock also works between threads of one process.
    """

    def __init__(self, path: Path, shown: str) -> None:
        """Raises `CassetteError` where another writer holds it, with the number of its process.

        `shown` is the path as people see it.
        """
        self._lock = FileLock(_lock_file(path))
        try:
            is_taken = self._lock.take(wait=False)
            if is_taken:
                self._lock.sign()
        except OSError as error:
            self.release()
            raise CassetteError(
                "cassette-target", f"{shown} cannot be locked: {error.strerror}", AGAIN
            ) from error
        if not is_taken:
            raise CassetteLocked(
                "cassette-locked",
                f"{shown} is being recorded by {_owner(self._lock.path)}",
                "only one run can record it at a time",
            )

    def release(self) -> None:
        """Release the lock. May be called twice."""
        self._lock.release(remove=True)


def is_being_written(path: Path) -> bool:
    """Whether a writer holds the lock of a cassette."""
    lock = FileLock(_lock_file(path))
    # Most cassettes have no lock file, and taking the lock would make one.
    if not lock.path.is_file():
        return False
    try:
        is_taken = lock.take(wait=False)
    except OSError:
        return False
    lock.release()
    return not is_taken


def _lock_file(path: Path) -> Path:
    return path.with_name(f".{path.name}.lock")


def _owner(path: Path) -> str:
    """The process that holds a lock file, as a message names it.

    It writes its number a moment after it has the lock, so an empty file is read again.
    """
    for _ in range(OWNER_LOOKS):
        owner = signed_by(path)
        if owner:
            return "this process" if owner == str(os.getpid()) else f"process {owner}"
        time.sleep(OWNER_PAUSE)
    return "another process"
