"""A folder of schemas that refer to one another."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath

from harness.core import Json, Path, Place, Problem, SchemaError, did_you_mean
from harness.formats.json_schema.compiled_schema import Schema, compile_schema
from harness.formats.json_schema.json_file import JsonFile, read_json
from harness.formats.json_schema.library import SUFFIXES


class SchemaFolder:
    """The schemas of a folder by name. Each is read and compiled when it is first used.

    No file outside the folder is read, not even through a link. Safe for threads.
    """

    def __init__(self, root: FilePath, shown: str) -> None:
        self._files = _Files(root, shown)
        self._shown = shown
        self._compiled: dict[str, Schema] = {}
        self._lock = threading.Lock()

    def schema(self, name: str) -> Schema:
        """Compile `connectly/reply`, or a part of it: `connectly/reply#/$defs/Product`.

        Raises `SchemaError`, with the code `unknown-schema` if there is no such file.
        """
        with self._lock:
            schema = self._compiled.get(name)
            if schema is None:
                schema = self._compiled[name] = self._compile(name)
            return schema

    def names(self) -> tuple[str, ...]:
        """The names of all schemas, sorted, without their suffix."""
        return tuple(sorted({_without_suffix(file) for file in self._files}))

    def unread(self) -> tuple[str, ...]:
        """The files, sorted, that no schema used until now is or refers to.

        They include files that are not `.json`, which cannot be used.
        """
        return self._files.unread()

    def doubts(self) -> tuple[Problem, ...]:
        """The doubtful parts of the schemas used until now."""
        return tuple(problem for schema in self._compiled.values() for problem in schema.doubts())

    def _compile(self, name: str) -> Schema:
        start, _, fragment = name.partition("#")
        file = next((start + end for end in SUFFIXES if start + end in self._files), None)
        if file is None:
            raise SchemaError(
                Problem(
                    code="unknown-schema",
                    message=f"there is no schema '{start}' in {self._shown}",
                    hint=did_you_mean(start, self.names()),
                )
            )
        whole = f"{file}#{fragment}" if fragment else file
        document = self._files[file]
        return compile_schema(document, name=whole, resources=self._files, locate=self._files.place)


class _Files(Mapping[str, Json]):
    """The JSON files of a folder by their relative path, read when they are first used."""

    def __init__(self, root: FilePath, shown: str) -> None:
        self._root = root
        self._shown = shown
        self._read: dict[str, JsonFile] = {}

    def __getitem__(self, name: str) -> Json:
        return self._file(name).value

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str) or not name.endswith(".json"):
            return False
        try:
            file = (self._root / name).resolve()
            return file.is_file() and file.is_relative_to(self._root.resolve())
        except (OSError, ValueError):
            # A name that the system does not take, such as one with a NUL or of 300 characters.
            return False

    def __iter__(self) -> Iterator[str]:
        files = (file.relative_to(self._root).as_posix() for file in self._root.rglob("*.json"))
        return (name for name in sorted(files) if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def unread(self) -> tuple[str, ...]:
        """The files that were not read, including those that are not JSON."""
        files = (file for file in self._root.rglob("*") if file.is_file())
        names = (file.relative_to(self._root).as_posix() for file in files)
        return tuple(sorted(name for name in names if name not in self._read))

    def place(self, name: str, path: Path) -> Place:
        """The place of a path in one of the files."""
        return self._file(name).place(path)

    def _file(self, name: str) -> JsonFile:
        if name not in self._read:
            if name not in self:
                raise KeyError(name)
            self._read[name] = read_json(self._root / name, f"{self._shown}/{name}")
        return self._read[name]


def _without_suffix(file: str) -> str:
    return next(file.removesuffix(end) for end in SUFFIXES if end and file.endswith(end))
