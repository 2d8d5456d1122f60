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
"""What to do where there are more."""
_RESERVED = frozenset(
    ("con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(1, 10)))
)


def scenario_id_problem(text: str) -> str:
    """Why a text cannot name a scenario; empty where it can.

    The id names the cassette, on every file system: so neither paths nor Windows' device names.
    """
    if not _ID.fullmatch(text):
        return (
            "an id has 1 to 100 letters, digits, '.', '_' or '-', and starts with a letter or digit"
        )
    if text.split(".", maxsplit=1)[0].lower() in _RESERVED:
        return "this is the name of a device on Windows"
    if text.lower() == "prepare":
        return "this is the name of the recording of a provider's preparation"
    if "--" in text or ".take-" in text:
        return "'--' and '.take-' separate the parts of a cassette's name"
    return ""


def matrix_rows(matrix: Mapping[str, Json]) -> tuple[MatrixRow, ...]:
    """One row for every combination of values, in the order written."""
    keys = list(matrix)
    lists = [value if isinstance(value, list) else [value] for value in matrix.values()]
    taken: set[str] = set()
    return tuple(
        MatrixRow(
            name=row_name(values),
            former=unique_name(slug(values), taken),
            values=dict(zip(keys, values, strict=True)),
        )
        for values in product(*lists)
    )


def row_name(values: Sequence[Json]) -> str:
    """A name of values that is safe in a file name, and that no other values have.

    Letters and digits of every script stay. Where anything else of the values is not in the name,
    a short hash of them stands behind it.
    """
    texts = [str(value) for value in values]
    text = "-".join(texts)
    kept = "".join(one if _is_kept(one) else "-" for one in unicodedata.normalize("NFC", text))
    name = _cut(re.sub(r"-{2,}", "-", kept).strip("-._"))
    is_whole = name == text and (not texts[1:] or not any("-" in one for one in texts))
    return name if is_whole and name else f"{name or 'row'}-{_digest(values)}"


def joined_names(*names: str) -> str:
    """The names of a row's parts as one; empty ones left out."""
    text = "-".join(filter(None, names))
    name = _cut(text, MOST_BYTES)
    return name if name == text else f"{_cut(text)}-{_digest(names)}"


def distinct_names(rows: Sequence[MatrixRow]) -> tuple[MatrixRow, ...]:
    """The rows, so that no two names are one on a file system that does not tell cases apart."""
    counts = Counter(row.name.casefold() for row in rows)
    if len(counts) == len(rows):
        return tuple(rows)
    taken = {name for name, count in counts.items() if count == 1}
    return tuple(
        row if counts[row.name.casefold()] == 1 else replace(row, name=_told_apart(row, taken))
        for row in rows
    )


def _told_apart(row: MatrixRow, taken: set[str]) -> str:
    said = [[turn, index] for turn, index in row.said.items()]
    return unique_name(f"{_cut(row.name)}-{_digest([dict(row.values), said])}", taken)


def _is_kept(character: str) -> bool:
    # Letters, the marks that belong to some of them, and digits.
    return character in "._" or unicodedata.category(character)[0] in "LMN"


def _cut(text: str, most: int = MOST_BYTES - 40) -> str:
    """So much of a text as takes so many bytes."""
    return text.encode("utf-8", "replace")[:most].decode("utf-8", "ignore").rstrip("-._")


def _digest(value: Json | Sequence[Json]) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.blake2s(text.encode(), digest_size=3).hexdigest()


def slug(values: Iterable[Json]) -> str:
    """How a row was named before names held every letter; recordings may lie under it."""
    text = "-".join(str(value) for value in values)
    short = re.sub(r"[^A-Za-z0-9._]+", "-", text).strip("-._")[:60]
    return re.sub(r"-{2,}", "-", short) or "row"


def unique_name(name: str, taken: set[str]) -> str:
    """The name, numbered where it is taken; it is taken then."""
    found, number = name, 2
    while found in taken:
        found, number = f"{name}-{number}", number + 1
    taken.add(found)
    return found
