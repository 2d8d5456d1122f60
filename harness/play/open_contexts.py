"""The contexts of the conversations that a run holds now, so that its end can interrupt them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from harness.core import Interrupted
from harness.play.context import ConversationContext


class OpenContexts:
    """Contexts that are in use. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[int, ConversationContext] = {}
        self._is_refusing = False

    @contextmanager
    def opened(self, context: ConversationContext) -> Iterator[ConversationContext]:
        """Use a context, whose transport is closed at the end. Raises `Interrupted` if refused."""
        with self._lock:
            if self._is_refusing:
                context.transport.close()
                raise Interrupted("interrupted", "the run was stopped")
            self._open[id(context)] = context
        try:
            yield context
        finally:
            with self._lock:
                del self._open[id(context)]
            context.transport.close()

    def refuse(self) -> None:
        """Open no further context."""
        with self._lock:
            self._is_refusing = True

    def close(self) -> None:
        """Close the transports of all that are in use, which interrupts their conversations."""
        with self._lock:
            contexts = tuple(self._open.values())
        for context in contexts:
            context.transport.close()
