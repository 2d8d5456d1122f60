from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.parallel.process_workers import ProcessWorkers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked there only")

COUNT = 40


def nothing() -> None:
    """Nothing is to be done before or after."""


def shared(
    work: Callable[[int], object],
    *,
    count: int = COUNT,
    processes: int = 2,
    begin: Callable[[], None] = nothing,
    end: Callable[[], None] = nothing,
) -> ProcessWorkers[int, object]:
    return ProcessWorkers(work, range(count), processes=processes, begin=begin, end=end)


def test_every_number_is_done_once_by_somebody(tmp_path):
    """Each number is told by a process or left to the caller, and none is done twice."""

    def work(number: int) -> int:
        with (tmp_path / str(number)).open("a") as file:
            file.write("x")
        return number * number

    sharing = shared(work)
    told = [sharing.result(number) for number in range(COUNT)]
    sharing.stop()

    left = [number for number, one in enumerate(told) if one is None]
    done = {int(file.name): file.read_text() for file in tmp_path.iterdir()}
    assert [one for one in told if one is not None] == [
        number * number for number in range(COUNT) if number not in left
    ]
    assert done == {number: "x" for number in range(COUNT) if number not in left}


def test_a_number_that_was_asked_for_before_is_the_callers():
    """Who asks twice does it by itself, and waits for nobody."""
    sharing = shared(lambda number: number)
    for number in range(COUNT):
        sharing.result(number)
    again = [sharing.result(number) for number in range(COUNT)]
    sharing.stop()

    assert again == [None] * COUNT


def test_who_asks_again_does_not_wait_for_what_others_are_at():
    """A number that was given, or left to the caller, is the caller's at once."""
    here = os.getpid()
    context = multiprocessing.get_context("fork")
    arrived, may_end = context.Semaphore(0), context.Semaphore(0)

    def work(number: int) -> int:
        if os.getpid() != here and number == 1:
            arrived.release()
            may_end.acquire(timeout=60)
        return number

    sharing = shared(work, count=2, processes=1)
    with ThreadPoolExecutor(1) as pool:
        try:
            assert arrived.acquire(timeout=30)
            given = sharing.result(0)
            again = pool.submit(sharing.result, 0).result(timeout=30)
        finally:
            may_end.release()
    sharing.stop()

    assert given == 0
    assert again is None


def test_the_others_do_some_of_it():
    """While one number is waited for, the others are done by the forked process and by this one."""
    here = os.getpid()
    # The child is at number 0 before it is asked for: it cannot be left to the caller.
    began = multiprocessing.get_context("fork").Semaphore(0)

    def work(number: int) -> int:
        if os.getpid() != here and number == 0:
            began.release()
        return os.getpid()

    sharing = shared(work, processes=1)
    assert began.acquire(timeout=30)
    told = {sharing.result(number) for number in range(COUNT)}
    sharing.stop()

    assert told - {here, None}


def test_a_process_that_dies_leaves_its_work_to_the_caller():
    """What a killed process was at comes out as None, and what it had not taken is done here."""
    here = os.getpid()

    def work(number: int) -> int:
        if os.getpid() != here:
            os._exit(1)
        return number

    sharing = shared(work)
    told = [sharing.result(number) for number in range(COUNT)]
    sharing.stop()

    assert [one for one in told if one is not None] == [
        number for number, one in enumerate(told) if one is not None
    ]
    assert told.count(None) >= 1


def test_stopping_early_ends_the_processes_and_lets_them_finish(tmp_path):
    """Nobody goes on after `stop`, and each process that began also ended in good order."""

    def note(word: str) -> Callable[[], None]:
        def touch() -> None:
            (tmp_path / f"{word}-{os.getpid()}").touch()

        return touch

    began = multiprocessing.get_context("fork").Semaphore(0)

    def begin() -> None:
        note("begin")()
        began.release()

    sharing = shared(lambda number: number, count=100_000, begin=begin, end=note("end"))
    for _ in range(2):
        assert began.acquire(timeout=30)
    sharing.result(0)
    sharing.stop()

    begun = {file.name.removeprefix("begin-") for file in tmp_path.glob("begin-*")}
    ended = {file.name.removeprefix("end-") for file in tmp_path.glob("end-*")}
    assert len(begun) == 2
    assert not multiprocessing.active_children()
    # One whose result nobody took ends where it sends it.
    assert ended <= begun


_WITH_A_THREAD = """
import threading
from harness.parallel.workers import can_fork
print(can_fork())
go = threading.Event()
thread = threading.Thread(target=go.wait)
thread.start()
print(can_fork())
go.set()
thread.join()
print(can_fork())
"""


def test_a_thread_forbids_it():
    """A process with a second thread is not forked, because a lock of that thread would stay."""
    # In a process of its own: tests before this one may have left a server's threads.
    told = subprocess.run(
        [sys.executable, "-c", _WITH_A_THREAD], check=True, capture_output=True, text=True
    )

    assert told.stdout.split() == ["True", "False", "True"]
