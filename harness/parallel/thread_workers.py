"""Tasks done ahead by threads, within the limits of what the tasks need."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Mapping
from concurrent.futures import Future
from typing import Generic, TypeVar

from harness.core import Interrupted

Task = TypeVar("Task", bound=Hashable)
Result = TypeVar("Result")

STOP_SECONDS = 0.8
"""What stopping may take, closing steps included; Ctrl-C shall end within a second."""


class ThreadWorkers(Generic[Task, Result]):
    """Do every task once, in the order given as far as the limits allow. `Workers`."""

    def __init__(
        self,
        work: Callable[[Task], Result],
        tasks: Iterable[Task],
        *,
        concurrency: int,
        limits: Mapping[str, int],
        lanes: Callable[[Task], tuple[str, ...]],
        following: Callable[[Task, Result], Iterable[Task]] | None = None,
    ) -> None:
        """`concurrency` is the number of threads.

        `lanes` are those of a task, which begins where all of them have room; `limits` are the
        tasks that each lane takes at once. `following` gives the tasks that the result of a task
        makes necessary; they are done next.
        """
        self._work = work
        self._following = following
        self._concurrency = concurrency
        self._waiting = deque(tasks)
        self._results: dict[Task, Future[Result]] = {task: Future() for task in self._waiting}
        self._limits = limits
        self._lanes = lanes
        self._running: Counter[str] = Counter()
        self._changed = threading.Condition()
        self._is_stopped = False
        self._threads: list[threading.Thread] = []
        self._busy = 0
        """Threads that have not ended."""
        with self._changed:
            self._start_threads(len(self._waiting))

    def result(self, task: Task, /) -> Result | None:
        """See `Workers`."""
        future = self._results.get(task)
        if future is None:
            return None
        try:
            return future.result()
        finally:
            if future.done():
                self._results.pop(task, None)

    def stop(self, seconds: float = STOP_SECONDS, /) -> None:
        """See `Workers`. What did not begin is then `Interrupted`."""
        with self._changed:
            self._is_stopped = True
            dropped = list(self._waiting)
            self._waiting.clear()
            self._changed.notify_all()
        for task in dropped:
            error = Interrupted("interrupted", "the run was stopped before this conversation began")
            self._results[task].set_exception(error)
        until = time.monotonic() + seconds
        for thread in tuple(self._threads):
            thread.join(max(0.0, until - time.monotonic()))

    def _do_tasks(self) -> None:
        while (task := self._next()) is not None:
            future = self._results[task]
            try:
                result = self._work(task)
                # First: whoever gets the result may ask for what follows.
                self._add_following(task, result)
                future.set_result(result)
            except BaseException as error:  # noqa: BLE001  # whoever asks for the result gets it
                future.set_exception(error)
            finally:
                with self._changed:
                    self._running.subtract(self._lanes(task))
                    self._changed.notify_all()

    def _add_following(self, task: Task, result: Result) -> None:
        further = tuple(self._following(task, result)) if self._following is not None else ()
        with self._changed:
            if self._is_stopped or not further:
                return
            self._results.update((one, Future()) for one in further)
            self._waiting.extendleft(reversed(further))
            # This thread takes one of them.
            self._start_threads(len(further) - 1)
            self._changed.notify_all()

    def _start_threads(self, most: int) -> None:
        """Start at most so many threads; called with the lock."""
        for _ in range(min(most, self._concurrency - self._busy)):
            name = f"worker-{len(self._threads) + 1}"
            thread = threading.Thread(target=self._do_tasks, name=name, daemon=True)
            self._threads.append(thread)
            self._busy += 1
            thread.start()

    def _next(self) -> Task | None:
        with self._changed:
            while not self._is_stopped and self._waiting:
                for index, task in enumerate(self._waiting):
                    lanes = self._lanes(task)
                    if all(self._running[lane] < self._limits.get(lane, 1) for lane in lanes):
                        del self._waiting[index]
                        self._running.update(lanes)
                        return task
                self._changed.wait()
            self._busy -= 1
            return None
