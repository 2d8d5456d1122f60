"""Reads a JSON file strictly, and finds places in it."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import cached_property
from pathlib import Path as FilePath

from harness.core import Json, Path, Place, Problem, SchemaError, Source, YamlError
from harness.formats.strict_json import is_too_deep, no_constant, unique_keys
from harness.formats.yaml import Document, Limits, read

LARGEST = 10_000_000
"""Bytes."""
DEEPEST = 200
"""Levels of objects and arrays."""


class JsonFile:
    """A JSON document with the text that it was read from."""

    def __init__(self, value: Json, source: Source) -> None:
        self.value = value
        self._source = source

    def place(self, path: Path) -> Place:
        """The place of the key or item at the end of a path; of the nearest parent if missing."""
        for length in range(len(path), 0, -1):
            with suppress(KeyError):
                place = self._document.at(*path[:length]).key_place
                return place if isinstance(path[length - 1], str) else _start_of(place)
        return _start_of(self._document.place())

    @cached_property
    def _document(self) -> Document:
        """The text read as YAML, for places: JSON is YAML, except tabs and odd characters."""
        limits = Limits(size=2 * LARGEST, depth=DEEPEST, nodes=LARGEST)
        try:
            text = self._source.text.replace("\t", " ")
            return read(text.encode(), self._source.path, limits=limits)
        except YamlError:
            return Document(source=self._source, value=None, marks=0)


def _start_of(place: Place) -> Place:
    return place.source.place(place.line, place.column)


def read_json(file: FilePath, shown: str) -> JsonFile:
    """Read a file. Raises `SchemaError` if it is not JSON of at most 10 MB."""
    try:
        content = file.read_bytes()
    except OSError as error:
        source = Source(path=shown, text="")
        raise _error(source, f"the file cannot be read: {error.strerror}") from error
    return json_from(content, shown)


def json_from(content: bytes, shown: str) -> JsonFile:
    """Read the bytes of a file. Raises `SchemaError` if they are not JSON of at most 10 MB."""
    source = Source(path=shown, text="")
    if len(content) > LARGEST:
        raise _error(source, f"the file has {len(content)} bytes, the limit is {LARGEST}")
    try:
        source = Source(path=shown, text=content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _error(source, f"the file is not UTF-8 at byte {error.start}") from error
    try:
        if is_too_deep(source.text, DEEPEST):
            raise _error(source, "not supported JSON: it is nested too deeply")
        value = json.loads(source.text, object_pairs_hook=unique_keys, parse_constant=no_constant)
    except json.JSONDecodeError as error:
        reason = error.msg.removesuffix(" at")
        raise _error(source, f"not JSON: {reason}", error.lineno, error.colno) from error
    except ValueError as error:
        raise _error(source, f"not supported JSON: {error}") from error
    return JsonFile(value, source)


def _error(source: Source, message: str, line: int = 1, column: int = 1) -> SchemaError:
    return SchemaError(
        Problem(code="invalid-json", message=message, place=source.place(line, column))
    )
