"""Environments of the peers, each of its own, below the work area; versions are pinned here."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.workload import kept_folder

RECORDING = ("pytest==9.2.0", "pytest-recording==0.14.1", "vcrpy==9.4.2", "httpx==0.28.1")
TAVERN = ("tavern==3.7.1", "pytest==9.1.1")
"""Tavern 3.7.1 imports `_pytest.python_api`, which pytest 9.2 no longer has."""
PROMPTFOO = "promptfoo@0.121.20"

_TIMEOUT = 900.0
"""Seconds for one installation."""


class NotInstalled(Exception):
    """A peer cannot be installed here; the text says why."""


def python_with(name: str, requirements: tuple[str, ...]) -> str:
    """The interpreter of an environment with these packages; installed where it is missing."""
    python = _environment(name) / "bin" / "python"
    done = python.parent.parent / ".installed"
    wanted = "\n".join(requirements)
    if done.is_file() and done.read_text() == wanted:
        return str(python)
    shutil.rmtree(python.parent.parent, ignore_errors=True)
    _call(sys.executable, "-m", "venv", str(python.parent.parent))
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    _call(str(python), *pip, *requirements)
    done.write_text(wanted)
    return str(python)


def promptfoo() -> str:
    """The promptfoo program; installed where it is missing."""
    if shutil.which("npm") is None:
        raise NotInstalled("npm is not on this machine")

    def make(folder: Path) -> None:
        (folder / "package.json").write_text('{"private": true}\n')
        _call("npm", "install", "--no-audit", "--no-fund", PROMPTFOO, folder=folder)

    return str(kept_folder("peers/promptfoo", PROMPTFOO, make) / "node_modules/.bin/promptfoo")


def _environment(name: str) -> Path:
    # A virtual environment cannot be moved, so it is made in its place.
    return Path(__file__).parent / ".work" / "venvs" / name


def _call(*command: str, folder: Path | None = None) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalled(f"{command[0]}: {error}") from error
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or ["no output"]
        raise NotInstalled(lines[-1])
