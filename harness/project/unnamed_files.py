"""What a file may mean to scenarios if neither they nor harness.yaml name it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import Enum, auto
from fnmatch import fnmatchcase
from pathlib import Path

from harness.config import Config

ENVIRONMENT = ".env"
CONFTEST = "conftest.py"
_OF_PYTEST = ("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "setup.cfg")
_OF_PACKAGES = (
    *("pyproject.toml", "setup.py", "requirements*.txt", "requirements*.in", "constraints*.txt"),
    *("*.lock", "Pipfile", "pylock*.toml", "uv.toml", "environment*.yml", "environment*.yaml"),
)
_UNREAD = (
    *("*.md", "*.rst", "*.adoc", "*.html", "*.css", "*.pdf", "*.svg", "*.png", "*.jpg", "*.jpeg"),
    *("*.gif", "*.webp", "*.ico", "LICENSE*", "CODEOWNERS", "Makefile", "Dockerfile"),
    *("test_*.py", "*_test.py", "*.pyc", "history.sqlite*"),
)
"""Documentation, pictures, modules of tests, which are not imported, and the history of runs."""
_PACKAGE = Path(__file__).parents[1]


class Meaning(Enum):
    """Which scenarios a file may touch."""

    EVERYTHING = auto()
    OF_PYTHON = auto()
    """Those in which Python code of the project takes part, which may read any file."""
    NOTHING = auto()


def meaning_of(
    file: Path, config: Config, outputs: Sequence[Path] = (), *, is_of_pytest: bool = True
) -> Meaning:
    """What a changed file may mean. `outputs` are folders that runs write to.

    Without pytest, its settings, conftest.py and requirements have no effect.
    """
    root = config.root
    if any(file.is_relative_to(folder) for folder in outputs):
        return Meaning.NOTHING
    if file == root / ENVIRONMENT or file.is_relative_to(_PACKAGE):
        return Meaning.EVERYTHING
    if _is_of_pytest(file, root):
        return Meaning.EVERYTHING if is_of_pytest else Meaning.NOTHING
    if _is_one_of(file, _UNREAD) or _is_hidden(file, root):
        return Meaning.NOTHING
    return Meaning.EVERYTHING if is_of_pytest and _has_conftest(config) else Meaning.OF_PYTHON


def _is_of_pytest(file: Path, root: Path) -> bool:
    """Whether a file decides how pytest runs, or which packages are installed."""
    is_inside, is_above = file.is_relative_to(root), root.is_relative_to(file.parent)
    if file.name == CONFTEST:
        return is_inside or is_above
    return is_above and _is_one_of(file, (*_OF_PYTEST, *_OF_PACKAGES))


def _is_one_of(file: Path, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(file.name, pattern) for pattern in patterns)


def _is_hidden(file: Path, root: Path) -> bool:
    parts = Path(os.path.relpath(file, root)).parts
    return any(part.startswith(".") and part != os.pardir for part in parts)


def _has_conftest(config: Config) -> bool:
    """Whether a conftest.py, which may read any file, takes part in runs of the project."""
    above = (config.root, *config.root.parents)
    if any((folder / CONFTEST).is_file() for folder in above):
        return True
    return any(True for _ in config.scenarios.rglob(CONFTEST))
