"""The files and folders that were there before a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path


class KnownFiles:
    """Tells a deleted file from one that existed only while an editor wrote another one."""

    def __init__(self, below: Iterable[Path], directly: Iterable[Path] = ()) -> None:
        """Those there are now: `below` some folders, and in others, not in the folders there."""
        self._folders: set[Path] = set()
        self._files: set[Path] = set()
        for folder in below:
            self._files.update(self._inside(folder))
        for folder in directly:
            self._files.update(path for path in folder.glob("*") if path.is_file())

    def followed(self, changed: Iterable[Path]) -> tuple[frozenset[Path], bool]:
        """The changed files, those in new folders too, and whether a folder has gone."""
        files: set[Path] = set()
        is_folder_gone = False
        for path in changed:
            if path.is_dir():
                if path not in self._folders:
                    files.update(self._inside(path))
            elif path.exists():
                files.add(path)
            elif path in self._folders:
                is_folder_gone = True
                self._folders.discard(path)
                files.add(path)
            elif path in self._files:
                self._files.discard(path)
                files.add(path)
        self._files.update(path for path in files if path.exists())
        return frozenset(files), is_folder_gone

    def _inside(self, folder: Path) -> Iterator[Path]:
        if folder.is_dir():
            self._folders.add(folder)
        for path in folder.rglob("*"):
            if path.is_dir():
                self._folders.add(path)
            else:
                yield path
