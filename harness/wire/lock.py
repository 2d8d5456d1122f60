"""One writer of a cassette at a time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from pathlib import Path

from harness.errors import CassetteError

OWNER_LOOKS = 100
OWNER_PAUSE = 0.005
"""Seconds between two looks at who holds a lock."""


class WriterLock:
    """Holds `.<name>.lock` beside a cassette, with the process's number in it.

    The kernel gives the lock back when its process dies, however it dies: a lock file that was
    left behind locks nothing. It also holds between threads of one process.
    """

    def __init__(self, path: Path, display: str = "") -> None:
        """Raises `CassetteError` where another writer holds it, naming its process."""
        self._path = path.with_name(f".{path.name}.lock")
        self._number: int | None = self._taken(display or str(path))

    def release(self) -> None:
        """Give the lock back. May be called twice."""
        if self._number is None:
            return
        number, self._number = self._number, None
        # A lock file that cannot be removed locks nothing, once it is closed.
        with contextlib.suppress(OSError):
            # Removed while still held, so that nobody's new lock file is removed.
            self._path.unlink()
        with contextlib.suppress(OSError):
            os.close(number)

    def _taken(self, shown: str) -> int:
        while True:
            try:
                flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
                number = os.open(self._path, flags, 0o644)
            except OSError as error:
                raise _not_locked(shown, error) from error
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                owner = _owner(number)
                os.close(number)
                where = "this process" if owner == str(os.getpid()) else f"process {owner}"
                raise CassetteError(
                    "cassette-locked",
                    f"{shown} is being recorded by {where}",
                    "let only one run record it at a time",
                ) from error
            if self._is_still_there(number):
                try:
                    os.truncate(number, 0)
                    os.write(number, str(os.getpid()).encode())
                except OSError as error:
                    # Such as a disk that is full.
                    self._number = number
                    self.release()
                    raise _not_locked(shown, error) from error
                return number
            os.close(number)

    def _is_still_there(self, number: int) -> bool:
        """Whether the file was not removed between opening and locking it."""
        try:
            return os.path.samestat(self._path.stat(), os.fstat(number))
        except FileNotFoundError:
            return False


def _not_locked(shown: str, error: OSError) -> CassetteError:
    reason = f"{shown} cannot be locked: {error.strerror}"
    hint = "mend that and record it again; the old recording is untouched"
    return CassetteError("cassette-target", reason, hint)


def _owner(number: int) -> str:
    """The process that a lock file names.

    It has the lock a moment before its number stands in the file, so an empty one is read again.
    """
    for _ in range(OWNER_LOOKS):
        owner = os.pread(number, 20, 0).decode(errors="replace").strip()
        if owner:
            return owner
        time.sleep(OWNER_PAUSE)
    return "unknown"


def holder(path: Path) -> str:
    """The process that is writing a cassette; empty where none is."""
    lock = path.with_name(f".{path.name}.lock")
    try:
        number = os.open(lock, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return ""
    try:
        fcntl.flock(number, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _owner(number)
    else:
        return ""
    finally:
        os.close(number)
