"""Looks for late messages while a person types."""

from __future__ import annotations

import threading
from collections.abc import Callable

from harness.authoring.chatting.manual_chat import ManualChat
from harness.conversation import ReplyMessage, Turn
from harness.core import PlayError

LONGEST = 60.0
"""Seconds after a reply in which late messages are looked for."""

ShowsLate = Callable[[ReplyMessage, float], None]
"""Gets a late message, and the seconds after the reply."""


def wait_for_late(
    chat: ManualChat, seconds: float, shows: ShowsLate, stopped: threading.Event | None = None
) -> int:
    """Wait until so many seconds after the last reply; the number of messages that came.

    Setting `stopped` ends it after the current look. Raises `PlayError`.
    """
    turn, said = chat.last, chat.turns[-1] if chat.turns else None
    if turn is None or turn.reply is None:
        return 0
    first = known = len(turn.reply.messages)

    def left(so_far: Turn, passed: float) -> float:
        nonlocal known
        assert so_far.reply is not None  # noqa: S101  # it had one
        for message in so_far.reply.messages[known:]:
            known += 1
            if said is not None:
                said.late = passed
            shows(message, passed)
        is_stopped = stopped is not None and stopped.is_set()
        return 0.0 if is_stopped else max(0.0, seconds - passed)

    chat.wait(left)
    return known - first


class LateWatch:
    """Looks for late messages in a thread of its own, until the next message is said."""

    def __init__(self, chat: ManualChat, shows: ShowsLate) -> None:
        self._chat = chat
        self._shows = shows
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._error: PlayError | None = None

    def start(self) -> None:
        """Begin to look."""
        self._stopped.clear()
        self._thread = threading.Thread(target=self._look, daemon=True, name="late messages")
        self._thread.start()

    def stop(self) -> PlayError | None:
        """Stop looking, once the current look has ended; the error that ended it before."""
        if self._thread is not None:
            self._stopped.set()
            # Ctrl-C may interrupt this; the thread is then still known.
            self._thread.join()
            self._thread = None
        error, self._error = self._error, None
        return error

    def _look(self) -> None:
        try:
            wait_for_late(self._chat, LONGEST, self._shows, self._stopped)
        except PlayError as error:
            self._error = error
