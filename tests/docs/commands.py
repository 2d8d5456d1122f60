"""The commands of a document, run for real."""

from __future__ import annotations

import io
import os
import re
import shlex
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import pytest

from harness.cli import main
from tests.docs.blocks import ROOT
from tests.processes import COSTLY, without

WITHOUT = ("randomly", "socket", *COSTLY)
"""Plugins of our own tests that a user's project does not have."""
SERVING = "# serving until Ctrl-C"
PATIENCE = 300
"""Seconds for what takes one or two on a machine that does nothing else."""


def commands_in(text: str) -> Iterator[str]:
    """The commands of a shell block: its lines without comments."""
    for line in text.splitlines():
        command = line.partition(" #")[0].strip()
        if command and not command.startswith("#"):
            yield command


class Shell:
    """Runs commands in a folder.

    pytest and `harness` run inside this process, where they take a tenth of the time; what starts
    further processes runs in one of its own. Installing and the project's own make targets are
    not run, but held against the files that say what they are. `harness emulate` and
    `harness report serve` are stopped once they serve.
    """

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester = pytester

    def run(self, command: str, folder: Path, status: int = 0, *, in_shell: bool = False) -> str:
        """Run one; gives what it printed. Raises AssertionError for another exit status.

        `in_shell` says that the command needs a shell, for instance for a `*`.
        """
        words = shlex.split(command)
        if in_shell:
            words = []
        match words:
            case ["make", *targets]:
                return _named_in_makefile(targets)
            case ["pip", "install", package]:
                return _named_in_package(package)
            case ["harness", "emulate", *_] | ["harness", "report", "serve", *_]:
                return _served(command, folder)
            case ["pytest", *arguments] if "-n" not in arguments:
                found, said = self._pytest(arguments, folder)
            case ["harness", *arguments] if arguments[0] not in ("run", "demo"):
                found, said = _harness(arguments, folder)
            case _:
                found, said = _process(command, folder)
        assert found == status, f"'{command}' ended with {found}, expected {status}:\n{said}"
        return said

    def _pytest(self, arguments: list[str], folder: Path) -> tuple[int, str]:
        options = without(*WITHOUT).split()
        # The package is imported already, which pytest would warn of.
        options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
        with chdir(folder):
            result = self._pytester.runpytest_inprocess(*options, *arguments)
        return int(result.ret), f"{result.stdout}\n{result.stderr}".strip() + "\n"


def _harness(arguments: list[str], folder: Path) -> tuple[int, str]:
    said = io.StringIO()
    status = 0
    with (
        chdir(folder),
        patch.object(sys, "argv", ["harness", *arguments]),
        redirect_stdout(said),
        redirect_stderr(said),
    ):
        try:
            main()
        except SystemExit as ended:
            status = int(ended.code or 0)
    return status, said.getvalue()


def _process(command: str, folder: Path) -> tuple[int, str]:
    ended = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=_environment(),
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )
    return ended.returncode, ended.stdout


def _named_in_makefile(targets: list[str]) -> str:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    unknown = {*targets} - {*re.findall(r"^([\w-]+):", makefile, re.MULTILINE)}
    assert not unknown, f"the Makefile has no {', '.join(unknown)}"
    return ""


def _named_in_package(given: str) -> str:
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    match = re.fullmatch(r"([\w-]+)(?:\[([\w,-]+)\])?", given)
    assert match, f"'{given}' names no package"
    assert match[1] == package["name"], f"'{match[1]}' is not our package"
    unknown = {*(match[2] or "").split(",")} - {"", *package["optional-dependencies"]}
    assert not unknown, f"the package has no extra {', '.join(unknown)}"
    return ""


def _served(command: str, folder: Path) -> str:
    lines: list[str] = []
    with subprocess.Popen(
        ["bash", "-c", f"exec {command}"],
        cwd=folder,
        env=_environment(),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if line.strip() == SERVING:
                process.send_signal(signal.SIGINT)
    assert process.returncode == 0, f"'{command}' ended with {process.returncode}"
    assert lines[-1].strip() == SERVING, f"'{command}' did not serve"
    return "".join(lines)


def _environment() -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    here = str(Path(sys.executable).parent)
    return {
        **mine,
        "PATH": f"{here}{os.pathsep}{mine.get('PATH', '')}",
        "PYTEST_ADDOPTS": without(*WITHOUT),
        "PYTHONUNBUFFERED": "1",
    }
