"""Conversations at once, over the processes of one run."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from harness.core.file_lock import FileLock

PAUSE = 0.01
"""Seconds between two looks for a free place."""


class Slots:
    """Places for conversations that processes share. Each process holds one at a time.

    A place is a locked file, which the system gives back when its process dies.
    """

    def __init__(self, folder: Path, counts: Mapping[str, int]) -> None:
        """`counts` are the places by name; a name without a count has room for everybody."""
        self._folder = folder
        self._counts = counts

    @contextmanager
    def taken(self, names: Iterable[str]) -> Iterator[None]:
        """Wait until there is room for a conversation that needs these places, and keep it."""
        with ExitStack() as stack:
            for name in names:
                if name in self._counts:
                    stack.enter_context(self._one(name, self._counts[name]))
            yield

    @contextmanager
    def _one(self, name: str, count: int) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        places = [FileLock(self._folder / f"{name}.{place}.place") for place in range(count)]
        while True:
            taken = next((place for place in places if place.take(wait=False)), None)
            if taken is not None:
                break
            time.sleep(PAUSE)
        try:
            yield
        finally:
            taken.release()
