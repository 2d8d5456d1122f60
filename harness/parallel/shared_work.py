"""Shares the tasks of a command among processes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TypeVar

from harness.parallel.process_workers import ProcessWorkers
from harness.parallel.workers import MOST, can_fork, processors

Task = TypeVar("Task", bound=Hashable)
Result = TypeVar("Result")

LEAST = 20
"""Tasks of a long command from which on processes share them."""


def shared_work(
    work: Callable[[Task], Result], tasks: Sequence[Task], wanted: int | None
) -> Iterator[Result]:
    """The result of every task, in order.

    `wanted` is how many processes do them, this one included; None if nobody said so.
    """
    further = 0
    if can_fork() and (wanted or len(tasks) >= LEAST):
        further = (wanted or min(processors(), MOST)) - 1
    if not further:
        yield from map(work, tasks)
        return
    workers = ProcessWorkers(work, tasks, processes=further, begin=_nothing, end=_nothing)
    try:
        for task in tasks:
            ahead = workers.result(task)
            yield ahead if ahead is not None else work(task)
    finally:
        workers.stop()


def _nothing() -> None:
    """What there is to do before and after a process's work."""
