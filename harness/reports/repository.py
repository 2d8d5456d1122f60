"""Where files stand in the repository, as version control and CI name them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

ROOTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""Variables in which CI tells the repository's folder."""


class Repository:
    """Turns paths of results into paths from the top of the repository.

    Results name files from pytest's root folder, which may lie below that of the repository.
    """

    def __init__(
        self, environment: Mapping[str, str] = os.environ, here: Path | None = None
    ) -> None:
        self._here = (here or Path.cwd()).resolve()
        self._top = self._find_top(environment)
        self._base: Path | None = None

    def path(self, file: str) -> str:
        """With slashes; as it was given where the file lies outside the repository."""
        if self._base is None:
            self._base = self._find_base(file)
        whole = Path(os.path.normpath((self._base or self._here) / file))
        if whole.is_relative_to(self._top):
            return whole.relative_to(self._top).as_posix()
        return Path(file).as_posix()

    def _find_top(self, environment: Mapping[str, str]) -> Path:
        for name in ROOTS:
            if environment.get(name):
                told = Path(environment[name]).resolve()
                if self._here.is_relative_to(told):
                    return told
        folders = (self._here, *self._here.parents)
        return next((folder for folder in folders if (folder / ".git").exists()), self._here)

    def _find_base(self, file: str) -> Path | None:
        """The nearest folder above in which the file is; None where it is nowhere."""
        folders = (self._here, *self._here.parents)
        return next((folder for folder in folders if (folder / file).exists()), None)
