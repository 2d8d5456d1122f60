"""Runs commands as whole processes: seconds on the wall clock and peak memory."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

_REPORTED = re.compile(r"^measured (\S+)$", re.MULTILINE)
PATIENCE = 900.0
"""Seconds after which a command is ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A process to measure."""

    arguments: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    """Beside the environment of this process."""
    proof: str = ""
    """What the output must hold: a run that did not do its work is no measurement."""
    forget: tuple[str, ...] = ()
    """Folders, below `folder`, that are removed before the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one process cost."""

    seconds: float
    """On the wall clock."""
    cpu_seconds: float
    """Of all processors together; less is lost here to whatever else the machine does."""
    mebibytes: float
    """Resident memory at its peak, of the process alone."""
    reported: float = 0.0
    """What the process measured itself, behind `measured ` in its output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One run of ours and, right after it, one of what stands beside it."""

    ours: Measured
    beside: Measured


class RunFailed(Exception):
    """A measured command did not do its work."""

    def __init__(self, command: Command, output: str) -> None:
        super().__init__(command, output)
        self.command = command
        self.output = output

    @property
    def reason(self) -> str:
        """In one line, without the paths of this machine."""
        lines = [line for line in self.output.splitlines() if line.strip()]
        return f"it did not end with '{self.command.proof}' but with: {lines[-1] if lines else ''}"

    def __str__(self) -> str:
        return f"{' '.join(self.command.arguments)}: {self.reason}\n{self.output[-2000:]}"


def measure(command: Command) -> Measured:
    """Run a command once. Raises `RunFailed` where it fails or gives no proof of its work."""
    for name in command.forget:
        shutil.rmtree(command.folder / name, ignore_errors=True)
    output = command.folder / ".bench-output.txt"
    with output.open("wb") as file:
        begun = time.perf_counter()
        process = subprocess.Popen(
            command.arguments,
            cwd=command.folder,
            env={**_environment(), **command.environment},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        watch = threading.Timer(PATIENCE, process.kill)
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        watch.cancel()
    # Told, because it was waited for behind its back.
    process.returncode = os.waitstatus_to_exitcode(status)
    text = output.read_text(errors="replace")
    if process.returncode != 0 or command.proof not in text:
        raise RunFailed(command, text)
    return Measured(
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        mebibytes=usage.ru_maxrss / 1024,
        reported=float(found[1]) if (found := _REPORTED.search(text)) else 0.0,
    )


def _environment() -> dict[str, str]:
    # Installed packages come with their bytecode. Where this variable is set, a package that is
    # installed in place would be compiled in every run.
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The middle of some numbers, and how far they lie apart."""

    middle: float
    least: float
    most: float


def spread(values: tuple[float, ...]) -> Spread:
    """Median, minimum and maximum."""
    return Spread(middle=median(values), least=min(values), most=max(values))


def seconds(measured: Measured) -> float:
    """On the wall clock."""
    return measured.seconds


def mebibytes(measured: Measured) -> float:
    """At the peak."""
    return measured.mebibytes


def reported(measured: Measured) -> float:
    """What it measured itself."""
    return measured.reported


Quantity = Callable[[Measured], float]


def cpu_loop() -> float:
    """Seconds that a fixed amount of work takes: what it varies by is the machine's noise."""
    begun = time.perf_counter()
    total = 0
    for number in range(5_000_000):
        total += number & 7
    return time.perf_counter() - begun
