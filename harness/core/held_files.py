"""The files of a project, some of which may be held back: changed for this process, not on disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from harness.core.atomic_file import write_durably


class Files:
    """Reads and writes files. While contents are held back, nothing is written to the disk."""

    def __init__(self) -> None:
        self._held: dict[Path, bytes] | None = None
        self._folders: dict[Path, Path] = {}
        """Folders, resolved; while contents are held back."""

    def read(self, path: Path) -> bytes:
        """The content of a file. Raises `OSError`."""
        if self._held:
            content = self._held.get(self._resolved(path))
            if content is not None:
                return content
        return path.read_bytes()

    def is_file(self, path: Path) -> bool:
        """Whether there is such a file."""
        return bool(self._held and self._resolved(path) in self._held) or path.is_file()

    def write(self, path: Path, content: bytes) -> None:
        """Replace a file, or hold its content back. Raises `OSError`."""
        if self._held is not None:
            self._held[self._resolved(path)] = content
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, content)

    @contextmanager
    def holding(self, contents: Mapping[Path, bytes]) -> Iterator[Mapping[Path, bytes]]:
        """Hold contents back, and all that is written meanwhile, which is given.

        Paths are resolved. For one thread at a time.
        """
        self._held = dict(contents)
        try:
            yield self._held
        finally:
            self._held = None
            self._folders.clear()

    def _resolved(self, path: Path) -> Path:
        """A path without links. To resolve the folder of each of 1,000 files takes 0.1 s."""
        if path.is_symlink():
            return path.resolve()
        folder = self._folders.get(path.parent)
        if folder is None:
            folder = self._folders[path.parent] = path.parent.resolve()
        return folder / path.name
