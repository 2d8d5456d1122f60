"""What every new project has, and how its files are written: none that exists is replaced."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from harness.core import ConfigurationError, Problem

GITIGNORE = """\
# Secrets, reports, caches, and files of recordings that are not finished
.env
/reports/
.pytest_cache/
__pycache__/
.*.yaml.journal
.*.yaml.journal.old
.*.yaml.lock
.*.tmp
.refreshed-*/
"""


def write_new_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files below a folder, by their paths. Raises `ConfigurationError`."""
    try:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="") as file:
                file.write(content)
    except OSError as error:
        raise not_written(error, folder) from error


def not_written(error: OSError, path: Path) -> ConfigurationError:
    """For a file that cannot be written; `path` if the error does not name it."""
    message = f"it cannot be written: {error.strerror}"
    where = str(error.filename or path)
    return ConfigurationError(Problem(code="not-written", message=message, where=where))
