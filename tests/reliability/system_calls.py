"""Counts the system calls of a save, and lets one of them fail."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

CALLS = ("access", "close", "fsync", "mkdir", "open", "replace", "stat", "unlink")
"""Functions of `os` that saving uses; what it writes goes through `_File`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How a call fails."""

    number: int = 0
    """Of the error; 0 for none."""
    is_short: bool = False
    """Half of what is written gets through first. Only writing can fail so."""

    def error(self) -> OSError:
        """The error that the caller gets."""
        return OSError(self.number, os.strerror(self.number))


FAULTS = {
    "no space": Fault(number=errno.ENOSPC),
    "IO error": Fault(number=errno.EIO),
    "no permission": Fault(number=errno.EACCES),
    "short write": Fault(is_short=True),
    "short write, then no space": Fault(number=errno.ENOSPC, is_short=True),
}


class SystemCalls:
    """Stands between the package and the system."""

    def __init__(self, fault: Fault, number: int) -> None:
        """The `number`-th call, counted from 1, fails."""
        self.fault = fault
        self._number = number
        self.count = 0

    @property
    def has_failed(self) -> bool:
        """Whether there were so many calls at all."""
        return self.count >= self._number

    def is_next_wrong(self) -> bool:
        """Count a call; whether it is the one to fail."""
        self.count += 1
        return self.count == self._number

    def take_over(self, monkeypatch: Any) -> None:  # a fixture of pytest's
        """Replace the functions of `os` and `io` until the fixture undoes it."""
        for name in CALLS:
            monkeypatch.setattr(os, name, self._around(name, getattr(os, name)))
        monkeypatch.setattr(io, "open", self._opening(io.open))

    def _around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def around(*arguments: Any, **options: Any) -> Any:  # passed on
            if self.fault.is_short or not self.is_next_wrong():
                return call(*arguments, **options)
            if name == "access":
                return False
            if name == "close":
                call(*arguments, **options)
            raise self.fault.error()

        return around

    def _opening(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def opening(file: Any, mode: str = "r", *rest: Any) -> Any:  # passed on
            if mode != "xb":
                return call(file, mode, *rest)
            if not self.fault.is_short and self.is_next_wrong():
                raise self.fault.error()
            return io.BufferedWriter(_File(self, os.fspath(file)))

        return opening


class _File(io.FileIO):
    """A new file, each write of which is a system call."""

    def __init__(self, calls: SystemCalls, path: str) -> None:
        super().__init__(path, "xb")
        self._calls = calls
        self._is_full = False

    def write(self, content: Any, /) -> int:  # any buffer
        fault = self._calls.fault
        if self._is_full:
            raise fault.error()
        if not self._calls.is_next_wrong():
            return super().write(content)
        if not fault.is_short:
            raise fault.error()
        self._is_full = bool(fault.number)
        return super().write(bytes(content)[: len(content) // 2])
