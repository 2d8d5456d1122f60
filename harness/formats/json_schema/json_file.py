"""Reads a JSON file strictly, and finds places in it."""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]  # missing in typeshed
from pathlib import Path as FilePath

from harness.core.errors import Problem, SchemaError
from harness.core.source import Place, Source
from harness.core.typing import Json, Path

LARGEST = 10_000_000
"""Bytes."""
DEEPEST = 200
"""Objects and arrays inside one another."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{\]}]', re.DOTALL)


class JsonFile:
    """A JSON document with the text that it was read from."""

    def __init__(self, value: Json, source: Source) -> None:
        self.value = value
        self._source = source

    def place(self, path: Path) -> Place:
        """Where the key or item at the end of a path stands; the nearest above if it is missing."""
        text = self._source.text
        start, length = _find(text, path)
        line = text.count("\n", 0, start) + 1
        column = start - (text.rfind("\n", 0, start) + 1) + 1
        return self._source.place(line, column, length)


def read_json(file: FilePath, shown: str) -> JsonFile:
    """Read a file. Raises `SchemaError` where it is no JSON of at most 10 MB."""
    source = Source(path=shown, text="")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise _error(source, f"the file cannot be read: {error.strerror}") from error
    if len(content) > LARGEST:
        raise _error(source, f"the file has {len(content)} bytes, at most {LARGEST} are read")
    try:
        source = Source(path=shown, text=content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _error(source, f"the file is not UTF-8 at byte {error.start}") from error
    try:
        _require_flat(source.text)
        value = json.loads(
            source.text, object_pairs_hook=_without_repeats, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        reason = error.msg.removesuffix(" at")
        raise _error(source, f"not JSON: {reason}", error.lineno, error.colno) from error
    except ValueError as error:
        raise _error(source, f"not the JSON that is read: {error}") from error
    return JsonFile(value, source)


def _error(source: Source, message: str, line: int = 1, column: int = 1) -> SchemaError:
    return SchemaError(
        Problem(code="invalid-json", message=message, place=source.place(line, column))
    )


def _require_flat(text: str) -> None:
    """Raise `ValueError` where brackets stand too deep: what Python bears, others may change."""
    depth = 0
    for token in _TOKEN.finditer(text):
        character = token[0][0]
        if character != '"':
            depth += 1 if character in "[{" else -1
            if depth > DEEPEST:
                message = "it is nested too deep"
                raise ValueError(message)


def _without_repeats(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key '{twice}' stands twice in one object")
    return found


def _refuse_constant(name: str) -> Json:
    raise ValueError(f"{name} is no JSON number")


def _find(text: str, path: Path) -> tuple[int, int]:
    """The offset and length of the key or value at the end of a path in valid JSON text."""
    at = _skip(text, 0)
    found = (at, 1)
    for part in path:
        step = _key(text, at, part) if isinstance(part, str) else _item(text, at, part)
        if step is None:
            return found
        start, length, at = step
        found = (start, length)
    return found


def _key(text: str, at: int, wanted: str) -> tuple[int, int, int] | None:
    """Offset and length of a key in the object at an offset, and the offset of its value."""
    if text[at] != "{":
        return None
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, end = scanstring(text, at + 1, True)  # noqa: FBT003  # it takes no names
        value = _skip(text, _skip(text, end) + 1)
        if key == wanted:
            return at, end - at, value
        at = _next(text, value)
    return None


def _item(text: str, at: int, index: int) -> tuple[int, int, int] | None:
    """Offset and length of an item in the array at an offset, and the offset again."""
    if text[at] != "[":
        return None
    at = _skip(text, at + 1)
    for _ in range(index):
        at = _next(text, at)
        if text[at] == "]":
            return None
    return at, 1, at


def _next(text: str, at: int) -> int:
    """The offset behind the value at an offset and the comma that may follow."""
    _, end = json.JSONDecoder().raw_decode(text, at)
    end = _skip(text, end)
    return _skip(text, end + 1) if text[end] == "," else end


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\n\r":
        at += 1
    return at
