"""What comes once for each run and provider, before its first conversation."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from harness.engine.line import Line
from harness.providers.session import Prepared, Session

Key = tuple[str, str, str]
"""Provider, credentials, and whether it is live or recorded."""


def prepare_on(line: Line) -> Prepared:
    """Prepare over a line to the server; tells which secrets were captured and given."""
    prepared = Session(line.provider, line.wire, seed=line.seed, know=line.know).prepare()
    # What an answer gives under a telling name is learned from it.
    line.redact(prepared.exchanges)
    return replace(prepared, secrets=dict(line.redactor.learned))


class Preparing:
    """Prepares each provider once, when the first conversation needs it. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[Key, threading.Lock] = {}
        self._done: dict[Key, Prepared] = {}

    def once(self, key: Key, prepare: Callable[[], Prepared]) -> Prepared:
        """The outcome of preparing, from the first caller's `prepare`.

        A failed preparation is kept as well: it would fail again for every conversation.
        """
        with self._lock:
            mine = self._locks.setdefault(key, threading.Lock())
        with mine:
            if key not in self._done:
                self._done[key] = prepare()
            return self._done[key]
