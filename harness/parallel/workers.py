"""Workers do tasks before their results are needed; lanes limit how many at once."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections.abc import Mapping
from typing import Protocol, TypeVar

from harness.config import PROVIDER_CONCURRENCY, Config

Task = TypeVar("Task", contravariant=True)  # noqa: PLC0105  # as public signatures have it
Result = TypeVar("Result", covariant=True)  # noqa: PLC0105  # the same

LEAST = 200
"""Tasks from which on processes share them: with few, forking and warming up take what it saves."""
MOST = 4
"""Processes. More would wait for pytest itself, which takes a quarter of a replay's time for each
test."""
ALL = "all providers"
"""Names the places that every conversation needs, beside those of its provider."""


class Workers(Protocol[Task, Result]):
    """Do tasks ahead, each as a rule once. They begin when they are made."""

    def result(self, task: Task, /) -> Result | None:
        """Wait for the result of a task; it is given once.

        None where the caller is to do the task. Raises what the task raised.
        """

    def stop(self, seconds: float = ..., /) -> None:
        """Begin no further task, and wait at most so long for those that are going on."""


class Lanes:
    """What the conversations of a project take places in, and how many places there are."""

    def __init__(self, config: Config, wanted: int | None) -> None:
        """`wanted` is what an option says for all projects of the run; None where it is not given.

        All projects then share the places of every conversation.
        """
        self._config = config
        self._wanted = wanted
        self._prefix = hashlib.blake2s(str(config.root).encode(), digest_size=4).hexdigest()

    def of(self, provider: str) -> tuple[str, str]:
        """Those of a conversation: its provider's, and that of every conversation."""
        return f"{self._prefix}-{provider}", ALL if self._wanted else f"{self._prefix}-{ALL}"

    @property
    def limits(self) -> Mapping[str, int]:
        """Conversations at once in each lane."""
        otherwise = self._wanted or PROVIDER_CONCURRENCY
        limits = {
            self.of(name)[0]: provider.concurrency or otherwise
            for name, provider in self._config.providers.items()
        }
        return {**limits, self.of("")[1]: self._wanted or self._config.concurrency}


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
