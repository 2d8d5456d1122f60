"""What does tasks ahead of whoever asks for their results, and how many processes may do it."""

from __future__ import annotations

import os
import sys
import threading
from typing import Protocol, TypeVar

Task = TypeVar("Task", contravariant=True)  # noqa: PLC0105  # as public signatures have it
Result = TypeVar("Result", covariant=True)  # noqa: PLC0105  # the same

LEAST = 200
"""Tasks from which on processes share them: with few, forking and warming up take what it saves."""
MOST = 4
"""Processes. More would wait for pytest itself, which takes a quarter of a replay's time for each
test."""


class Workers(Protocol[Task, Result]):
    """Do tasks ahead, each as a rule once. They begin when they are made."""

    def result(self, task: Task, /) -> Result | None:
        """Wait for the result of a task; it is given once.

        None where the caller is to do the task. Raises what the task raised.
        """

    def stop(self, seconds: float = ..., /) -> None:
        """Begin no further task, and wait at most so long for those that are going on."""


def further_processes(tasks: int, wanted: int | None) -> int:
    """How many processes to fork for so many tasks; 0 where this one does all of them.

    `wanted` is how many processes shall do them, this one included; None where nobody said so.
    """
    is_small = tasks < LEAST if wanted is None else not tasks
    if is_small or wanted == 1 or not can_fork():
        return 0
    return (wanted or min(processors(), MOST)) - 1


def can_fork() -> bool:
    """Whether this process can be forked safely: on Linux, with no second thread of Python."""
    can_fork = sys.platform == "linux" and hasattr(os, "fork")
    return can_fork and threading.active_count() == 1


def processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
