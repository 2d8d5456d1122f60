"""Names that become file names."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product

from harness.core import Json
from harness.scenario.scenario import MatrixRow

ID_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
_ID = re.compile(ID_PATTERN)
MOST_BYTES = 100
"""Of a row's name, in UTF-8: with the rest of a file's name, less than any file system takes."""
MOST_ROWS = 10_000
"""Rows of one scenario: those of its matrix, with every utterance and in every branch."""
FEWER_ROWS = "divide them among several scenarios"
"""The hint if there are more."""
_RESERVED = frozenset(
    ("con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10)))
)


def scenario_id_problem(text: str) -> str:
    """Why a text cannot be the id of a scenario; empty if it can.

    The id names the cassette, on every file system: so neither paths nor Windows' device names.
    """
    if not _ID.fullmatch(text):
        return (
            "an id has 1 to 100 letters, digits, '.', '_' or '-', and starts with a letter or digit"
        )
    if is_device(text):
        return "this is the name of a device on Windows"
    if text.lower() == "prepare":
        return "this is the name of the recording of a provider's preparation"
    if "--" in text or ".take-" in text:
        return "'--' and '.take-' separate the parts of a cassette's name"
    return ""


def is_device(text: str) -> bool:
    """Whether Windows keeps a file name for a device."""
    return text.split(".", maxsplit=1)[0].lower() in _RESERVED


def matrix_rows(matrix: Mapping[str, Json]) -> tuple[MatrixRow, ...]:
    """One row for every combination of values, in the order of the file."""
    taken: set[str] = set()
    return tuple(
        MatrixRow(
            name=row_name(values),
            former=unique_name(slug(values), taken),
            values=dict(zip(matrix, values, strict=True)),
        )
        for values in product(
            *(value if isinstance(value, list) else [value] for value in matrix.values())
        )
    )


def row_name(values: Sequence[Json]) -> str:
    """A name for values that is safe in a file name, and that no other values have.

    Letters and digits of every script stay. If the name lacks any other part of the values, a
    short hash of them is appended.
    """
    texts = [str(value) for value in values]
    text = "-".join(texts)
    # Letters, the marks that belong to some of them, and digits.
    safe = "".join(
        one if one in "._" or unicodedata.category(one)[0] in "LMN" else "-"
        for one in unicodedata.normalize("NFC", text)
    )
    name = _cut(re.sub(r"-{2,}", "-", safe).strip("-._"))
    is_whole = name == text and (not texts[1:] or not any("-" in one for one in texts))
    return name if is_whole and name else f"{name or 'row'}-{_digest(values)}"


def joined_names(*names: str) -> str:
    """The names of a row's parts as one name, without empty ones."""
    text = "-".join(filter(None, names))
    name = _cut(text, MOST_BYTES)
    return name if name == text else f"{_cut(text)}-{_digest(names)}"


def distinct_names(rows: Sequence[MatrixRow]) -> tuple[MatrixRow, ...]:
    """The rows with names that are distinct on a file system that ignores case, too."""
    counts = Counter(row.name.casefold() for row in rows)
    if len(counts) == len(rows):
        return tuple(rows)
    taken = {name for name, count in counts.items() if count == 1}
    return tuple(
        row
        if counts[row.name.casefold()] == 1
        else replace(row, name=unique_name(f"{_cut(row.name)}-{_digest_of(row)}", taken))
        for row in rows
    )


def _digest_of(row: MatrixRow) -> str:
    return _digest([dict(row.values), [[turn, index] for turn, index in row.said.items()]])


def _cut(text: str, most: int = MOST_BYTES - 40) -> str:
    """The beginning of a text that fits into so many bytes."""
    return text.encode("utf-8", "replace")[:most].decode("utf-8", "ignore").rstrip("-._")


def _digest(value: Json | Sequence[Json]) -> str:
    text = json.dumps(value, sort_keys=True, default=str).encode()
    return hashlib.blake2s(text, digest_size=3).hexdigest()


def slug(values: Iterable[Json]) -> str:
    """The name of a row before names kept every letter; old recordings may have it."""
    text = "-".join(str(value) for value in values)
    short = re.sub(r"[^A-Za-z0-9._]+", "-", text).strip("-._")[:60]
    return re.sub(r"-{2,}", "-", short) or "row"


def unique_name(name: str, taken: set[str]) -> str:
    """The name, with a number if it is taken. The result is added to `taken`."""
    unique, number = name, 2
    while unique in taken:
        unique, number = f"{name}-{number}", number + 1
    taken.add(unique)
    return unique
