"""Packages that nobody here wrote, installed once into the user's cache.

They are clients and tools that tests use and that users of the harness do not need.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def npm_folder(*packages: str) -> Path | None:
    """A folder whose `node_modules` has packages such as `allure@3.18.0`.

    None where npm is missing, or cannot install them.
    """
    npm = shutil.which("npm")
    if npm is None:
        return None
    folder = _folder(packages)
    install = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", *packages]
    return _installed(folder, install)


def pypi_folder(*packages: str) -> Path | None:
    """A folder for `PYTHONPATH` with packages such as `a2a-sdk==0.3.22`; None without them."""
    folder = _folder((f"python{sys.version_info[0]}.{sys.version_info[1]}", *packages))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return _installed(folder, [*pip, "--target", str(folder), *packages])


def _folder(packages: Sequence[str]) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = "+".join(packages).replace("/", "-").replace("==", "-").replace("@", "-").strip("-")
    return cache / "conversation-harness" / name


def _installed(folder: Path, command: Sequence[str]) -> Path | None:
    """The folder, where everything was installed in it; half of it does not count."""
    done = folder / ".installed"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        if subprocess.run(command, check=False, capture_output=True).returncode:
            return None
        done.touch()
    return folder
