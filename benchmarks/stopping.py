"""Measures how long a run takes to stop: `python -m benchmarks.stopping`.

Conversations wait for a reply at a server on loopback when the signal comes. Each of them has a
session open, which its definition closes. A row is a command, a signal and a number of workers of
pytest-xdist; 0 stands for none.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.workload import ADDRESS_VARIABLE, write_project

PATIENCE = 60.0
"""Seconds after which a run that does not come so far, or does not end, is given up."""
LIMIT = 1.5
"""Seconds in which everything that was opened is closed."""
SETTLE = 0.3
"""Seconds between the last request before the signal and the signal."""
_PYTEST = (sys.executable, "-m", "pytest", "-p", "no:randomly", "-q", "scenarios")
_LIVE = ("--harness-mode=live", "--harness-concurrency=100")
_HARNESS = (sys.executable, "-c", "from harness.cli import main; main()", "run", "scenarios")
COMMANDS = {
    "harness run": (*_HARNESS, "--mode=live", "--concurrency=100"),
    "pytest": (*_PYTEST, *_LIVE),
}
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(slots=True)
class Desk:
    """A server that opens and closes sessions at once, and answers no message."""

    port: int = 0
    opened: int = 0
    waiting: int = 0
    """Messages that came."""
    closed: list[float] = field(default_factory=list)
    """When each session was closed, by the monotonic clock."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take the requests of one connection."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = re.search(rb"(?i)content-length: *(\d+)", head)
                await reader.readexactly(int(length[1]) if length else 0)
                if head.startswith(b"DELETE"):
                    self.closed.append(time.monotonic())
                    writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
                elif b"/messages " in head.partition(b"\r\n")[0]:
                    self.waiting += 1
                    await reader.read()
                    return
                else:
                    self.opened += 1
                    body = b'{"session_id": "s-%d"}' % self.opened
                    writer.write(
                        b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
                        b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
                    )
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """What came of one run, in seconds from the signal."""

    closed: float
    """Until the server had seen every close request."""
    ended: float
    """Until the process had ended."""


@contextmanager
def serving() -> Iterator[Desk]:
    """A running desk."""
    desk, started = Desk(), threading.Event()
    loop = asyncio.new_event_loop()

    async def begin() -> None:
        server = await asyncio.start_server(desk.serve, "127.0.0.1", 0)
        desk.port = server.sockets[0].getsockname()[1]
        started.set()

    def run() -> None:
        loop.run_until_complete(begin())
        loop.run_forever()

    threading.Thread(target=run, daemon=True).start()
    started.wait()
    try:
        yield desk
    finally:
        loop.call_soon_threadsafe(loop.stop)


def stop_once(
    command: tuple[str, ...], number: signal.Signals, conversations: int, project: Path
) -> Stopped:
    """Start a run, send its main process the signal when so many conversations wait.

    Raises `SystemExit` where it does not come so far, or a session stays open.
    """
    with serving() as desk:
        environment = {**os.environ, ADDRESS_VARIABLE: f"http://127.0.0.1:{desk.port}"}
        with subprocess.Popen(
            command,
            cwd=project,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process:
            try:
                _wait_for(desk, conversations)
                sent = time.monotonic()
                process.send_signal(number)
                process.wait(PATIENCE)
                ended = time.monotonic()
            finally:
                process.kill()
    if len(desk.closed) < desk.opened:
        sys.exit(f"{desk.opened - len(desk.closed)} of {desk.opened} sessions stayed open")
    return Stopped(closed=max(desk.closed) - sent, ended=ended - sent)


def _wait_for(desk: Desk, conversations: int) -> None:
    until = time.monotonic() + PATIENCE
    while desk.waiting < conversations:
        if time.monotonic() > until:
            sys.exit(f"only {desk.waiting} of {conversations} conversations began")
        time.sleep(0.01)
    time.sleep(SETTLE)


def main() -> None:
    """Print a row for each command, signal and number of workers."""
    parser = argparse.ArgumentParser(description="Measure how long a run takes to stop.")
    parser.add_argument("--conversations", type=int, default=20, help="that wait without xdist")
    parser.add_argument("--runs", type=int, default=3, help="of each row")
    options = parser.parse_args()
    sys.stdout.write("| process | signal | workers | all closed | ended |\n|---|---|---|---|---|\n")
    is_late = False
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        write_project(project, options.conversations)
        for workers in (0, 1, 2):
            for name, arguments in COMMANDS.items():
                command = (*arguments, "-n", str(workers)) if workers else arguments
                # Each worker of xdist holds one conversation at a time.
                waiting = workers or options.conversations
                for number in SIGNALS:
                    runs = [
                        stop_once(command, number, waiting, project) for _ in range(options.runs)
                    ]
                    closed, ended = [one.closed for one in runs], [one.ended for one in runs]
                    is_late |= max(closed) > LIMIT
                    shown = " | ".join(map(_shown, (closed, ended)))
                    sys.stdout.write(f"| {name} | {number.name} | {workers} | {shown} |\n")
                    sys.stdout.flush()
    if is_late:
        sys.exit(f"a session was still open after {LIMIT} s")


def _shown(seconds: list[float]) -> str:
    return f"{median(seconds):.2f} s, at most {max(seconds):.2f} s"


if __name__ == "__main__":
    main()
