"""Programs from npm, each installed once into the user's cache."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

NEEDED = "HARNESS_NEEDS_NPM"
"""Set in CI: there a missing program is an error, elsewhere a reason to skip."""


def program_path(package: str, version: str, program: str) -> Path | None:
    """A program of a package, which is installed if it is missing; None if it cannot be."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "conversation-harness" / f"{package.rpartition('/')[2]}-{version}"
    command = folder / "node_modules/.bin" / program
    if not command.exists():
        folder.mkdir(parents=True, exist_ok=True)
        install = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund"]
        subprocess.run([*install, f"{package}@{version}"], check=False, capture_output=True)
    return command if command.exists() else None


def required_program(package: str, version: str, program: str) -> Path:
    """The same; skips the test without it, or fails it where `NEEDED` is set."""
    found = program_path(package, version, program)
    if found is None:
        missing = (
            f"no {package} here; it needs npm and a network once: npm install {package}@{version}"
        )
        if os.environ.get(NEEDED):
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    return found
