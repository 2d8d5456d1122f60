"""Our commands: what a user types, in the generated projects."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.measuring import Command, measure
from benchmarks.serving import bench_server
from benchmarks.workload import (
    ADDRESS_VARIABLE,
    HERE,
    Checks,
    digest_of,
    kept_folder,
    write_project,
)

PYTEST = (
    sys.executable,
    "-m",
    "pytest",
    "-q",
    "-p",
    "no:randomly",
    "-p",
    "no:rerunfailures",
    "-p",
    "no:flaky",
)
"""How pytest is started, ours and the floors alike: the same plugins are loaded."""

CACHE = ".pytest_cache"


def recorded_project(conversations: int, checks: Checks = Checks.TWO) -> Path:
    """A project with the recording of each of its scenarios, made through our own recorder."""
    name = "recorded" if checks is Checks.TWO else f"recorded-{checks.value}"
    return kept_folder(
        f"{name}-{conversations}", _source(), lambda root: _record(root, conversations, checks)
    )


def plain_project(conversations: int) -> Path:
    """A project without recordings."""
    return kept_folder(
        f"plain-{conversations}", _source(), lambda root: write_project(root, conversations)
    )


def replay(project: Path, conversations: int, *, is_cached: bool) -> Command:
    """Play all scenarios from their recordings."""
    return Command(
        arguments=(*PYTEST, "scenarios", "--harness-mode=replay"),
        folder=project,
        proof=f"{conversations} passed",
        forget=() if is_cached else (CACHE,),
    )


def with_options(command: Command, *options: str) -> Command:
    """The same command with further options of pytest. What it writes is removed before."""
    return replace(
        command, arguments=(*command.arguments, *options), forget=(*command.forget, "reports")
    )


def live(
    project: Path, conversations: int, address: str, concurrency: int, *, is_cached: bool
) -> Command:
    """Hold all conversations with a server."""
    wanted = ("--harness-mode=live", f"--harness-concurrency={concurrency}")
    return Command(
        arguments=(*PYTEST, "scenarios", *wanted),
        folder=project,
        environment={ADDRESS_VARIABLE: address},
        proof=f"{conversations} passed",
        forget=() if is_cached else (CACHE,),
    )


def collect(project: Path, conversations: int, *, is_cached: bool) -> Command:
    """Only collect."""
    return Command(
        arguments=(*PYTEST, "scenarios", "--collect-only"),
        folder=project,
        proof=f"{conversations} tests collected",
        forget=() if is_cached else (CACHE,),
    )


def _record(root: Path, conversations: int, checks: Checks) -> None:
    write_project(root, conversations, checks)
    with bench_server() as address:
        measure(
            Command(
                arguments=(*PYTEST, "scenarios", "--harness-mode=refresh"),
                folder=root,
                environment={ADDRESS_VARIABLE: address},
                proof=f"{conversations} passed",
                forget=(CACHE,),
            )
        )


def _source() -> str:
    # A recording depends on the recorder; making it anew takes seconds.
    return digest_of(HERE, HERE.parent / "harness")
