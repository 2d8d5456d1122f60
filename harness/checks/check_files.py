"""The files of a project that checks read: next to a scenario, or in the folder of schemas."""

from __future__ import annotations

from pathlib import Path

from harness.core import AuthoringError, Json
from harness.core.held_files import Files
from harness.formats.json_schema.json_file import json_from
from harness.formats.yaml import read

TEXTS = (".md", ".txt")
"""Endings of files that are one text."""


class UnreadableFile(ValueError):
    """A file cannot be read. The text says why, without the name of the file."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.hint = hint


class CheckFiles:
    """The files of one project that checks name; each is read once. Safe for threads."""

    def __init__(self, root: Path, schemas: Path, files: Files | None = None) -> None:
        """`root` is the project; no file is read outside it."""
        self.files = files or Files()
        self._root = root
        self._schemas = schemas
        self._found: dict[tuple[str, str], Path] = {}
        self._read: dict[Path, Json] = {}

    def located(self, name: str, scenario: str) -> Path | None:
        """The path of a file, relative to that of a scenario or to the folder of schemas.

        If it does not exist, its place is next to the scenario. None if it would be outside the
        project. Raises `ValueError` if the name is not valid.
        """
        key = (name, scenario)
        found = self._found.get(key) or self._located(name, scenario)
        if found is not None and self.files.is_file(found):
            self._found[key] = found
        return found

    def exists(self, file: Path) -> bool:
        """Whether there is such a file."""
        return file in self._read or self.files.is_file(file)

    def value(self, file: Path) -> Json:
        """The value in a file of JSON or YAML, or a text. Raises `UnreadableFile`."""
        if file not in self._read:
            self._read[file] = self._value(file)
        return self._read[file]

    def keep(self, file: Path, value: Json) -> None:
        """Note the value that was written to a file."""
        self._read[file] = value

    def forget(self, file: Path | None = None) -> None:
        """Read a file, or all of them, again when they are needed."""
        if file is not None:
            self._read.pop(file, None)
            return
        self._found.clear()
        self._read.clear()

    def shown(self, file: Path) -> str:
        """The path of a file, relative to the project."""
        return file.relative_to(self._root.resolve()).as_posix()

    def _located(self, name: str, scenario: str) -> Path | None:
        root = self._root.resolve()
        found = None
        for folder in ((self._root / scenario).parent, self._schemas):
            try:
                file = (folder / name).resolve()
            except (OSError, RuntimeError) as error:
                raise ValueError(str(error)) from error
            if file.is_relative_to(root):
                found = found or file
                if self.files.is_file(file):
                    return file
        return found

    def _value(self, file: Path) -> Json:
        try:
            shown, content = self.shown(file), self.files.read(file)
            if file.suffix in TEXTS:
                return content.decode("utf-8")
            return (json_from if file.suffix == ".json" else read)(content, shown).value
        except AuthoringError as error:
            first = error.problems[0]
            where = f"line {first.place.line}: " if first.place else ""
            raise UnreadableFile(f"{where}{first.message}", first.hint) from error
        except UnicodeDecodeError as error:
            raise UnreadableFile("it is not UTF-8") from error
        except OSError as error:
            raise UnreadableFile(str(error.strerror)) from error
