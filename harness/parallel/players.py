"""Plays conversations ahead in worker threads, within the limits of their providers."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass

from harness.core.errors import Interrupted
from harness.play.result import ScenarioResult
from harness.project.plan import Play

Run = Callable[[Play], ScenarioResult]
Lanes = Callable[[Play], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the players are."""

    total: int
    open: int
    """Plays that are going on."""
    done: int
    turns: int
    """Of the plays that are done."""


class Players:
    """Plays every given play once, in the order given as far as the limits allow.

    Results wait until they are asked for, so whoever asks gets them in an order of its own.
    """

    def __init__(
        self,
        run: Run,
        plays: Iterable[Play],
        *,
        concurrency: int,
        limits: Mapping[str, int],
        lanes: Lanes = lambda play: (play.provider,),
    ) -> None:
        """`limits` are the conversations that each lane takes at once.

        `lanes` are those of a play, such as its provider's: it begins where all have room.
        """
        self._run = run
        self._waiting = deque(plays)
        self._results: dict[Play, Future[ScenarioResult]] = {p: Future() for p in self._waiting}
        self._limits = limits
        self._lanes = lanes
        self._open = 0
        self._running: Counter[str] = Counter()
        self._changed = threading.Condition()
        self._is_stopped = False
        self._total = len(self._waiting)
        self._done = 0
        self._turns = 0
        count = min(concurrency, len(self._waiting))
        self._threads = [
            threading.Thread(target=self._work, name=f"player-{number}", daemon=True)
            for number in range(1, count + 1)
        ]

    def start(self) -> None:
        """Begin to play."""
        for thread in self._threads:
            thread.start()

    def has(self, play: Play) -> bool:
        """Whether a play was given."""
        return play in self._results

    def result(self, play: Play) -> ScenarioResult:
        """Wait for a play's result; it is given once. Raises what `run` raised."""
        future = self._results[play]
        try:
            return future.result()
        finally:
            if future.done():
                self._results.pop(play, None)

    def progress(self) -> Progress:
        """How far they are now."""
        with self._changed:
            return Progress(
                total=self._total,
                open=self._open,
                done=self._done,
                turns=self._turns,
            )

    def stop(self, seconds: float) -> None:
        """Begin no further play, and wait at most so long for those that are going on."""
        with self._changed:
            self._is_stopped = True
            dropped = list(self._waiting)
            self._waiting.clear()
            self._changed.notify_all()
        for play in dropped:
            error = Interrupted("interrupted", "the run was stopped before this conversation began")
            self._results[play].set_exception(error)
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        while (play := self._next()) is not None:
            future = self._results[play]
            turns = 0
            try:
                result = self._run(play)
                turns = len(result.transcript.turns)
                future.set_result(result)
            except BaseException as error:  # noqa: BLE001  # whoever asks for the result gets it
                future.set_exception(error)
            finally:
                with self._changed:
                    self._running.subtract(self._lanes(play))
                    self._open -= 1
                    self._done += 1
                    self._turns += turns
                    self._changed.notify_all()

    def _next(self) -> Play | None:
        with self._changed:
            while not self._is_stopped and self._waiting:
                for index, play in enumerate(self._waiting):
                    lanes = self._lanes(play)
                    if all(self._running[lane] < self._limits.get(lane, 1) for lane in lanes):
                        del self._waiting[index]
                        self._running.update(lanes)
                        self._open += 1
                        return play
                self._changed.wait()
            return None
