"""A person at a terminal: types commands and answers, and keeps what the screen showed."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.processes import COSTLY, without

COLUMNS, ROWS = 100, 50
PATIENCE = 200
"""Seconds for what takes a few on a machine that does nothing else."""
_PROMPT = re.compile(r"(?:^|\n)\[(\d+)\]\$ $")
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()][AB0]|\r")
_KEPT = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR")


@dataclass
class Person:
    """Types in a shell in a pseudo-terminal."""

    folder: Path
    commands: int = 0
    answers: int = 0
    dead_ends: list[str] = field(default_factory=list)
    """Commands that ended with another status than a person expects, with what was shown."""
    seconds: float = 0.0
    """From the first prompt to the end."""
    sessions: dict[str, str] = field(default_factory=dict)
    """What the screen showed, by the name of the section."""
    _seen: str = ""
    _section: str = ""

    def __enter__(self) -> Self:
        main, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        environment |= {"PATH": path, "TERM": "dumb", "PS1": "[$?]$ ", "PS2": "> "}
        # Plugins of our own tests: one shuffles, the others take time.
        environment["PYTEST_ADDOPTS"] = without("randomly", *COSTLY)
        self._shell = subprocess.Popen(
            ["bash", "--norc", "--noprofile", "--noediting", "-i"],
            cwd=self.folder,
            env=environment,
            stdin=other,
            stdout=other,
            stderr=other,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509  # no threads yet
        )
        os.close(other)
        self._screen = main
        self._until(_PROMPT)
        self._began = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.monotonic() - self._began
        self._shell.send_signal(signal.SIGHUP)
        self._shell.wait()
        os.close(self._screen)

    def section(self, name: str) -> None:
        """Begin a part of the transcript."""
        self._section = name
        self.sessions[name] = ""

    def types(self, command: str, *answers: tuple[str, str], status: int = 0) -> str:
        """Type a command, and answer its questions; returns what was shown.

        Each answer is typed when its question is shown. `status` is what a person expects.
        """
        self.commands += 1
        shown = f"$ {self._type(command)}"
        for question, answer in answers:
            self.answers += 1
            shown += self._until(re.compile(re.escape(question) + r"(?:[^\n]*[^\n ])? $"))
            shown += self._type(answer)
        ended = self._until(_PROMPT)
        found = int(_PROMPT.search(ended)[1])
        shown += _PROMPT.sub(lambda match: "\n" if match.start() else "", ended)
        if found != status:
            self.dead_ends.append(f"{command} ended with {found}, expected {status}:\n{shown}")
        self.sessions[self._section] += shown
        return shown

    def watches(
        self, command: str, screen: str, *changes: tuple[Callable[[], object], str]
    ) -> None:
        """Type a command that runs until Ctrl-C, and make changes while it runs.

        `screen` is the end of its first screen; each change has the end of the screen after it.
        """
        self.commands += 1
        shown = f"$ {self._type(command)}"
        for change, end in ((lambda: None, screen), *changes):
            change()
            shown += self._until(re.compile(re.escape(end) + "\n$")) + "\n"
        os.write(self._screen, b"\x03")
        self._until(_PROMPT)
        self.sessions[self._section] += f"{shown.rstrip()}\n^C\n"

    def _type(self, line: str) -> str:
        """Type a line; returns its echo."""
        os.write(self._screen, f"{line}\n".encode())
        return self._until(re.compile("\n"), most=line.count("\n") + 1)

    def _until(self, pattern: re.Pattern[str], most: int = 0) -> str:
        """What is shown until the pattern is found; with `most`, that many lines."""
        deadline = time.monotonic() + PATIENCE
        while True:
            if most:
                lines = self._seen.split("\n", most)
                if len(lines) > most:
                    self._seen = lines[most]
                    return "\n".join(lines[:most]) + "\n"
            elif pattern.search(self._seen):
                seen, self._seen = self._seen, ""
                return seen
            assert not _PROMPT.search(self._seen), f"{pattern.pattern!r}: {self._seen}"
            ready, _, _ = select.select([self._screen], [], [], deadline - time.monotonic())
            assert ready, f"{pattern.pattern!r} was not shown:\n{self._seen}"
            read = os.read(self._screen, 65536).decode("utf-8", "replace")
            self._seen += _CONTROL.sub("", read)
