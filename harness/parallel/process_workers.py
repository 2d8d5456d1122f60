"""Tasks done ahead by processes that are forked from this one, which does its share of them."""

from __future__ import annotations

import contextlib
import multiprocessing
import selectors
import warnings
from collections.abc import Callable, Hashable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import Generic, TypeVar

Task = TypeVar("Task", bound=Hashable)
Result = TypeVar("Result")

STOP_SECONDS = 5.0
"""How long a process may take for the task that it is at when it is told to stop."""
_TAKEN = 1


class ProcessWorkers(Generic[Task, Result]):
    """Do tasks in several processes, each task as a rule once. `Workers`.

    Every process takes the first task that nobody has taken. Results come back pickled; a process
    waits while nobody takes them. One that dies takes nothing with it but time: a task without a
    result is left to the caller.

    Not `concurrent.futures.ProcessPoolExecutor`, also with fork: for a replay of 1,000 scenarios it
    takes 11 % more processor time where nothing is cached, and 17 % more (8 % on the clock) where
    all is; medians of 7 and 9 pairs of runs. With ten scenarios to a task it takes 10 % more where
    all is cached. It takes results without bound, 20 MiB of them there, and its processes outlive
    one that is killed.
    """

    def __init__(
        self,
        work: Callable[[Task], Result | None],
        tasks: Sequence[Task],
        *,
        processes: int,
        begin: Callable[[], None],
        end: Callable[[], None],
    ) -> None:
        """`processes` are forked at once. Each calls `begin` first and `end` last.

        `work` gives None for a task that is left to the caller.
        """
        self._work = work
        self._tasks = tasks
        self._numbers = {task: number for number, task in enumerate(tasks)}
        self._context = multiprocessing.get_context("fork")
        # Not locked: where two take the same task, both do it, and one result is dropped.
        self._taken = self._context.RawArray("B", len(tasks))
        self._results: dict[int, Result | None] = {}
        self._open: list[Connection] = []
        # Made once: `multiprocessing.connection.wait` makes one each time, which costs 50 µs.
        self._selector = selectors.DefaultSelector()
        self._forked: list[ForkProcess] = []
        for _ in range(processes):
            self._fork(begin, end)

    def result(self, task: Task, /) -> Result | None:
        """See `Workers`."""
        # Once only: for what was asked for before, nobody sends a result again.
        number = self._numbers.pop(task, None)
        if number is None:
            return None
        if number in self._results:
            return self._results.pop(number)
        if not self._taken[number]:
            self._taken[number] = _TAKEN
            return None
        while True:
            self._receive(patience=0)
            if number in self._results:
                return self._results.pop(number)
            if not self._open:
                return None
            further = self._next(number)
            if further is None:
                self._receive(patience=None)
            else:
                # Better than to wait: another process is at it.
                self._results[further] = self._work(self._tasks[further])

    def stop(self, seconds: float = STOP_SECONDS, /) -> None:
        """See `Workers`. A process that takes longer is killed."""
        self._taken[:] = [_TAKEN] * len(self._tasks)
        self._selector.close()
        for connection in self._open:
            connection.close()
        self._open.clear()
        for process in self._forked:
            process.join(seconds)
            if process.is_alive():
                process.kill()
                process.join()
            process.close()
        self._forked.clear()

    def _fork(self, begin: Callable[[], None], end: Callable[[], None]) -> None:
        receiving, sending = self._context.Pipe(duplex=False)
        process = self._context.Process(
            target=self._do, args=(sending, (*self._open, receiving), begin, end), daemon=True
        )
        with warnings.catch_warnings():
            # Python warns of threads that libraries started in C; none of them is waited for.
            warnings.simplefilter("ignore", DeprecationWarning)
            process.start()
        sending.close()
        self._open.append(receiving)
        self._selector.register(receiving, selectors.EVENT_READ)
        self._forked.append(process)

    def _do(
        self,
        sending: Connection,
        others: Sequence[Connection],
        begin: Callable[[], None],
        end: Callable[[], None],
    ) -> None:
        """What a forked process does. Ends quietly where nobody listens any more."""
        for connection in others:
            # Else nobody would see that the process that forked this one is gone.
            connection.close()
        with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
            begin()
            number = -1
            while (found := self._next(number)) is not None:
                number = found
                sending.send((number, self._work(self._tasks[number])))
            end()

    def _next(self, number: int) -> int | None:
        """Take the next task that nobody has taken."""
        taken = self._taken
        for further in range(number + 1, len(taken)):
            if not taken[further]:
                taken[further] = _TAKEN
                return further
        return None

    def _receive(self, patience: float | None) -> None:
        """Take what was sent, waiting for something so many seconds; None waits for ever."""
        for key, _ in self._selector.select(patience):
            connection = key.fileobj
            assert isinstance(connection, Connection)  # noqa: S101  # nothing else is registered
            try:
                number, result = connection.recv()
            except EOFError:
                self._selector.unregister(connection)
                self._open.remove(connection)
                connection.close()
            else:
                self._results[number] = result
