"""Packages from npm, each installed once into the user's cache."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

NEEDED = "HARNESS_NEEDS_NPM"
"""Set in CI: there a missing package is an error, elsewhere a reason to skip."""


def package_folder(*packages: str) -> Path | None:
    """A folder whose `node_modules` has packages such as `allure@3.18.0`; None without them."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    names = (package.rpartition("/")[2].replace("@", "-") for package in packages)
    folder = cache / "conversation-harness" / "+".join(names)
    done = folder / ".installed"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        install = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", *packages]
        if subprocess.run(install, check=False, capture_output=True).returncode:
            return None
        done.touch()
    return folder


def required_folder(*packages: str) -> Path:
    """A folder with packages; skips the test without them, or fails it where `NEEDED` is set."""
    found = package_folder(*packages)
    if found is None:
        missing = f"it needs npm and a network once: npm install {' '.join(packages)}"
        if os.environ.get(NEEDED):
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    return found


def required_program(package: str, version: str, program: str) -> Path:
    """A program of a package; skips the test without it, or fails it where `NEEDED` is set."""
    return required_folder(f"{package}@{version}") / "node_modules/.bin" / program
