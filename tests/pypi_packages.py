"""Packages from PyPI that cannot be in one environment, each installed into the user's cache."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

NEEDED = "HARNESS_NEEDS_PYPI"
"""Set in CI: there a missing package is an error, elsewhere a reason to skip."""


def required_path(package: str) -> Path:
    """What `PYTHONPATH` needs for a package such as `a2a-sdk==1.3.0`, which is installed once.

    Skips the test without it, or fails it where `NEEDED` is set.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    folder = cache / "conversation-harness" / f"{package.replace('==', '-')}-{version}"
    done = folder / ".installed"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--upgrade"]
        command = [*pip, "--target", str(folder), package]
        if subprocess.run(command, check=False, capture_output=True).returncode:
            missing = f"it needs pip and a network once: pip install {package}"
            if os.environ.get(NEEDED):
                pytest.fail(missing, pytrace=False)
            pytest.skip(missing)
        done.touch()
    return folder
