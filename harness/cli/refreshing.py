"""Asks once before new recordings replace the old ones."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from harness.cli.consent import agrees
from harness.cli.echoing import echo
from harness.cli.processes import run_pytest
from harness.core.counted import counted
from harness.transport.journal import remove_older

PREFIX = ".refreshed-"
"""How the folder begins that keeps new recordings until somebody agreed."""


def asks() -> bool:
    """Whether there is somebody at a terminal to be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def run_and_ask(arguments: Sequence[str], cassettes: Path) -> int:
    """Run pytest, which shows what changed; then ask, and replace. Returns pytest's exit status.

    Until then new recordings stand in a folder beside the old ones, on the same file system, so
    that each replaces the old one in one step. Without consent they are deleted.
    """
    with _beside(cassettes) as holding:
        status = run_pytest([*arguments, "--harness-holding", str(holding)])
        found = sorted(holding.rglob("*.yaml"))
        if not found:
            return status
        if not agrees(f"Write {counted(len(found), 'new recording')}?"):
            echo("Nothing was written; the old recordings are as they were.")
            return status
        for file in found:
            target = cassettes / file.relative_to(holding)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
            remove_older(target)
        echo(f"{counted(len(found), 'recording')} written.")
        return status


@contextmanager
def _beside(cassettes: Path) -> Iterator[Path]:
    is_new = not cassettes.exists()
    cassettes.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix=PREFIX, dir=cassettes) as name:
            yield Path(name)
    finally:
        if is_new:
            with suppress(OSError):
                # Where nothing was written into it.
                cassettes.rmdir()
