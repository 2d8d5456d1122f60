"""Lets the system's limits be reached: permissions, which root else passes by, files and sizes."""

from __future__ import annotations

import ctypes
import os
import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

CAPABILITIES_3 = 0x20080522
"""The version of the structures. Source: capset(2)."""
OVERRULING = 0b1110
"""CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH and CAP_FOWNER. Source: capabilities(7)."""


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("process", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def as_an_ordinary_user(act: Callable[[], T]) -> T:
    """Do something where permissions of files hold; raises what it raises.

    Of root, in a thread that gave up the capabilities which overrule them: those of the other
    threads stay, and so do the owner's rights. Others have none.
    """
    if os.geteuid() != 0:
        return act()
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            _give_up()
            results.append(act())
        except BaseException as error:  # noqa: BLE001  # raised below
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def _give_up() -> None:
    system = ctypes.CDLL(None, use_errno=True)
    header, sets = _Header(CAPABILITIES_3, 0), (_Sets * 2)()
    if system.capget(ctypes.byref(header), sets) != 0:
        raise OSError(ctypes.get_errno(), "capget")
    for one in ("effective", "permitted"):
        setattr(sets[0], one, getattr(sets[0], one) & ~OVERRULING)
    if system.capset(ctypes.byref(header), sets) != 0:
        raise OSError(ctypes.get_errno(), "capset")


@contextmanager
def room_for_files(count: int) -> Iterator[None]:
    """Let this process open so many files more, and no other."""
    numbers = [os.dup(0) for _ in range(count + 1)]
    for number in numbers:
        os.close(number)
    with _limited(resource.RLIMIT_NOFILE, numbers[-1]):
        yield


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond so many bytes."""
    with _limited(resource.RLIMIT_FSIZE, size):
        yield


@contextmanager
def _limited(what: int, number: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(what)
    resource.setrlimit(what, (number, hard))
    try:
        yield
    finally:
        resource.setrlimit(what, (soft, hard))
