"""A line at the foot of the terminal that shows how far a run is."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from harness.reports.run_events import (
    Event,
    PlayBegan,
    PlayEnded,
    PlayingBegan,
    PlayingEnded,
    PlaysAdded,
)

EVERY = 0.25
"""Seconds between two updates."""
_TERMINAL = "/dev/tty"
_SAVE, _RESTORE, _ERASE = "\x1b7", "\x1b8", "\x1b[2K"


class Progress:
    """Counts the conversations that threads hold, and shows the line."""

    def __init__(self, mode: str, *, is_shown: bool) -> None:
        """`is_shown` says whether the terminal is there to show it."""
        self._mode = mode
        self._is_shown = is_shown
        self._lock = threading.Lock()
        self._total = self._begun = self._done = self._turns = 0
        self._started = 0.0
        self._foot: Foot | None = None

    def listen(self, event: Event) -> None:
        """Count what threads do, and show it while they do it."""
        match event:
            case PlayingBegan(plays=plays):
                self._total, self._started = plays, time.monotonic()
                if self._is_shown:
                    self._foot = _opened_foot(lambda: self.line(time.monotonic() - self._started))
            case PlaysAdded(plays=plays):
                with self._lock:
                    self._total += plays
            case PlayBegan():
                with self._lock:
                    self._begun += 1
            case PlayEnded(turns=turns):
                with self._lock:
                    self._done += 1
                    self._turns += turns
            case PlayingEnded() if self._foot is not None:
                self._foot.stop()
            case _:
                pass

    def line(self, seconds: float) -> str:
        """`live: 8 open, 12 of 40 done, 3.2 turns/s, 0:35 left`, after so many seconds."""
        with self._lock:
            begun, done, turns = self._begun, self._done, self._turns
        parts = [f"{begun - done} open", f"{done} of {self._total} done"]
        if done and seconds > 0:
            minutes, rest = divmod(round(seconds / done * (self._total - done)), 60)
            parts += [f"{turns / seconds:.1f} turns/s", f"{minutes}:{rest:02} left"]
        return f"{self._mode}: {', '.join(parts)}"


def is_allowed(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment is that of a person at a terminal that can show the line."""
    return not environment.get("CI") and environment.get("TERM", "dumb") != "dumb"


class Foot:
    """The last row of a terminal, kept apart from the rows above, which scroll without it.

    So whatever writes above need not know of it: pytest's own progress, and tests with `-s`.
    Source: DECSTBM, DECSC and DECRC of the VT100, which terminals on Linux and macOS know.
    """

    def __init__(self, terminal: int, text: Callable[[], str]) -> None:
        """`terminal` is a file descriptor; each drawing is one write to it."""
        self._terminal = terminal
        self._text = text
        self._size = os.terminal_size((0, 0))
        self._shown = ""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._draw_until_ended, name="progress", daemon=True)

    def start(self) -> None:
        """Take the last row."""
        self._draw()
        self._thread.start()

    def stop(self) -> None:
        """Give it back, and close the terminal."""
        self._ended.set()
        self._thread.join()
        if self._shown:
            rows = self._size.lines
            self._write(f"{_SAVE}\x1b[1;{rows}r\x1b[{rows};1H{_ERASE}{_RESTORE}")
        os.close(self._terminal)

    def _draw_until_ended(self) -> None:
        while not self._ended.wait(EVERY):
            self._draw()

    def _draw(self) -> None:
        size = _size_of(self._terminal)
        if size.lines < 3:  # noqa: PLR2004  # no room for a row of its own
            return
        before = ""
        if size != self._size:
            # Down first: where the cursor stands in the last row, all moves up by one. A line end
            # would do so as well, and lose the column.
            before = f"\x1bD{_SAVE}\x1b[1;{size.lines - 1}r{_RESTORE}\x1b[1A"
            self._size = size
        text = self._text()[: size.columns - 1]
        if before or text != self._shown:
            self._shown = text
            self._write(f"{before}{_SAVE}\x1b[{size.lines};1H{_ERASE}{text}{_RESTORE}")

    def _write(self, text: str) -> None:
        # The terminal may be closed; the run goes on.
        with suppress(OSError):
            os.write(self._terminal, text.encode())


def _opened_foot(text: Callable[[], str]) -> Foot | None:
    """The foot of this process's terminal, which shows the text; None where it has none."""
    try:
        terminal = os.open(_TERMINAL, os.O_WRONLY | getattr(os, "O_NOCTTY", 0))
    except OSError:
        return None
    foot = Foot(terminal, text)
    foot.start()
    return foot


def _size_of(terminal: int) -> os.terminal_size:
    try:
        return os.get_terminal_size(terminal)
    except OSError:
        return shutil.get_terminal_size()
